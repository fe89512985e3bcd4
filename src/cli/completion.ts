import { Argument, Command } from 'commander';
import type { CliContext } from './cli-context.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** A command by every name it has, and the words that can follow it: subcommands, choices, flags. */
interface CompletionEntry {
  /** `keys/create`; empty for the program itself. */
  readonly path: string;
  readonly candidates: readonly string[];
  readonly flags: readonly string[];
}

/** `annals completion <shell>`: a script made from the commands themselves. */
export function completionCommand(context: CliContext): Command {
  const command = new Command('completion')
    .description('a script that completes commands and flags')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(annals completion bash)
  $ annals completion bash > /etc/bash_completion.d/annals
  $ annals completion zsh > "\${fpath[1]}/_annals"
  $ annals completion fish > ~/.config/fish/completions/annals.fish`,
    );
  return command.action((shell: Shell) => {
    const root = command.parent ?? command;
    context.stdout.write(scripts[shell](completionEntries(root, '')));
  });
}

function completionEntries(command: Command, path: string): CompletionEntry[] {
  const flags = command.options.map(({ long }) => long).filter((flag) => flag != null);
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const candidates = [...command.commands.map((child) => child.name()), ...choices];
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      completionEntries(child, path === '' ? name : `${path}/${name}`),
    ),
  );
  return [{ path, candidates, flags: [...flags, '--help'] }, ...below];
}

const pathsOf = (places: readonly CompletionEntry[]) => places.map(({ path }) => path).join(' ');

/** What each place offers, as the branches of a `case`. */
const cases = (places: readonly CompletionEntry[], variable: string) =>
  places
    .map(
      ({ path, candidates, flags }) =>
        `    "${path}") ${variable}="${[...candidates, ...flags].join(' ')}" ;;`,
    )
    .join('\n');

/** The longest path that the words typed so far make decides; files are completed where nothing else is. */
const scripts: Record<Shell, (places: readonly CompletionEntry[]) => string> = {
  bash: (places) => `# bash completion for annals
_annals() {
  local path="" word words="" place
  for ((place = 1; place < COMP_CWORD; place++)); do
    word="\${COMP_WORDS[place]}"
    case " ${pathsOf(places)} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "$path" in
${cases(places, 'words')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _annals annals
`,
  zsh: (places) => `#compdef annals
# zsh completion for annals
_annals() {
  local typed_path="" word choices=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${pathsOf(places)} " in
      *" \${typed_path:+$typed_path/}$word "*) typed_path="\${typed_path:+$typed_path/}$word" ;;
    esac
  done
  case "$typed_path" in
${cases(places, 'choices')}
  esac
  compadd -- \${=choices}
  _files
}
# Loaded by the first completion, it is to answer that one too; sourced, it is to answer the next.
if [ "$funcstack[1]" = "_annals" ]; then
  _annals "$@"
else
  compdef _annals annals
fi
`,
  fish: (places) => `# fish completion for annals
function __annals_is_at
  set -l path
  for word in (commandline -opc)[2..]
    set -l longer (string join / $path $word)
    contains -- $longer ${pathsOf(places)}; and set path $longer
  end
  test "$path" = "$argv[1]"
end
${places
  .flatMap(({ path, candidates, flags }) => {
    const line = `complete -c annals -n '__annals_is_at "${path}"'`;
    const offered = candidates.length === 0 ? [] : [`${line} -f -a '${candidates.join(' ')}'`];
    return [...offered, ...flags.map((flag) => `${line} -l ${flag.slice(2)}`)];
  })
  .join('\n')}
`,
};
