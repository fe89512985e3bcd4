import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { openCheckpoint, signCheckpoint } from '../../../src/integrity/checkpoint.ts';
import {
  formatVerifierKey,
  parseVerifierKey,
  privateKeyFromSeed,
  signingKey,
  verifierKey,
} from '../../../src/integrity/keys.ts';
import { ApiError } from '../api/client.ts';
import { type Answers, flipped, newBrowser, openLog, replay } from './log.fixture.ts';
import { trustKeys, verifyEvent, verifyEvents, verifyHead } from './verify.ts';

const drafts = Array.from({ length: 21 }, (_, n) => ({
  eventID: `evt-${n}`,
  action: 'vault.open',
  userIdentity: 'u-1',
  ...(n % 3 > 0 && { user: { name: `Noor ${n}`, title: n }, context: { client_ip: '192.0.2.1' } }),
}));

describe('an event verified in the browser', () => {
  let log: Awaited<ReturnType<typeof openLog>>;
  let answers: Answers;
  let shown: object;
  /** What the browser remembers of the log from when it was smaller. */
  let earlier: ReturnType<typeof newBrowser>;

  before(async () => {
    log = await openLog(drafts);
    earlier = newBrowser(log.api);
    assert.equal((await verifyHead(earlier, log.organisation)).verdict, 'verified');
    await log.record([{ action: 'later' }, { action: 'later' }]);
    await log.cosign();
    shown = await log.event(7);
    const checkpoint = await log.api.checkpoint();
    const known = earlier.memory.recall(log.organisation)!;
    const [, from = '0'] = known.checkpoint.split('\n');
    const [, size = '0'] = checkpoint.split('\n');
    answers = {
      keys: await log.api.keys(),
      checkpoint,
      inclusion: await log.api.inclusion(7, Number(size)),
      consistency: await log.api.consistency(Number(from), Number(size)),
      multiproof: await log.api.multiproof(Number(size), [
        [0, 5],
        [7, 9],
      ]),
    };
  });

  /** A browser that has seen the smaller log, and gets these answers. */
  const returning = (given: Answers) => {
    const browser = newBrowser(replay(given));
    browser.memory.remember(log.organisation, earlier.memory.recall(log.organisation)!);
    return browser;
  };

  it('is proved, with every step and the witness that signed', async () => {
    for (const sequence of [0, 6, 7, 20]) {
      const browser = newBrowser(log.api);
      const event = await log.event(sequence);
      const found = await verifyEvent(browser, log.organisation, sequence, event);
      assert.equal(found.verdict, 'verified', JSON.stringify(found));
      assert.deepEqual(
        found.steps.map(({ title, state }) => [title, state]),
        [
          ['The keys', 'passed'],
          ['The checkpoint', 'passed'],
          ['What was there before', 'passed'],
          ['The event', 'passed'],
          ['Its place in the log', 'passed'],
        ],
      );
    }
    const { verdict, steps } = await verifyEvent(returning(answers), log.organisation, 7, shown);
    assert.equal(verdict, 'verified');
    assert.ok(
      steps[1]!.values.some(
        ([label, value]) => label === 'witnessed by' && value.startsWith('witness.example+'),
      ),
    );
    assert.match(steps[2]!.said, /has only grown/);
  });

  for (const part of ['keys', 'checkpoint', 'consistency', 'inclusion'] as const) {
    it(`is refused when any byte of the answer with its ${part} was changed`, async () => {
      for (let byte = 0; byte < Buffer.byteLength(answers[part]); byte += 1) {
        const changed = { ...answers, [part]: flipped(answers[part], byte, byte % 8) };
        const { verdict } = await verifyEvent(returning(changed), log.organisation, 7, shown);
        assert.equal(verdict, 'failed', `byte ${byte} of ${changed[part]}`);
      }
    });
  }

  it('is refused when any byte of what is shown was changed', async () => {
    const text = JSON.stringify(shown);
    for (let byte = 0; byte < text.length; byte += 1) {
      let changed: object;
      try {
        changed = JSON.parse(flipped(text, byte, 0)) as object;
      } catch {
        continue;
      }
      const { verdict } = await verifyEvent(returning(answers), log.organisation, 7, changed);
      assert.equal(verdict, 'failed', JSON.stringify(changed));
    }
  });

  it('is verified with all others of a page by one proof, and refused with any byte of it changed', async () => {
    const sequences = [0, 1, 2, 3, 4, 7, 8];
    const events = await Promise.all(sequences.map(async (n) => [n, await log.event(n)] as const));
    const page = new Map(events);
    const found = await verifyEvents(returning(answers), log.organisation, page);
    assert.deepEqual([found.verdict, found.verified], ['verified', sequences]);
    for (let byte = 0; byte < Buffer.byteLength(answers.multiproof); byte += 1) {
      const changed = { ...answers, multiproof: flipped(answers.multiproof, byte, byte % 8) };
      const { verdict, verified } = await verifyEvents(returning(changed), log.organisation, page);
      assert.deepEqual([verdict, verified], ['failed', []], `byte ${byte}`);
    }
    const forged = new Map([...page, [7, { ...shown, action: 'vault.shut' }]]);
    const { verdict, failed } = await verifyEvents(returning(answers), log.organisation, forged);
    assert.deepEqual([verdict, failed], ['failed', [7]]);
  });

  it('is neither verified nor refuted when the server does not answer', async () => {
    const api = {
      ...replay(answers),
      inclusion: () => Promise.reject(new ApiError('stopping', 503)),
    };
    const found = await verifyEvent(newBrowser(api), log.organisation, 7, shown);
    assert.deepEqual([found.verdict, found.reason], ['unknown', 'stopping']);
  });

  it('is proved when its personal fields were erased, and when it was dropped', async () => {
    const erased = await openLog(drafts);
    await erased.erase('u-1');
    const event = await erased.event(7);
    assert.ok(!JSON.stringify(event).includes('Noor'));
    const found = await verifyEvent(newBrowser(erased.api), erased.organisation, 7, event);
    assert.equal(found.verdict, 'verified', JSON.stringify(found));
    assert.ok(found.steps[3]!.values.some(([label]) => label === 'commitment'));

    await erased.app.store.drop([{ organisation: erased.organisation, from: 0, to: 9 }]);
    const dropped = await verifyEvent(newBrowser(erased.api), erased.organisation, 7, undefined);
    assert.equal(dropped.verdict, 'verified', JSON.stringify(dropped));
    assert.match(dropped.steps[3]!.said, /was dropped/);
    const lied = await verifyEvent(newBrowser(erased.api), erased.organisation, 7, event);
    assert.equal(lied.verdict, 'failed');
  });
});

