import { randomFillSync } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import { systemClock } from '../../src/core/micros.ts';
import type { VerifyFinding } from '../../src/export/verify/findings.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line as the program does, in this directory and with an empty environment. */
export async function annals(cwd: string, ...argv: readonly string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk;
        done();
      },
    });
  const code = await run(argv, {
    env: {},
    stdin: Readable.from([]),
    stdout: into('stdout'),
    stderr: into('stderr'),
    clock: systemClock,
    random: (bytes) => void randomFillSync(bytes),
    signal: new AbortController().signal,
    cwd,
    home: cwd,
  });
  return { code, ...written };
}

export interface Verified {
  readonly code: number;
  readonly proved: boolean;
  readonly findings: readonly VerifyFinding[];
}

/** `annals verify … --json` */
export async function verify(cwd: string, ...argv: readonly string[]): Promise<Verified> {
  const { code, stdout, stderr } = await annals(cwd, 'verify', ...argv, '--json');
  if (stdout === '') throw new Error(`verify left with ${code}: ${stderr}`);
  const report = JSON.parse(stdout) as {
    readonly proved: boolean;
    readonly findings?: readonly VerifyFinding[];
    readonly exports?: readonly { readonly findings: readonly VerifyFinding[] }[];
  };
  const findings = report.findings ?? report.exports?.flatMap((each) => each.findings) ?? [];
  return { code, proved: report.proved, findings };
}
