import { Argument, Command } from 'commander';
import type { CliContext } from './cli-context.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** A command under one of its names, and what can follow it: subcommands, choices, flags. */
interface CompletionEntry {
  /** `keys/create`; empty for the program itself. */
  readonly path: string;
  readonly candidates: readonly string[];
  readonly flags: readonly string[];
}

/** `annals completion <shell>`: prints a script that is generated from the commands. */
export function completionCommand(context: CliContext): Command {
  const command = new Command('completion')
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
  const flags = command.options
    .map(({ long, hidden }) => (hidden ? undefined : long))
    .filter((flag) => flag != null);
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const candidates = [...command.commands.map((child) => child.name()), ...choices];
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      completionEntries(child, path === '' ? name : `${path}/${name}`),
    ),
  );
  return [{ path, candidates, flags: [...flags, '--help'] }, ...below];
}

const pathsOf = (entries: readonly CompletionEntry[]) => entries.map(({ path }) => path).join(' ');

/** The candidates of each entry, as the branches of a `case`. */
const cases = (entries: readonly CompletionEntry[], variable: string) =>
  entries
    .map(
      ({ path, candidates, flags }) =>
        `    "${path}") ${variable}="${[...candidates, ...flags].join(' ')}" ;;`,
    )
    .join('\n');

/** The longest path in the words typed so far decides. Files are completed where nothing else can follow. */
const scripts: Record<Shell, (entries: readonly CompletionEntry[]) => string> = {
  bash: (entries) => `# bash completion for annals
_annals() {
  local path="" word words="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case " ${pathsOf(entries)} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "$path" in
${cases(entries, 'words')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _annals annals
`,
  zsh: (entries) => `#compdef annals
# zsh completion for annals
_annals() {
  local typed_path="" word choices=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${pathsOf(entries)} " in
      *" \${typed_path:+$typed_path/}$word "*) typed_path="\${typed_path:+$typed_path/}$word" ;;
    esac
  done
  case "$typed_path" in
${cases(entries, 'choices')}
  esac
  compadd -- \${=choices}
  _files
}
# Loaded by the first completion, it must also complete that one; sourced, it must complete the next one.
if [ "$funcstack[1]" = "_annals" ]; then
  _annals "$@"
else
  compdef _annals annals
fi
`,
  fish: (entries) => `# fish completion for annals
function __annals_is_at
  set -l path
  for word in (commandline -opc)[2..]
    set -l longer (string join / $path $word)
    contains -- $longer ${pathsOf(entries)}; and set path $longer
  end
  test "$path" = "$argv[1]"
end
${entries
  .flatMap(({ path, candidates, flags }) => {
    const line = `complete -c annals -n '__annals_is_at "${path}"'`;
    const choices = candidates.length === 0 ? [] : [`${line} -f -a '${candidates.join(' ')}'`];
    return [...choices, ...flags.map((flag) => `${line} -l ${flag.slice(2)}`)];
  })
  .join('\n')}
`,
};
