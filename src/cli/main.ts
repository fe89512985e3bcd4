import { randomFillSync } from 'node:crypto';
import { homedir } from 'node:os';
import { Command, CommanderError } from 'commander';
import { AnnalsError, type ErrorCode, messageOf } from '../core/errors.ts';
import { systemClock } from '../core/micros.ts';
import { reduceMemoryUse, restartAfterFirstCompile } from '../runtime/process-memory.ts';
import { version } from '../server/version.ts';
import { type CliContext, Exit, type ExitCode, exitCodes } from './cli-context.ts';
import { readSecretFlags } from './secrets.ts';
import { safeForTerminal } from './terminal-text.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

type CreateCommand = (context: CliContext) => Command;

/** Each command is loaded only when it runs: an export does not need a server, nor the memory it takes. */
const commands: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  demo: async () => (await import('./demo/demo.ts')).demoCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  sync: async () => (await import('./sync.ts')).syncCommand,
  import: async () => (await import('./import.ts')).importCommand,
  tail: async () => (await import('./tail.ts')).tailCommand,
  erase: async () => (await import('./erase.ts')).eraseCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  orgs: async () => (await import('./organisations.ts')).organisationsCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
  context: async () => (await import('./saved-contexts.ts')).contextsCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
};

/** Commands that may read a whole trail. */
const streaming = new Set(['export', 'download', 'sync', 'import', 'verify']);

/** The command that comes first; all of them when there is none, or all are needed (help, completion). */
export async function loadCommands(argv: readonly string[]): Promise<CreateCommand[]> {
  const [first = ''] = argv;
  const named =
    Object.hasOwn(commands, first) && first !== 'completion' ? commands[first] : undefined;
  return Promise.all(
    (named === undefined ? Object.values(commands) : [named]).map((load) => load()),
  );
}

/** Runs one command line in this context. Resolves with the exit code and never rejects. */
export async function run(argv: readonly string[], world: CliContext): Promise<ExitCode> {
  // In one place for all commands: messages repeat what servers and files say.
  const context: Mutable<CliContext> = { ...world, stderr: safeForTerminal(world.stderr) };
  const program = new Command('annals')
    .description('An audit trail that can be proved: record, query, export, verify.')
    .version(version)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', '\nStart with:\n  $ annals demo\n  $ annals serve');
  for (const command of await loadCommands(argv)) program.addCommand(command(context));
  program.hook('preAction', (_program, command) => readSecretFlags(command, context));
  forAll(program, (command) => {
    command
      .exitOverride()
      .configureHelp({ minWidthToWrap: 30 })
      .showHelpAfterError(`(see ${pathOf(command)} --help)`)
      .configureOutput({
        writeOut: (text) => void context.stdout.write(text),
        writeErr: (text) => void context.stderr.write(text),
      });
  });
  program.hook('preAction', async (_, command) => {
    const { caFile } = command.opts<{ caFile?: string }>();
    if (caFile === undefined && !context.env.ANNALS_CA_FILE) return;
    const { readCaFile } = await import('./connection.ts');
    context.caCertificates = await readCaFile(caFile, context);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCodes.complete;
  } catch (error) {
    const { code, message } = outcomeOf(error, context.signal.aborted);
    if (message !== '') context.stderr.write(`annals: ${message}\n`);
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

/** Ends the process as if the signal had no listener. `process.exit` would stop threads in the middle of a step. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** The program: a context from the process. A second signal ends it at once. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) endBy(signal);
      interrupt.abort();
    });
  }
  const argv = process.argv.slice(2);
  // The reader of our output may stop (`annals tail | head`). That is not a failure, but an export is not complete then.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(argv[0] === 'export' ? exitCodes.incomplete : exitCodes.complete);
  });
  if (streaming.has(argv[0] ?? '')) {
    reduceMemoryUse();
    await loadCommands(argv);
    restartAfterFirstCompile();
  }
  process.exitCode = await run(argv, {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    random: (bytes) => void randomFillSync(bytes),
    signal: interrupt.signal,
    cwd: process.cwd(),
    home: homedir(),
  });
}
