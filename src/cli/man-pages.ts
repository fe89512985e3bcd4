import type { Argument, Command, Option } from 'commander';

/** What stands in the header and the footer of a page. */
export interface ManFacts {
  readonly version: string;
  /** `2026-11-30` */
  readonly date: string;
}

/**
 * The man pages of a program: one for itself, and one for each of its commands with their subcommands. They say what the
 * help says, from the same source.
 *
 * @returns their text in roff (macros `man`) by file name, such as `annals-export.1`
 */
export function manPages(program: Command, facts: ManFacts): ReadonlyMap<string, string> {
  const pages = new Map([['annals.1', programPage(program, facts)]]);
  for (const command of program.commands) {
    pages.set(`annals-${command.name()}.1`, commandPage(command, facts));
  }
  return pages;
}

function programPage(program: Command, facts: ManFacts): string {
  return page('annals', program.description(), facts, [
    '.SH SYNOPSIS',
    '.B annals',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    ...program.commands.flatMap((command) => [
      '.TP',
      `.BR ${roff(`annals-${command.name()}`)} (1)`,
      prose(sentence(command.description())),
    ]),
    ...optionLines(program),
    ...exitStatus([]),
    ...textLines(afterHelp(program)),
    '.SH SEE ALSO',
    program.commands.map((one) => `.BR ${roff(`annals-${one.name()}`)} (1)`).join(',\n'),
  ]);
}

function commandPage(command: Command, facts: ManFacts): string {
  const text = afterHelp(command);
  const body = [
    '.SH SYNOPSIS',
    ...(command.commands.length === 0 ? [command] : command.commands).flatMap((one, nth) => [
      ...(nth === 0 ? [] : ['.br']),
      ...synopsis(one),
    ]),
    '.SH DESCRIPTION',
    prose(sentence(command.description())),
    ...command.aliases().flatMap((alias) => ['.PP', prose(`Also annals ${alias}.`)]),
    ...argumentLines(command),
    ...paragraphLines(text),
    ...command.commands.flatMap(subcommandLines),
    ...(command.commands.length === 0 ? optionLines(command) : []),
    ...exitStatus(text),
    ...exampleLines(text),
    '.SH SEE ALSO',
    '.BR annals (1)',
  ];
  return page(`annals-${command.name()}`, command.description(), facts, body);
}

function page(name: string, summary: string, facts: ManFacts, body: readonly string[]): string {
  const { version, date } = facts;
  return [
    `.TH ${roff(name.toUpperCase())} 1 ${date} "Annals ${version}" "User Commands"`,
    // Words are not hyphenated and lines not justified: they have flags and names in them.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${roff(name)} \\- ${roff(summary.replace(/\.$/, ''))}`,
    ...body,
    '',
  ].join('\n');
}

