import { Command, CommanderError } from 'commander';
import { AnnalsError, type ErrorCode, messageOf } from '../core/errors.ts';
import { version } from '../server/version.ts';
import { type CliContext, Exit, type ExitCode, exitCodes } from './cli-context.ts';
import { type ClientTlsFlags, namesTlsFile } from './client-tls-flags.ts';
import { commandNamed, commands } from './commands.ts';
import { readSecretFlags } from './secrets.ts';
import { complain, safeForTerminal } from './terminal-text.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** The commands that a command line needs: one; none for the list of them; or all, to complete them. */
function commandsOf([first = '']: readonly string[]): readonly string[] {
  const name = commandNamed(first);
  if (name === 'completion') return Object.keys(commands);
  return name === undefined ? [] : [name];
}

/** `annals` with its commands. Those that are not loaded are there for the help alone. */
export async function createProgram(
  loaded: readonly string[],
  context: CliContext,
): Promise<Command> {
  const program = new Command('annals')
    .description('An audit trail that can be proved: record, query, export, verify.')
    .version(version)
    .helpCommand('help [command...]', 'show the help of a command')
    .addHelpText('after', '\nStart with:\n  $ annals demo\n  $ annals serve');
  for (const [name, { summary, alias, load }] of Object.entries(commands)) {
    const command = loaded.includes(name) ? (await load())(context) : new Command(name);
    program.addCommand(command.description(summary));
    if (alias !== undefined) command.alias(alias);
  }
  return program;
}

/** `annals help keys create` is `annals keys create --help`. */
function withHelpAsFlag(line: readonly string[]): readonly string[] {
  const [first, ...words] = line;
  if (first !== 'help' || words[0] === undefined) return line;
  // Without the flag, an unknown command is an error.
  return commandNamed(words[0]) === undefined ? words : [...words, '--help'];
}

/** Runs one command line in this context. Resolves with the exit code and never rejects. */
export async function run(line: readonly string[], world: CliContext): Promise<ExitCode> {
  // In one place for all commands: messages repeat what servers and files say.
  const context: Mutable<CliContext> = { ...world, stderr: safeForTerminal(world.stderr) };
  const argv = withHelpAsFlag(line);
  const program = await createProgram(commandsOf(argv), context);
  program.hook('preAction', (_program, command) => readSecretFlags(command, context));
  forAll(program, (command) => {
    command
      .exitOverride()
      .configureHelp({ minWidthToWrap: 30 })
      .showHelpAfterError(`(see ${pathOf(command)} --help)`)
      .configureOutput({
        writeOut: (text) => void context.stdout.write(text),
        writeErr: (text) => void context.stderr.write(text),
        outputError: (text) => complain(context, text.trimEnd().replace(/^error: /, ''), 'bad'),
      });
  });
  program.hook('preAction', async (_, command) => {
    const flags = command.opts<ClientTlsFlags>();
    if (!namesTlsFile(flags, context.env)) return;
    const { readClientTls } = await import('./client-tls.ts');
    context.tls = await readClientTls(flags, context);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes.complete;
  } catch (error) {
    const { code, message } = outcomeOf(error, context.signal.aborted);
    if (message !== '') complain(context, message, 'bad');
    return code;
  }
}

/** The exit codes of errors; every other error is a failure. */
const exitCodesByError: Partial<Record<ErrorCode, ExitCode>> = {
  invalid: exitCodes.usage,
  unauthenticated: exitCodes.notAllowed,
  forbidden: exitCodes.notAllowed,
  incomplete: exitCodes.incomplete,
};

function outcomeOf(error: unknown, interrupted: boolean): { code: ExitCode; message: string } {
  if (error instanceof Exit) return { code: error.code, message: error.message };
  // Commander has already printed what is wrong, or the help.
  if (error instanceof CommanderError) {
    return { code: error.exitCode === 0 ? exitCodes.complete : exitCodes.usage, message: '' };
  }
  if (interrupted) return { code: exitCodes.interrupted, message: 'interrupted' };
  if (error instanceof AnnalsError) {
    return { code: exitCodesByError[error.code] ?? exitCodes.failed, message: error.message };
  }
  return { code: exitCodes.failed, message: messageOf(error) };
}

function forAll(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forAll(child, visit);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
