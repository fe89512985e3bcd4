import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller } from '../access/caller.ts';
import { day, second } from '../core/micros.ts';
import { Quotas } from './quotas.ts';

const none = {
  keyEventsPerSecond: 0,
  organisationEventsPerSecond: 0,
  keyBytesPerDay: 0,
  organisationBytesPerDay: 0,
};
const caller = (keyId: string, identity: string) =>
  ({ keyId, organisation: { identity } }) as Caller;
const [one, two, other] = [caller('k1', 'acme'), caller('k2', 'acme'), caller('k3', 'other')];

function open(limits: Partial<typeof none>) {
  let now = 1_000 * day;
  const quotas = new Quotas({ ...none, ...limits }, () => now);
  return {
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
});
