// This file needs a process of its own: while a test waits, nothing but the recorder may keep the process alive.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnnalsError } from '../core/errors.ts';
import type { RecorderDraft } from './fit-draft.ts';
import type { RecorderOptions } from './options.ts';
import { inTurn, type Receiver, rejecting, startReceiver } from './receiver.fixture.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { systemSchedule } from './schedule.ts';

const key = 'annals_k1_secret';
/** Pauses that are short enough for a test. */
const quick = { maxDelayMs: 1, minRetryMs: 1, maxRetryMs: 4, requestTimeoutMs: 5_000 };
const runs = Number(process.env.ANNALS_PROPERTY_RUNS ?? 20);

interface Scene extends AsyncDisposable {
  readonly receiver: Receiver;
  readonly recorder: Recorder;
  readonly errors: AnnalsError[];
  /** Resolves with the first error that onError got. */
  readonly failed: Promise<AnnalsError>;
}

async function open(options: Partial<RecorderOptions> = {}): Promise<Scene> {
  const receiver = await startReceiver();
  const errors: AnnalsError[] = [];
  const failed = Promise.withResolvers<AnnalsError>();
  const onError = (error: AnnalsError) => {
    errors.push(error);
    failed.resolve(error);
  };
  const recorder = createRecorder({ api: receiver.api, key, onError, ...quick, ...options });
  return {
    receiver,
    recorder,
    errors,
    failed: failed.promise,
    [Symbol.asyncDispose]: async () => {
      await recorder.close(0);
      await receiver.stop();
    },
  };
}

function recordMany(recorder: Recorder, count: number, from = 0): (string | undefined)[] {
  return Array.from({ length: count }, (_, n) => recorder.record({ action: `a.${from + n}` }));
}

const actions = (receiver: Receiver) => receiver.stored.map((event) => event.action);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `a.${n}`);

test('events arrive once each, in the order in which they were recorded, with the ids that record() returned', async () => {
  await using scene = await open({ maxBatchEvents: 7 });
  const ids = recordMany(scene.recorder, 50);
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(50));
  assert.deepEqual(
    scene.receiver.stored.map((event) => event.eventID),
    ids,
  );
  assert.ok(scene.receiver.requests.every((request) => request.key === `Bearer ${key}`));
  assert.ok(scene.receiver.requests.every((request) => request.count <= 7));
});

test('whatever the server does with requests, no event is lost, doubled or reordered', async () => {
  const behaviour = fc.constantFrom(
    'accept' as const,
    'reset' as const,
    'store-and-reset' as const,
    { status: 429, headers: { 'retry-after': '0' } },
    { status: 503 },
    { status: 408 },
    { status: 401 },
    { status: 413 },
    { status: 200, body: 'not an Annals server' },
  );
  const bursts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { maxLength: 12 }), bursts, async (script, counts) => {
      // A 413 for a single event would be a real rejection; batches stay larger than one until the script ends.
      await using scene = await open({ maxBatchEvents: 1_024 });
      scene.receiver.behave = (drafts) => {
        const next = script.shift() ?? 'accept';
        return typeof next === 'object' && next.status === 413 && drafts.length === 1
          ? 'accept'
          : next;
      };
      let count = 0;
      for (const burst of counts) {
        recordMany(scene.recorder, burst, count);
        count += burst;
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(await scene.recorder.flush(), true);
      assert.deepEqual(actions(scene.receiver), numbered(count));
      const { recorded, delivered, lost, waitingEvents } = scene.recorder.stats;
      assert.deepEqual([recorded, delivered, lost, waitingEvents], [count, count, 0, 0]);
    }),
    { numRuns: runs },
  );
});

test('events recorded while the server is down arrive when it is back', async () => {
  await using scene = await open();
  recordMany(scene.recorder, 3);
  await scene.recorder.flush();
  await scene.receiver.stop();
  recordMany(scene.recorder, 5, 3);
  assert.equal((await scene.failed).code, 'unavailable');
  assert.equal(await scene.recorder.flush(1), false);
  await scene.receiver.start();
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(8));
});

test('what the application changes after record() is not in the event', async () => {
  await using scene = await open();
  const details = { role: 'reader' };
  scene.recorder.record({ action: 'role.grant', details });
  details.role = 'owner';
  await scene.recorder.flush();
  assert.deepEqual(scene.receiver.stored[0]?.details, { role: 'reader' });
});

