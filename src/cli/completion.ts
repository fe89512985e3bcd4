import { Argument, Command, type Option } from 'commander';
import type { CliContext } from './cli-context.ts';
import { completionValues } from './completion-values.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/**
 * What can be typed for a flag or an argument: one of some words; or what the shell or `annals context list --values`
 * knows; or anything, of which nothing can be offered.
 */
type Values =
  | readonly string[]
  | '<files>'
  | '<directories>'
  | '<contexts>'
  | '<organisations>'
  | '<anything>';

interface CompletedFlag {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Absent when it takes no value. */
  readonly values?: Values;
}

/** A command under one of its names, and what can follow it. */
interface CompletionEntry {
  /** `keys/create`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly string[];
  /** Of its argument; absent without one. */
  readonly argument: Values | undefined;
  readonly flags: readonly CompletedFlag[];
}

/** `annals completion <shell>`: prints a script that is generated from the commands. */
export function completionCommand(context: CliContext): Command {
  const command = new Command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      `
Values are completed too: formats, roles, sources, files, and the names of saved
contexts and their organisations.

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
    .filter(({ hidden, long }) => !hidden && long != null)
    .map(
      (option): CompletedFlag => ({
        long: option.long ?? '',
        short: option.short,
        description: option.description,
        ...((option.required || option.optional) && { values: valuesOf(option) }),
      }),
    );
  const help: CompletedFlag = { long: '--help', short: '-h', description: 'show this help' };
  const [argument] = command.registeredArguments;
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      completionEntries(child, path === '' ? name : `${path}/${name}`),
    ),
  );
  return [
    {
      path,
      subcommands: command.commands.map((child) => child.name()),
      argument: argument === undefined ? undefined : valuesOf(argument),
      flags: [...flags, help],
    },
    ...below,
  ];
}

/** By the name of a value in the help. */
const valuesByName: Readonly<Record<string, Values>> = {
  file: '<files>',
  path: '<files>',
  target: '<files>',
  directory: '<directories>',
  context: '<contexts>',
};

function valuesOf(what: Option | Argument): Values {
  const isOption = 'flags' in what;
  const words = what.argChoices ?? (isOption ? completionValues.get(what) : undefined);
  if (words !== undefined) return words;
  if (isOption && /organisation$/.test(what.long ?? '')) return '<organisations>';
  const name = isOption ? /[<[]([\w-]+)/.exec(what.flags)?.[1] : what.name();
  return valuesByName[name ?? ''] ?? '<anything>';
}

const pathsOf = (entries: readonly CompletionEntry[]) => entries.map(({ path }) => path).join(' ');
const wordsOf = (values: Values) => (typeof values === 'string' ? values : values.join(' '));
const longFlags = ({ flags }: CompletionEntry) => flags.map(({ long }) => long).join(' ');

/** The branches of a `case` on path and flag: those with the same values share one. */
function flagCases(entries: readonly CompletionEntry[]): string {
  const patterns = new Map<string, string[]>();
  for (const { path, flags } of entries) {
    for (const { long, short, values } of flags) {
      if (values === undefined) continue;
      const words = wordsOf(values);
      const found = patterns.get(words) ?? [];
      patterns.set(words, found);
      for (const flag of [long, short]) if (flag) found.push(`"${path} ${flag}"`);
    }
  }
  return [...patterns]
    .map(([words, all]) => `    ${all.join('|')}) values="${words}" ;;`)
    .join('\n');
}

/** The branches of a `case` on the path: subcommands, flags, and the values of the argument. */
const pathCases = (entries: readonly CompletionEntry[]) =>
  entries
    .map((entry) => {
      const { path, subcommands, argument } = entry;
      const words = `subcommands="${subcommands.join(' ')}" flags="${longFlags(entry)}"`;
      return `      "${path}") ${words} values="${argument === undefined ? '' : wordsOf(argument)}" ;;`;
    })
    .join('\n');

/** The longest path in the words typed so far decides, and the flag before the cursor if it takes a value. */
const scripts: Record<Shell, (entries: readonly CompletionEntry[]) => string> = {
  bash: (entries) => `# bash completion for annals
