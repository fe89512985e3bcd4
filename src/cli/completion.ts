import { Argument, Command } from 'commander';
import type { CliContext } from './context.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** Words that can follow a command: its subcommands and its flags. */
interface Words {
  /** `keys create`; empty for the program itself. */
  readonly path: string;
  readonly words: readonly string[];
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
  $ annals completion bash > /etc/bash_completion.d/annals
  $ annals completion zsh > "\${fpath[1]}/_annals"
  $ annals completion fish > ~/.config/fish/completions/annals.fish`,
    );
  return command.action((shell: Shell) => {
    const root = command.parent ?? command;
    context.stdout.write(scripts[shell](wordsOf(root, '')));
  });
}

function wordsOf(command: Command, path: string): Words[] {
  const flags = command.options.map(({ long }) => long).filter((flag) => flag != null);
  const children = command.commands.map((child) => child.name());
  const own = { path, words: [...children, ...flags, '--help'] };
  return [
    own,
    ...command.commands.flatMap((child) => wordsOf(child, `${path} ${child.name()}`.trim())),
  ];
}

/** The longest path that the words typed so far begin with decides; files are completed where nothing else is. */
const cases = (all: readonly Words[]) =>
  all.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`).join('\n');

const scripts: Record<Shell, (all: readonly Words[]) => string> = {
  bash: (all) => `# bash completion for annals
_annals() {
  local path="" word words="" place
  for ((place = 1; place < COMP_CWORD; place++)); do
    word="\${COMP_WORDS[place]}"
    case " ${all.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "\${path//\\// }" in
${cases(all)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _annals annals
`,
  zsh: (all) => `#compdef annals
# zsh completion for annals
_annals() {
  local typed_path="" word choices=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${all.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in
      *" \${typed_path:+$typed_path/}$word "*) typed_path="\${typed_path:+$typed_path/}$word" ;;
    esac
  done
  case "\${typed_path//\\// }" in
${cases(all).replaceAll(') words=', ') choices=')}
  esac
  compadd -- \${=choices}
  _files
}
compdef _annals annals
`,
  fish: (all) =>
    `# fish completion for annals\n${all
      .flatMap(({ path, words }) =>
        words.map((word) => {
          const when =
            path === ''
              ? '__fish_use_subcommand'
              : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
          const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
          return `complete -c annals -n "${when}" ${what}`;
        }),
      )
      .join('\n')}\n`,
};