test('events rejected by index are left out, the others arrive, and an event reports the loss', async () => {
  await using scene = await open();
  const isBad = (action: string) => action.endsWith('3') || action.endsWith('7');
  scene.receiver.behave = rejecting((draft) => isBad(draft.action));
  recordMany(scene.recorder, 20);
  await scene.recorder.flush();
  await scene.recorder.flush();
  const report = scene.receiver.stored.at(-1);
  assert.deepEqual(
    actions(scene.receiver).slice(0, -1),
    numbered(20).filter((action) => !isBad(action)),
  );
  assert.equal(report?.action, 'recorder.dropped');
  assert.equal(report?.details?.count, 4);
  assert.deepEqual(report?.details?.reasons, { refused: 4 });
  assert.deepEqual(scene.recorder.stats.lostBy, { refused: 4 });
  assert.match(scene.errors[0]?.message ?? '', /answered 400: Cannot record: an event is bad/);
});

test('a rejection without indexes costs only the events that are rejected alone', async () => {
  await using scene = await open();
  scene.receiver.behave = (drafts) =>
    drafts.some((draft) => draft.action === 'a.13') ? { status: 422 } : 'accept';
  recordMany(scene.recorder, 40);
  await scene.recorder.flush();
  const expected = numbered(40).filter((action) => action !== 'a.13');
  assert.deepEqual(
    actions(scene.receiver).filter((action) => action !== 'recorder.dropped'),
    expected,
  );
  assert.deepEqual(scene.recorder.stats.lostBy, { refused: 1 });
});

test('a batch that is too large for the server is sent in smaller ones, which grow again', async () => {
  await using scene = await open();
  scene.receiver.behave = (drafts) => (drafts.length > 3 ? { status: 413 } : 'accept');
  recordMany(scene.recorder, 20);
  await scene.recorder.flush();
  assert.deepEqual(actions(scene.receiver), numbered(20));
  assert.equal(scene.recorder.stats.lost, 0);
  scene.receiver.behave = () => 'accept';
  recordMany(scene.recorder, 200, 20);
  await scene.recorder.flush();
  assert.ok(scene.receiver.requests.some((request) => request.count > 90));
});

test('with a wrong key events wait, and arrive once the key was replaced', async () => {
  let current = 'annals_old';
  await using scene = await open({ key: () => current });
  const right = `Bearer ${key}`;
  scene.receiver.behave = () =>
    scene.receiver.requests.at(-1)?.key === right ? 'accept' : { status: 401 };
  recordMany(scene.recorder, 4);
  assert.equal((await scene.failed).code, 'unauthenticated');
  assert.equal(await scene.recorder.flush(1), false);
  current = key;
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(4));
});

test('pauses grow with failures, keep to Retry-After, and are long while the key is wrong', async () => {
  const pauses: number[] = [];
  await using scene = await open({
    minRetryMs: 100,
    maxRetryMs: 1_000,
    maxDelayMs: 7,
    requestTimeoutMs: 999_999,
    random: (bytes) => bytes.fill(255),
    schedule: (delayMs, callback, keepAlive) => {
      if (keepAlive || delayMs === 999_999) return systemSchedule(delayMs, callback, keepAlive);
      pauses.push(Math.round(delayMs));
      return systemSchedule(0, callback);
    },
  });
  const later = { status: 503, headers: { 'retry-after': '7200' } };
  scene.receiver.behave = inTurn(
    { status: 503 },
    { status: 503 },
    'reset',
    { status: 429, headers: { 'retry-after': '12' } },
    later,
    'accept',
    { status: 503 },
    { status: 403 },
  );
  recordMany(scene.recorder, 1);
  await scene.recorder.flush();
  recordMany(scene.recorder, 1, 1);
  await scene.recorder.flush();
  scene.receiver.behave = inTurn({ status: 422 });
  recordMany(scene.recorder, 1, 2);
  await scene.recorder.flush();
  const hour = 3_600_000;
  assert.deepEqual(
    pauses.filter((pause) => pause !== 7),
    [100, 200, 400, 12_000, hour, 100, 1_000, 100],
  );
});

test('a full queue loses the newest events, and an event reports how many and when', async () => {
  let time = '2026-06-20T08:00:00.000000Z';
  const clock = () => Date.parse(time) * 1_000;
  await using scene = await open({ maxQueueEvents: 5, clock });
  await scene.receiver.stop();
  const kept = recordMany(scene.recorder, 5);
  time = '2026-06-20T08:00:07.000000Z';
  const lost = [...recordMany(scene.recorder, 1)];
  time = '2026-06-20T08:30:00.000000Z';
  lost.push(...recordMany(scene.recorder, 2));
  time = '2026-06-20T09:00:00.000000Z';
  await scene.receiver.start();
  await scene.recorder.flush();
  await scene.recorder.flush();
  assert.ok(kept.every((id) => id !== undefined));
  assert.deepEqual(lost, [undefined, undefined, undefined]);
  assert.deepEqual(actions(scene.receiver), [...numbered(5), 'recorder.dropped']);
  assert.equal(scene.receiver.stored[4]?.createdAt, '2026-06-20T08:00:00.000000Z');
  assert.deepEqual(scene.receiver.stored[5]?.details, {
    count: 3,
    from: '2026-06-20T08:00:07.000000Z',
    to: '2026-06-20T08:30:00.000000Z',
    reasons: { 'queue-full': 3 },
  });
});

