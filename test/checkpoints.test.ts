import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkpoint, openCheckpoint } from '../src/integrity/checkpoint.ts';
import { parseVerifierKey } from '../src/integrity/keys.ts';
import { verifyConsistency } from '../src/integrity/proof.ts';
import { ServerProcess } from './server-process.fixture.ts';

/** For how long producers record, at least. */
const seconds = Number(process.env.ANNALS_CHECKPOINT_SECONDS ?? 3);
const producers = 50;
const organisationCount = 12;

/** A log, and every checkpoint of it that a client got, by size. */
interface Log {
  readonly key: string;
  readonly issued: Map<number, string>;
}

describe('killing the server with -9 while 50 producers record', () => {
  it('leaves every checkpoint ever issued consistent with the last one', async () => {
    await using server = await ServerProcess.start(['--checkpoint-seconds', '1']);
    const logs: Log[] = [];
    for (let index = 0; index < organisationCount; index += 1) {
      const { key } = await server.organisation(`acme-${index}`);
      logs.push({ key, issued: new Map() });
    }

    const get = async (log: Log, path: string) => {
      const headers = { Authorization: `Bearer ${log.key}` };
      const response = await fetch(`${server.url}/v1/audit/${path}`, { headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return text;
    };
    const verifier = parseVerifierKey(
      (JSON.parse(await get(logs[0]!, 'keys')) as { current: string }).current,
    );
    const open = (message: string) => openCheckpoint(message, [verifier]).checkpoint;
    const take = async (log: Log): Promise<Checkpoint> => {
      const message = await get(log, 'checkpoint');
      const checkpoint = open(message);
      const before = log.issued.get(checkpoint.size);
      assert.ok(before === undefined || before === message, 'one checkpoint at a size');
      log.issued.set(checkpoint.size, message);
      return checkpoint;
    };

    let acknowledged = 0;
    /** Records and reads checkpoints until the server is gone. */
    const produce = async (producer: number) => {
      const log = logs[producer % logs.length]!;
      for (let n = 0; ; n += 1) {
        const events = Array.from({ length: 1 + (producer % 4) * 15 }, () => ({ action: 'test' }));
        try {
          const { checkpointSize } = await server.json<{ checkpointSize: number }>(
            'POST',
            '/v1/audit/events',
            log.key,
            { events },
          );
          acknowledged += events.length;
          if (n % 5 > 0) continue;
          const { size } = await take(log);
          assert.ok(size >= checkpointSize, 'a checkpoint has what was acknowledged before');
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          return;
        }
      }
    };

    const end = Date.now() + seconds * 1_000;
    let lives = 0;
    const issued = () => logs.reduce((sum, log) => sum + log.issued.size, 0);
    // Longer on a slow machine, until there is something to compare.
    while (Date.now() < end || lives < 2 || issued() <= logs.length) {
      lives += 1;
      const producing = Array.from({ length: producers }, (_, producer) => produce(producer));
      // The time between two kills grows, so that a busy machine issues checkpoints too.
      await sleep(300 * lives + Math.random() * 900);
      await server.end('SIGKILL');
      await Promise.all(producing);
      await server.start();
    }

    let checked = 0;
    for (const log of logs) {
      const last = await take(log);
      for (const [size, message] of log.issued) {
        const path = `proof/consistency?from=${size}&to=${last.size}`;
        const { hashes } = JSON.parse(await get(log, path)) as { hashes: string[] };
        const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
        assert.ok(verifyConsistency(open(message), last, proof), `from ${size} to ${last.size}`);
        assert.equal(await get(log, `checkpoint?size=${size}`), message, 'it is kept');
        checked += 1;
      }
    }
    assert.doesNotMatch(server.output, /could not be signed/);
    assert.ok(acknowledged > 0 && checked > logs.length);
  });
});