_annals() {
  local command="\${COMP_WORDS[0]}" path="" word index value
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}"
  local values="" subcommands="" flags=""
  COMPREPLY=()
  # Bash makes three words of --format=csv.
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$prev" == "=" ]]; then
    prev="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case " ${pathsOf(entries)} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac
  done
  case "$path $prev" in
${flagCases(entries)}
  esac
  if [[ -z "$values" ]]; then
    case "$path" in
${pathCases(entries)}
    esac
    if [[ "$cur" == -* || -z "$subcommands$values" ]]; then
      values="$flags"
    else
      values="$subcommands\${subcommands:+ }$values"
    fi
  fi
  case "$values" in
    "<files>") ;;
    "<directories>") COMPREPLY=($(compgen -d -- "$cur")) ;;
    "<anything>") compopt +o default 2>/dev/null ;;
    "<contexts>" | "<organisations>")
      compopt +o default 2>/dev/null
      while IFS= read -r value; do
        [[ "$value" == "$cur"* ]] && COMPREPLY+=("$(printf %q "$value")")
      done < <("$command" context list --values "\${values//[<>]/}" 2>/dev/null)
      ;;
    *) COMPREPLY=($(compgen -W "$values" -- "$cur")) ;;
  esac
}
complete -o default -F _annals annals
`,
  zsh: (entries) => `#compdef annals
# zsh completion for annals
_annals() {
  local typed_path="" word prev="\${words[CURRENT-1]}" cur="\${words[CURRENT]}"
  local values="" subcommands="" flags=""
  if [[ "$cur" == --*=* ]]; then
    prev="\${cur%%=*}"
    compset -P '*='
  fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case " ${pathsOf(entries)} " in
      *" \${typed_path:+$typed_path/}$word "*) typed_path="\${typed_path:+$typed_path/}$word" ;;
    esac
  done
  case "$typed_path $prev" in
${flagCases(entries)}
  esac
  if [[ -z "$values" ]]; then
    case "$typed_path" in
${pathCases(entries)}
    esac
    if [[ "$cur" == -* || -z "$subcommands$values" ]]; then
      values="$flags"
    else
      values="$subcommands\${subcommands:+ }$values"
    fi
  fi
  case "$values" in
    "<files>") _files ;;
    "<directories>") _files -/ ;;
    "<anything>") ;;
    "<contexts>" | "<organisations>")
      compadd -- "\${(@f)$("\${words[1]}" context list --values "\${values[2,-2]}" 2>/dev/null)}"
      ;;
    *) compadd -- \${=values} ;;
  esac
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
complete -c annals -f
${entries.flatMap(fishLines).join('\n')}
`,
};

function fishLines({ path, subcommands, argument, flags }: CompletionEntry): string[] {
  const line = `complete -c annals -n '__annals_is_at "${path}"'`;
  const words = subcommands.length === 0 ? [] : [`${line} -a '${subcommands.join(' ')}'`];
  const values = argument === undefined ? [] : [`${line} ${fishValues(argument, '-F')}`];
  return [
    ...words,
    ...values,
    ...flags.map(({ long, short, description, values: ofFlag }) => {
      const names = `${short ? `-s ${short.slice(1)} ` : ''}-l ${long.slice(2)}`;
      const about = description.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
      const takes = ofFlag === undefined ? '' : ` ${fishValues(ofFlag, '-r -F', '-x')}`;
      return `${line} ${names}${takes} -d '${about}'`;
    }),
  ];
}

/** @param files what offers files there; `exclusive` says that a value is needed and no file is one */
function fishValues(values: Values, files: string, exclusive = '-f'): string {
  if (typeof values !== 'string') return `${exclusive} -a '${values.join(' ')}'`;
  if (values === '<files>') return files;
  if (values === '<anything>') return exclusive;
  return values === '<directories>'
    ? `${exclusive} -a '(__fish_complete_directories)'`
    : `${exclusive} -a '(annals context list --values ${values.slice(1, -1)} 2>/dev/null)'`;
}