test('an event that cannot be recorded is counted and reported', async () => {
  await using scene = await open();
  assert.equal(scene.recorder.record({ action: '' }), undefined);
  assert.equal(scene.recorder.record(null as unknown as RecorderDraft), undefined);
  await scene.recorder.flush();
  assert.deepEqual(actions(scene.receiver), ['recorder.dropped']);
  assert.deepEqual(scene.receiver.stored[0]?.details?.reasons, { unrecordable: 2 });
});

test('a server that rejects even the event about losses gets no other one until it accepts something', async () => {
  await using scene = await open();
  scene.receiver.behave = rejecting(() => true);
  recordMany(scene.recorder, 1);
  await scene.recorder.flush();
  await scene.recorder.flush();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(scene.receiver.requests.length, 2);
  scene.receiver.behave = () => 'accept';
  recordMany(scene.recorder, 1, 1);
  await scene.recorder.flush();
  await scene.recorder.flush();
  assert.deepEqual(actions(scene.receiver), ['a.1', 'recorder.dropped']);
  assert.equal(scene.receiver.stored[1]?.details?.count, 1);
});

test('a request to a server that hangs is given up and sent again', async () => {
  await using scene = await open({ requestTimeoutMs: 100 });
  scene.receiver.behave = inTurn('hang');
  recordMany(scene.recorder, 2);
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(2));
  assert.equal(scene.errors[0]?.code, 'timeout');
});

test('events wait for others until there is a full batch, or flush() is called', async () => {
  await using scene = await open({ maxDelayMs: 60_000, maxBatchEvents: 5 });
  recordMany(scene.recorder, 5);
  while (scene.receiver.stored.length < 5) await new Promise((resolve) => setTimeout(resolve, 1));
  await scene.recorder.flush();
  recordMany(scene.recorder, 2, 5);
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(
    scene.receiver.requests.map((request) => request.count),
    [5, 2],
  );
});

test('flush() may wait without a limit', async () => {
  await using scene = await open();
  scene.receiver.behave = inTurn('reset', 'reset');
  recordMany(scene.recorder, 2);
  assert.equal(await scene.recorder.flush(Number.POSITIVE_INFINITY), true);
  assert.deepEqual(actions(scene.receiver), numbered(2));
});

test('close() ends at its time limit and counts what was left; later events are lost', async () => {
  await using scene = await open();
  scene.receiver.behave = () => 'hang';
  recordMany(scene.recorder, 3);
  assert.equal(await scene.recorder.close(20), false);
  assert.equal(scene.recorder.record({ action: 'late' }), undefined);
  const { recorded, delivered, lost, lostBy } = scene.recorder.stats;
  assert.deepEqual(
    { recorded, delivered, lost, lostBy },
    {
      recorded: 4,
      delivered: 0,
      lost: 4,
      lostBy: { closed: 4 },
    },
  );
});

test('close() also delivers the event that reports losses during close()', async () => {
  await using scene = await open();
  scene.receiver.behave = rejecting((draft) => draft.action === 'a.0');
  recordMany(scene.recorder, 1);
  assert.equal(await scene.recorder.close(), true);
  assert.deepEqual(actions(scene.receiver), ['recorder.dropped']);
});

test('close() ends a pause between attempts', async () => {
  await using scene = await open({ minRetryMs: 60_000, maxRetryMs: 60_000 });
  scene.receiver.behave = inTurn('reset');
  recordMany(scene.recorder, 3);
  assert.equal(await scene.recorder.flush(20), false);
  assert.equal(await scene.recorder.close(), true);
  assert.deepEqual(actions(scene.receiver), numbered(3));
});

test('only a response that counts every event is believed', async () => {
  await using scene = await open();
  scene.receiver.behave = inTurn(
    { status: 200, body: 'Welcome' },
    { status: 201, body: { accepted: 1, duplicates: 0 } },
  );
  recordMany(scene.recorder, 2);
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(2));
  assert.deepEqual(
    scene.errors.map((error) => error.code),
    ['corrupt', 'corrupt'],
  );
});