describe('a log that a browser knows', () => {
  it('may not be rolled back or forked: the alarm says what was seen, and stays', async () => {
    const log = await openLog(drafts);
    const browser = newBrowser(log.api);
    await verifyHead(browser, log.organisation);
    const kept = browser.memory.recall(log.organisation)!;
    // The same server's key, and other events.
    const shorter = await openLog(drafts.slice(0, 5));
    const other = await openLog([...drafts.slice(1), ...drafts.map(({ action }) => ({ action }))]);
    for (const [seen, kind, words] of [
      [shorter, 'rollback', /had 21 events at .*, and now has 5/],
      [other, 'fork', /does not begin with the 21 events/],
    ] as const) {
      const again = newBrowser(seen.api);
      again.memory.remember(log.organisation, kept);
      assert.equal((await verifyHead(again, log.organisation)).verdict, 'failed');
      const alarm = again.memory.alarmOf(log.organisation)!;
      assert.equal(alarm.kind, kind);
      assert.match(alarm.message, words);
      assert.equal(alarm.kept, kept.checkpoint);
      assert.deepEqual(again.memory.recall(log.organisation), kept);
      again.memory.forget(log.organisation);
      assert.equal((await verifyHead(again, log.organisation)).verdict, 'verified');
      assert.equal(again.memory.alarmOf(log.organisation), undefined);
    }
  });

  it('may have another key only when the known one signs too, or somebody says that it is right', async () => {
    const log = await openLog(drafts);
    const browser = newBrowser(log.api);
    await verifyHead(browser, log.organisation);
    const known = browser.memory.recall(log.organisation)!;
    const old = signingKey('annals.test', privateKeyFromSeed(new Uint8Array(32).fill(7)));
    const replacing = privateKeyFromSeed(new Uint8Array(32).fill(8));
    const newer = signingKey('annals.test', replacing);
    const current = formatVerifierKey(verifierKey('annals.test', createPublicKey(replacing)));
    const [before = ''] = known.keys;
    const served = JSON.parse(await log.api.keys()) as object;
    const { checkpoint } = openCheckpoint(known.checkpoint, [parseVerifierKey(before)]);
    const answer = (previous: string, signers: Parameters<typeof signCheckpoint>[1]) =>
      replay({
        keys: JSON.stringify({ ...served, current, previous: [previous] }),
        checkpoint: signCheckpoint(checkpoint, signers),
        inclusion: '',
        consistency: '',
        multiproof: '',
      });
    const visit = async (...given: Parameters<typeof answer>) => {
      const again = newBrowser(answer(...given));
      again.memory.remember(log.organisation, known);
      const { verdict } = await verifyHead(again, log.organisation);
      return { again, verdict, alarm: again.memory.alarmOf(log.organisation)?.kind };
    };
    const replaced = `${before} 21`;

    const changed = await visit(replaced, [newer]);
    assert.deepEqual([changed.verdict, changed.alarm], ['failed', 'key']);
    assert.equal((await visit(current, [newer])).alarm, 'key');

    const both = await visit(before, [old, newer]);
    assert.deepEqual([both.verdict, both.alarm], ['verified', undefined]);
    assert.deepEqual(
      new Set(both.again.memory.recall(log.organisation)?.keys),
      new Set([before, current]),
    );

    trustKeys(changed.again.memory, log.organisation, [current]);
    assert.equal(changed.again.memory.alarmOf(log.organisation), undefined);
    assert.equal((await verifyHead(changed.again, log.organisation)).verdict, 'verified');
    assert.deepEqual(
      new Set(changed.again.memory.recall(log.organisation)?.keys),
      new Set([replaced, current]),
    );
  });
});
