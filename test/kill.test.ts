import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from './server-process.fixture.ts';

const rounds = Number(process.env.ANNALS_KILL_ROUNDS ?? 3);
const producers = 8;

interface Exported {
  readonly eventID: string;
  readonly sequence: number;
  readonly details: { readonly n: number };
}

describe('killing the server with -9 while producers record', () => {
  it('loses no acknowledged event, and repeats none when producers repeat', async () => {
    await using server = await ServerProcess.start();
    const organisations = [await server.organisation('one'), await server.organisation('two')];
    const acknowledged = organisations.map(() => new Set<string>());
    let n = 0;

    /** Sends batches until the server is gone. A batch without a response is sent again in the next round. */
    const unanswered = new Array<object[] | undefined>(producers);
    const produce = async (producer: number) => {
      const index = producer % organisations.length;
      for (;;) {
        const events =
          unanswered[producer] ??
          Array.from({ length: 1 + (producer % 3) * 20 }, () => {
            n += 1;
            return { eventID: `evt-${n}`, action: 'test', details: { n } };
          });
        unanswered[producer] = events;
        try {
          await server.json('POST', '/v1/audit/events', organisations[index]!.key, { events });
        } catch {
          return;
        }
        unanswered[producer] = undefined;
        for (const { eventID } of events as { eventID: string }[])
          acknowledged[index]!.add(eventID);
      }
    };

    // On a busy machine more rounds, and longer ones, until every log has something to compare.
    const isSomeLogEmpty = () => acknowledged.some((ids) => ids.size === 0);
    for (let round = 0; round < rounds || isSomeLogEmpty(); round += 1) {
      const producing = Array.from({ length: producers }, (_, producer) => produce(producer));
      await sleep(100 * (round + 1) + Math.random() * 400);
      await server.end('SIGKILL');
      await Promise.all(producing);
      await server.start();
    }

    for (const [index, { key }] of organisations.entries()) {
      const response = await fetch(`${server.url}/v1/audit/export?format=ndjson`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      const lines = (await response.text()).trimEnd().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Exported);
      const ids = new Set(events.map(({ eventID }) => eventID));
      assert.equal(ids.size, events.length, 'no event twice');
      for (const id of acknowledged[index]!) assert.ok(ids.has(id), `${id} was acknowledged`);
      for (const { eventID, details } of events) assert.equal(eventID, `evt-${details.n}`);
      const all = await server.json<{ items: { sequence: number }[]; nextSequence: number }>(
        'GET',
        '/v1/audit?fromSequence=0&limit=1000&includeSystemServices=true',
        key,
      );
      assert.deepEqual(
        all.items.map(({ sequence }) => sequence),
        all.items.map((_, sequence) => sequence),
        'no gap in the log',
      );
    }
    assert.ok(acknowledged[0]!.size > 0 && acknowledged[1]!.size > 0);
  });
});

describe('a signal to stop', () => {
  it('by SIGTERM or SIGINT lets the server record what it accepted and exit with 0', async () => {
    await using server = await ServerProcess.start();
    const { key } = await server.organisation('one');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const events = Array.from({ length: 500 }, () => ({ action: signal }));
      const recording = server.json<{ accepted: number }>('POST', '/v1/audit/events', key, {
        events,
      });
      await sleep(5);
      const code = server.end(signal);
      const accepted = await recording.then(
        (receipt) => receipt.accepted,
        () => 0,
      );
      assert.equal(await code, 0);
      await server.start();
      const path = `/v1/audit?action=${signal}`;
      const list = await server.json<{ totalItems: number }>('GET', path, key);
      assert.equal(list.totalItems, accepted);
    }
  });

  it('twice ends the server at once, and loses nothing that it acknowledged', async () => {
    await using server = await ServerProcess.start();
    const { key } = await server.organisation('acme');
    const { accepted } = await server.json<{ accepted: number }>('POST', '/v1/audit/events', key, {
      events: Array.from({ length: 500 }, () => ({ action: 'twice' })),
    });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    // The server waits for a request that is not whole yet.
    socket.write(`POST /v1/audit/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n`);
    const first = server.end('SIGTERM');
    const isReady = () =>
      fetch(`${server.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (await isReady()) await sleep(10);
    assert.equal(await server.end('SIGTERM'), null);
    await first;
    socket.destroy();
    await server.start();
    const list = await server.json<{ totalItems: number }>('GET', '/v1/audit?action=twice', key);
    assert.equal(list.totalItems, accepted);
  });
});

describe('a first start that fails', () => {
  it('lets the next one create the operator’s key', async () => {
    const data = await mkdtemp(join(tmpdir(), 'annals-first-'));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await assert.rejects(firstOutput(data, port), /something already listens there/);
      const printed = await firstOutput(data, 0);
      const file = join(data, 'operator-key');
      assert.ok(printed.endsWith(`The operator's key is in ${file}\n`), printed);
      assert.doesNotMatch(printed, /annals_/);
      assert.match(await readFile(file, 'utf8'), /^annals_\w{12}_\w{43}\n$/);
    } finally {
      taken.close();
      await rm(data, { recursive: true, force: true });
    }
  });

  /** What a server without an operator's key prints when it is ready; then it is killed. */
  async function firstOutput(data: string, port: number): Promise<string> {
    const flags = ['--data', data, '--port', String(port), '--log-level', 'error'];
    const child = spawn(process.execPath, ['bin/annals.js', 'serve', ...flags]);
    const failure = text(child.stderr);
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += chunk;
      if (printed.includes('operator-key\n')) child.kill('SIGKILL');
    }
    if (printed === '') throw new Error(await failure);
    return printed;
  }
});

describe('the data directory', () => {
  it('can be read only by its owner, file by file', async () => {
    await using server = await ServerProcess.start();
    await server.organisation('acme');
    const entries = await readdir(server.data, { recursive: true });
    assert.ok(entries.length > 3);
    for (const entry of entries) {
      const { mode } = await stat(join(server.data, entry));
      assert.equal(mode & 0o077, 0, entry);
    }
  });
});