test('a response without end is not read to its end', async () => {
  let calls = 0;
  let isCancelled = false;
  const endless = () =>
    new ReadableStream({
      pull: (body) => body.enqueue(new Uint8Array(10_000).fill(0x20)),
      cancel: () => {
        isCancelled = true;
      },
    });
  await using scene = await open({
    fetch: async (...request) => {
      calls += 1;
      return calls === 1 ? new Response(endless(), { status: 201 }) : fetch(...request);
    },
  });
  recordMany(scene.recorder, 1);
  assert.equal(await scene.recorder.flush(), true);
  assert.equal(isCancelled, true);
  assert.equal(scene.errors[0]?.code, 'corrupt');
  assert.deepEqual(actions(scene.receiver), numbered(1));
});

test('a redirect is not followed: the key goes nowhere else', async () => {
  await using elsewhere = await open();
  await using scene = await open();
  scene.receiver.behave = inTurn({
    status: 307,
    headers: { location: `${elsewhere.receiver.api}/v1/audit/events` },
  });
  recordMany(scene.recorder, 1);
  await scene.recorder.flush();
  assert.deepEqual(actions(scene.receiver), numbered(1));
  assert.equal(elsewhere.receiver.requests.length, 0);
});

test('no error shows the key, not even one about the key', async () => {
  await using scene = await open({ key: () => `${key}\n` });
  recordMany(scene.recorder, 1);
  assert.equal((await scene.failed).code, 'unauthenticated');
  assert.ok(scene.errors.every((error) => !String(error.message).includes(key)));
  assert.equal(scene.receiver.requests.length, 0);
});

test('an onError that throws changes nothing', async () => {
  await using scene = await open({
    onError() {
      throw new Error('from the application');
    },
  });
  scene.receiver.behave = inTurn('reset');
  recordMany(scene.recorder, 2);
  assert.equal(await scene.recorder.flush(), true);
  assert.deepEqual(actions(scene.receiver), numbered(2));
});

/** Runs a program that has a recorder. Resolves with its exit code once it has ended by itself. */
async function runProgram(options: object, ending = ''): Promise<unknown> {
  const program = `
    import { createRecorder } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
    const recorder = createRecorder({ key: 'k', onError() {}, ...${JSON.stringify(options)} });
    recorder.record({ action: 'GET' });
    ${ending}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  const [code] = await once(child, 'exit');
  return code;
}

test('neither waiting events nor a pause before the next attempt keep a process alive', async () => {
  await using scene = await open();
  await scene.receiver.stop();
  const minute = 60_000;
  const { api } = scene.receiver;
  assert.equal(await runProgram({ api, maxDelayMs: minute }), 0);
  assert.equal(await runProgram({ api, maxDelayMs: 0, minRetryMs: minute, maxRetryMs: minute }), 0);
  await scene.receiver.start();
});

test('close() keeps the process alive until everything has arrived or its time is up', async () => {
  await using scene = await open();
  const { api } = scene.receiver;
  const slow = { maxDelayMs: 60_000, minRetryMs: 60_000, maxRetryMs: 60_000, closeTimeoutMs: 500 };
  const ending = 'process.exitCode = (await recorder.close()) ? 1 : 2;';
  assert.equal(await runProgram({ api, ...slow, closeTimeoutMs: 10_000 }, ending), 1);
  assert.deepEqual(actions(scene.receiver), ['GET']);
  await scene.receiver.stop();
  assert.equal(await runProgram({ api, ...slow }, ending), 2);
  await scene.receiver.start();
});

test('options that cannot work are rejected with their name when the recorder is created', () => {
  const wrong: [Partial<RecorderOptions>, RegExp][] = [
    [{ api: 'audit.example.org' }, /option api is not an address/],
    [{ api: 'ftp://audit.example.org' }, /option api is not http/],
    [{ api: 'https://u:p@audit.example.org' }, /option api holds a password/],
    [{ api: 'https://audit.example.org?x=1' }, /option api has a query/],
    [{ key: '' }, /option key is empty/],
    [{ maxQueueEvents: 0 }, /option maxQueueEvents is 0, not a whole number from 1/],
    [{ maxBatchEvents: 10_001 }, /option maxBatchEvents is 10001/],
    [{ maxBatchBytes: 1 }, /option maxBatchBytes is 1,/],
    [{ maxDelayMs: 1.5 }, /option maxDelayMs is 1.5/],
    [{ minRetryMs: 10, maxRetryMs: 5 }, /option minRetryMs is 10, more than maxRetryMs/],
  ];
  for (const [options, message] of wrong) {
    const create = () => createRecorder({ api: 'https://audit.example.org', key, ...options });
    assert.throws(create, { code: 'invalid', message });
  }
});
