import { randomFillSync } from 'node:crypto';
import { homedir } from 'node:os';
import { Command, CommanderError } from 'commander';
import { AnnalsError, type ErrorCode, messageOf } from '../core/errors.ts';
import { systemClock } from '../core/micros.ts';
import { version } from '../server/version.ts';
import { completionCommand } from './completion.ts';
import { type CliContext, Exit, type ExitCode, exitCodes } from './context.ts';
import { contextsCommand } from './contexts.ts';
import { demoCommand } from './demo/demo.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { keysCommand } from './keys.ts';
import { organisationsCommand } from './organisations.ts';
import { serveCommand } from './serve.ts';
import { tailCommand } from './tail.ts';
import { verifyCommand } from './verify.ts';

const commands = [
  serveCommand,
  demoCommand,
  exportCommand,
  importCommand,
  tailCommand,
  verifyCommand,
  organisationsCommand,
  keysCommand,
  contextsCommand,
  completionCommand,
];

/** Runs one command line in the given world. Resolves with the exit code and never rejects. */
export async function run(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  const program = new Command('annals')
    .description('An audit trail that can be proved: record, ask, export.')
    .version(version)
    .helpCommand('help [command]', 'help for a command')
    .addHelpText('after', '\nStart with:\n  $ annals demo\n  $ annals serve');
  for (const command of commands) program.addCommand(command(context));
  forAll(program, (command) => {
    command
      .exitOverride()
      .showHelpAfterError(`(${pathOf(command)} --help shows how)`)
      .configureOutput({
        writeOut: (text) => void context.stdout.write(text),
        writeErr: (text) => void context.stderr.write(text),
      });
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

/** Which code a refusal leaves with; everything not named here is a failure. */
const codes: Partial<Record<ErrorCode, ExitCode>> = {
  invalid: exitCodes.usage,
  unauthenticated: exitCodes.notAllowed,
  forbidden: exitCodes.notAllowed,
  incomplete: exitCodes.incomplete,
};

function outcomeOf(error: unknown, interrupted: boolean): { code: ExitCode; message: string } {
  if (error instanceof Exit) return { code: error.code, message: error.message };
  // Commander has said what was wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) {
    return { code: error.exitCode === 0 ? exitCodes.complete : exitCodes.usage, message: '' };
  }
  if (interrupted) return { code: exitCodes.interrupted, message: 'interrupted' };
  if (error instanceof AnnalsError) {
    return { code: codes[error.code] ?? exitCodes.failed, message: error.message };
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

/** The program: the process as the world. A second signal ends it without waiting. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
      interrupt.abort();
    });
  }
  // Whoever reads our output may stop (`annals tail | head`); that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.complete);
    throw error;
  });
  process.exitCode = await run(process.argv.slice(2), {
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
