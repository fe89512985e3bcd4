import { randomFillSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestApp } from '../api/app.fixture.ts';
import { systemClock } from '../core/micros.ts';
import type { CliContext, ExitCode } from './cli-context.ts';
import { run } from './run.ts';

export interface CommandResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** The requests of a command, answered by an application without a socket. */
export const fetchFrom =
  (app: TestApp): typeof fetch =>
  async (input, init) =>
    app.serve(new Request(input, init), {});

/** Runs one command line in a world of its own, which waits for nothing. */
export async function runCommand(
  args: readonly string[],
  change: Partial<Omit<CliContext, 'stdin' | 'stdout' | 'stderr'>> & {
    readonly input?: string;
    /** Whether stdout is a terminal. */
    readonly isTerminal?: boolean;
    /** How wide that terminal is. */
    readonly columns?: number;
  },
): Promise<CommandResult> {
  const { input, isTerminal = false, columns = 80, ...world } = change;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  Object.assign(stdout, { isTTY: isTerminal, columns });
  const written = Promise.all([text(stdout), text(stderr)]);
  const code = await run(args, {
    env: {},
    stdin: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    clock: systemClock,
    random: (bytes) => void randomFillSync(bytes),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    cwd: tmpdir(),
    home: tmpdir(),
    ...world,
  });
  stdout.end();
  stderr.end();
  const [out, errors] = await written;
  return { code, stdout: out, stderr: errors };
}
