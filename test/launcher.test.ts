import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/annals.js', import.meta.url));

/** Printed at the end of the process that runs the command, which may not be the one that was started. */
const probe = `
  import { runInNewContext } from 'node:vm';
  process.on('exit', () => {
    const collector = runInNewContext('typeof gc');
    console.log(JSON.stringify({ collector, arenas: process.env.MALLOC_ARENA_MAX ?? null }));
  });`;

function processOf(command: string, environment: Readonly<Record<string, string>> = {}): unknown {
  const module = `data:text/javascript,${encodeURIComponent(probe)}`;
  const { MALLOC_ARENA_MAX: _, ...env } = process.env;
  const output = execFileSync(process.execPath, ['--import', module, program, command, '--help'], {
    encoding: 'utf8',
    env: { ...env, ...environment },
  });
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

describe('bin/annals.js', () => {
  it('runs a server with a collector for idle threads, and an allocator that gives memory back', () => {
    assert.deepEqual(processOf('serve'), { collector: 'function', arenas: '2' });
  });

  it('leaves a setting of the allocator that the environment already has', () => {
    const environment = { MALLOC_ARENA_MAX: '7' };
    assert.deepEqual(processOf('serve', environment), { collector: 'function', arenas: '7' });
  });

  it('runs other commands in the process that was started', () => {
    assert.deepEqual(processOf('keys'), { collector: 'undefined', arenas: null });
  });
});
