import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way to run the command, somewhere on this machine. */
export interface Installation {
  /** The program and its first arguments. */
  readonly command: readonly string[];
  /** In which environment; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** As which user; by default as this one. */
  readonly uid?: number;
  /** Who owns the folder, when the program itself becomes another user. */
  readonly owner?: number;
  /** An application that records; it gets the address and the file with the key as arguments. */
  readonly applications?: readonly (readonly string[])[];
}

/**
 * Does with an installation what a first user does: a server, an organisation, a key, events from applications, an export
 * with its proof, and the proof verified. `folder` gets a folder of its own for that, and is left empty.
 */
export async function useAnnals(folder: string, installation: Installation): Promise<void> {
  const home = mkdtempSync(join(folder, 'use-'));
  const { uid, owner = uid } = installation;
  if (owner !== undefined) chownSync(home, owner, owner);
  const options = {
    cwd: home,
    env: { ...(installation.env ?? process.env), HOME: home },
    ...(uid !== undefined && { uid, gid: uid }),
  };
  const [program = '', ...first] = installation.command;
  const run = (...args: string[]) =>
    execFileSync(program, [...first, ...args], { ...options, encoding: 'utf8' });

  const serve = ['serve', '--data', join(home, 'data'), '--port', '0', '--log-level', 'warn'];
  const server = spawn(program, [...first, ...serve], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { url, verifierKey } = await listening(server);
    const operator = ['--api', url, '--token-file', join(home, 'data/operator-key')];
    const key = join(home, 'acme.key');
    run('orgs', 'create', 'acme', ...operator);
    run(
      'keys',
      'create',
      '-O',
      'acme',
      '--role',
      'org-admin',
      '--name',
      'check',
      '--output',
      key,
      ...operator,
    );
    const applications = installation.applications ?? [];
    for (const [application = '', ...args] of applications) {
      execFileSync(application, [...args, url, key], { ...options, stdio: 'inherit' });
    }
    const out = join(home, 'out');
    mkdirSync(out);
    if (owner !== undefined) chownSync(out, owner, owner);
    const file = join(out, 'trail.json');
    const connection = ['--api', url, '--token-file', key, '--quiet'];
    run(
      'export',
      '--since',
      '1h',
      '--include-system-services',
      '--proof',
      '-o',
      file,
      ...connection,
    );
    run('verify', out, '--key', verifierKey, '--quiet');
    const events = JSON.parse(readFileSync(file, 'utf8')) as {
      action: string;
      context?: { path?: string };
    }[];
    const calls = events.filter(({ context }) => context?.path === '/items/7');
    assert.equal(calls.length, applications.length);
    assert.ok(events.length > calls.length);
    // A proof that proves anything would be none.
    writeFileSync(file, readFileSync(file, 'utf8').replace('"action":"', '"action":"X'));
    assert.throws(() => run('verify', out, '--key', verifierKey, '--quiet', '--json'));
    await openConsole(url);
    assert.equal(await end(server), 0);
  } finally {
    await end(server);
    rmSync(home, { recursive: true });
  }
}

/** The page, and the script and the styles that it names. */
async function openConsole(url: string): Promise<void> {
  const page = await fetch(`${url}/console`);
  assert.equal(page.status, 200);
  const addresses = [...(await page.text()).matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)];
  assert.ok(addresses.length >= 3);
  for (const [, address = ''] of addresses) {
    assert.equal((await fetch(url + address)).status, 200, address);
  }
}

/** Its stdout stays open: a server whose reader is gone ends. */
function listening(server: ChildProcess): Promise<{ url: string; verifierKey: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (text: Buffer) => {
      output += text;
      const url = /listens on (\S+)/.exec(output)?.[1];
      const verifierKey = /verified by: (\S+)\n/.exec(output)?.[1];
      if (url !== undefined && verifierKey !== undefined) resolve({ url, verifierKey });
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`The server ended before it listened: ${output}`)));
  });
}

async function end(server: ChildProcess): Promise<number | null> {
  if (server.exitCode === null && server.signalCode === null) {
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    await exit;
  }
  return server.exitCode;
}
