import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
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

describe('bin/annals.js in an installed package', () => {
  const platform = `node-${process.platform}-${process.arch}`;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'annals-test-'));
    write('node_modules/annals/package.json', {
      type: 'module',
      optionalDependencies: { 'node-none-x64': '1.0.0', [platform]: '1.0.0' },
    });
    write('node_modules/annals/dist/main.js', "export const main = () => console.log('built');");
    mkdirSync(join(folder, 'node_modules/annals/bin'));
    cpSync(program, join(folder, 'node_modules/annals/bin/annals.js'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, content: unknown): void {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** A platform package whose Node says where it is, and that it was started. */
  function writeNode(modules: string): void {
    const node = join(modules, platform, 'bin/node');
    write(join(modules, platform, 'package.json'), { name: platform });
    write(node, `#!/bin/sh\necho "${modules}: $2"\nexit 3\n`);
    chmodSync(join(folder, node), 0o755);
  }

  function start(version = process.versions.node) {
    const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
    const module = `data:text/javascript,${encodeURIComponent(pretend)}`;
    const file = join(folder, 'node_modules/annals/bin/annals.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', module, file, 'word'],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  it('runs what was built', () => {
    assert.deepEqual(start(), { status: 0, stdout: 'built\n', stderr: '' });
  });

  it('runs the source of a clone, whatever was built there', () => {
    const source = "export const main = () => console.log('source');";
    // Node runs TypeScript only outside of node_modules.
    cpSync(join(folder, 'node_modules/annals'), join(folder, 'clone'), { recursive: true });
    write('clone/src/cli/main.ts', source);
    const file = join(folder, 'clone/bin/annals.js');
    assert.equal(execFileSync(process.execPath, [file], { encoding: 'utf8' }), 'source\n');
  });

  it('hands over to the Node of the platform package, beside it or in it', () => {
    writeNode('node_modules');
    const [beside, inside] = ['node_modules', 'node_modules/annals/node_modules'];
    assert.deepEqual(start('20.1.0'), { status: 3, stdout: `${beside}: word\n`, stderr: '' });
    writeNode(inside);
    assert.deepEqual(start('20.1.0'), { status: 3, stdout: `${inside}: word\n`, stderr: '' });
  });

  it('says on an old Node what is missing when there is no other', () => {
    const { status, stderr } = start('20.1.0');
    assert.equal(status, 1);
    assert.match(stderr, /^annals: Cannot start on Node 20\.1\.0: 26 or newer is needed.*--omit=/);
  });
});
