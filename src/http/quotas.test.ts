import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller } from '../access/caller.ts';
import { day, second } from '../core/micros.ts';
import type { OwnQuotas } from '../core/organisation.ts';
import { type QuotaKind, Quotas } from './quotas.ts';

const none = {
  keyEventsPerSecond: 0,
  organisationEventsPerSecond: 0,
  keyBytesPerDay: 0,
  organisationBytesPerDay: 0,
};
const caller = (keyId: string, identity: string, ofKey?: OwnQuotas, ofLog?: OwnQuotas) =>
  ({
    keyId,
    ...(ofKey && { keyQuotas: ofKey }),
    organisation: { identity, ...(ofLog && { quotas: ofLog }) },
  }) as Caller;
const [one, two, other] = [caller('k1', 'acme'), caller('k2', 'acme'), caller('k3', 'other')];

function open(limits: Partial<typeof none>) {
  let now = 1_000 * day;
  const quotas = new Quotas({ ...none, ...limits }, () => now);
  return {
    quotas,
    pass: (micros: number) => {
      now += micros;
    },
    use: (by: Caller, events: number, bytes = 0) => {
      quotas.check(by);
      quotas.use(by, { events, bytes });
    },
  };
}

const refused = (message: RegExp, retryAfterSeconds: number) => ({
  code: 'too-many-requests',
  message,
  retryAfterSeconds,
});

describe('Quotas', () => {
  it('let a request in while something is left, and the next one when it has come back', () => {
    const { use, pass } = open({ keyEventsPerSecond: 100 });
    use(one, 60);
    use(one, 240);
    const message = /this key may record 100 events a second; try again in 3 s/;
    assert.throws(() => use(one, 1), refused(message, 3));
    pass(1.9 * second);
    assert.throws(() => use(one, 1), refused(/try again in 1 s/, 1));
    pass(0.2 * second);
    use(one, 1);
    use(two, 1);
  });

  it('count the keys of an organisation together, and other organisations apart', () => {
    const { use, pass } = open({ organisationBytesPerDay: 1_000 });
    use(one, 1, 600);
    use(two, 1, 400);
    assert.throws(() => use(one, 1), refused(/this organisation may record 1000 bytes a day/, 1));
    use(other, 1, 1_000);
    pass(day / 10);
    use(two, 1, 200);
    assert.throws(() => use(one, 1), refused(/a day/, day / second / 10 + 1));
  });

  it('keep no more than one span, and nothing comes of a clock that is set back', () => {
    const { use, pass } = open({ keyEventsPerSecond: 10 });
    pass(100 * second);
    use(one, 10);
    assert.throws(() => use(one, 1), refused(/10 events/, 1));
    pass(-50 * second);
    assert.throws(() => use(one, 1), refused(/10 events/, 1));
    pass(1 * second);
    use(one, 1);
  });

  it('limit nothing by default', () => {
    const { use } = open({});
    for (let index = 0; index < 100; index += 1) use(one, 1e9, 1e12);
  });

  it('of a single key or organisation hold instead of those of the server, as soon as they change', () => {
    const { use } = open({ keyEventsPerSecond: 10, organisationBytesPerDay: 100 });
    use(one, 10, 100);
    assert.throws(() => use(one, 1), refused(/this key may record 10 events a second/, 1));
    const faster = caller('k1', 'acme', { eventsPerSecond: 20 });
    assert.throws(() => use(faster, 1), refused(/this organisation may record 100 bytes/, 1));
    const larger = caller('k1', 'acme', { eventsPerSecond: 20 }, { bytesPerDay: 0 });
    use(larger, 10, 1e9);
    assert.throws(() => use(larger, 1), refused(/this key may record 20 events a second/, 1));
    const slower = caller('k2', 'acme', { eventsPerSecond: 1 }, { bytesPerDay: 0 });
    use(slower, 2);
    assert.throws(() => use(slower, 1), refused(/this key may record 1 events a second/, 2));
  });

  it('of a day are the same after a restart, without what has come back in the meantime', () => {
    const limits = { keyBytesPerDay: 1_000, organisationBytesPerDay: 4_000 };
    const before = open(limits);
    assert.equal(before.quotas.save(), undefined);
    before.use(one, 1, 500);
    before.pass(day / 2);
    before.use(two, 1, 1_500);
    const saved = before.quotas.save()!;
    assert.equal(before.quotas.save(), undefined);
    const after = open(limits);
    after.quotas.restore(saved);
    after.pass(day / 2);
    assert.throws(() => after.use(two, 1), refused(/this key may record 1000 bytes a day/, 43_201));
    after.use(one, 1, 1_000);
    assert.throws(() => after.use(one, 1), refused(/this key may record 1000 bytes a day/, 1));
    // A day later all of it has come back, so nothing is kept of it.
    after.pass(2 * day);
    after.use(two, 1, 7);
    assert.deepEqual(JSON.parse(after.quotas.save()!), [
      ['key', 'k2', 7, 1_002.5 * day],
      ['organisation', 'acme', 7, 1_002.5 * day],
    ]);
  });

  it('say which of them refused', () => {
    const kinds: QuotaKind[] = [];
    const limits = { ...none, organisationBytesPerDay: 1 };
    const quotas = new Quotas(
      limits,
      () => 0,
      (kind) => kinds.push(kind),
    );
    quotas.use(one, { events: 1, bytes: 1 });
    assert.throws(() => quotas.check(one));
    assert.deepEqual(kinds, [{ owner: 'organisation', unit: 'bytes' }]);
  });
});