function synopsis(command: Command): string[] {
  const parts = command.registeredArguments.map(argumentName);
  return [`.B ${roff(pathOf(command))}`, '.RI [ options ]', ...parts.map((part) => `.I ${part}`)];
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

function argumentName(argument: Argument): string {
  const name = `${roff(argument.name())}${argument.variadic ? '...' : ''}`;
  return argument.required ? name : `[${name}]`;
}

function subcommandLines(command: Command): string[] {
  const text = afterHelp(command);
  return [
    `.SH ${roff(pathOf(command).toUpperCase())}`,
    prose(sentence(command.description())),
    ...argumentLines(command),
    ...paragraphLines(text),
    ...optionLines(command, '.SS'),
    ...exampleLines(text, '.SS'),
  ];
}

function argumentLines(command: Command): string[] {
  return command.registeredArguments
    .filter(({ description }) => description !== '')
    .flatMap((argument) => ['.TP', `.I ${argumentName(argument)}`, prose(withChoices(argument))]);
}

/** Under the headings of the help, in its order. */
function optionLines(command: Command, macro: '.SH' | '.SS' = '.SH'): string[] {
  const help = command.createHelp();
  const visible = help.visibleOptions(command);
  const groups = Map.groupBy(visible, ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:');
  return [...groups].flatMap(([heading, options]) => {
    const title = heading.replace(/:$/, '');
    const above = macro === '.SH' ? `.SH ${roff(title.toUpperCase())}` : `.SS ${roff(title)}`;
    return [above, ...options.flatMap(optionLine)];
  });
}

function optionLine(option: Option): string[] {
  return ['.TP', `.B ${roff(option.flags)}`, prose(withChoices(option))];
}

function withChoices({
  description,
  argChoices,
  defaultValue,
  ...rest
}: Option | Argument): string {
  const facts = [
    ...(argChoices === undefined ? [] : [argChoices.join(', ')]),
    ...(defaultValue === undefined || typeof defaultValue === 'boolean'
      ? []
      : [`default: ${rest.defaultValueDescription ?? String(defaultValue)}`]),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}

/** What `addHelpText` put behind the help: paragraphs and examples. */
function afterHelp(command: Command): readonly string[] {
  let shown = '';
  const output = command.configureOutput();
  command.configureOutput({
    ...output,
    writeOut: (text) => {
      shown += text;
    },
  });
  command.outputHelp();
  command.configureOutput(output);
  return shown
    .slice(command.helpInformation().length)
    .trim()
    .split(/\n{2,}/)
    .filter((text) => text !== '');
}

const isExample = (block: string) => /^(?:Examples?|Start with):\n/.test(block);
const isExitStatus = (block: string) => block.startsWith('Exit codes:');

function paragraphLines(blocks: readonly string[]): string[] {
  return blocks
    .filter((block) => !isExample(block) && !isExitStatus(block))
    .flatMap((block) => ['.PP', prose(block.replaceAll('\n', ' '))]);
}

function exampleLines(blocks: readonly string[], macro: '.SH' | '.SS' = '.SH'): string[] {
  const examples = blocks.filter(isExample).flatMap((block) => block.split('\n').slice(1));
  if (examples.length === 0) return [];
  const title = macro === '.SH' ? '.SH EXAMPLES' : '.SS Examples';
  return [title, '.nf', ...examples.map((line) => literal(line.replace(/^ {2}/, ''))), '.fi'];
}

function textLines(blocks: readonly string[]): string[] {
  return [...paragraphLines(blocks), ...exampleLines(blocks)];
}

const exitCodes = [
  ['0', 'Complete.'],
  ['1', 'Failed.'],
  ['2', 'Wrong usage.'],
  ['3', 'Incomplete: the same command continues.'],
  ['4', 'Not allowed.'],
  ['130', 'Interrupted.'],
] as const;

/** As the command says it itself, or what holds for all. */
function exitStatus(blocks: readonly string[]): string[] {
  const own = blocks.find(isExitStatus);
  const text =
    own === undefined
      ? exitCodes.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, meaning])
      : [prose(sentence(own.replace(/^Exit codes:\s*/, '').replaceAll('\n', ' ')))];
  return ['.SH EXIT STATUS', ...text];
}

/** As the help has them, descriptions begin in lower case and have no full stop. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.:)]$/.test(begun) && !begun.endsWith(')') ? begun : `${begun}.`;
}

/** Filled text: a sentence begins a line, as roff wants it, and no line is longer than people read. */
const prose = (text: string): string =>
  text
    .trim()
    .split(/(?<=[.:]) +(?=[A-Z])/)
    .flatMap((part) => part.match(/.{1,76}(?: |$)/g) ?? [part])
    .map((line) => literal(line.trim()))
    .join('\n');

/** A line of text that begins with no request. */
function literal(line: string): string {
  const escaped = roff(line);
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Text in roff: what it would take for an escape or a hyphen, and what is not ASCII, is written out. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replace(/[^\x20-\x7e]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    });
}
