import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBody } from './body.ts';
import { copyShare, RequestBudget } from './request-budget.ts';

const limits = { maxBytes: 100, maxKeyBytes: 40, maxKeyRequests: 3 };

/** A request of a key that stays open until `end`. `read` reads a body of so many bytes of it. */
function open(budget: RequestBudget, key: string, organisation?: string) {
  let end = () => {};
  let request!: Request;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const done = budget.around(async (one: Request, _bindings: undefined) => {
    request = one;
    await ended;
    return new Response();
  })(new Request('http://annals.test/'), undefined);
  return {
    request,
    assign: () => budget.assign(request, key, organisation),
    hold: (bytes: number) => budget.hold(request, bytes),
    end: async () => {
      end();
      await done;
    },
  };
}

const tooMany = (message: RegExp) => ({ code: 'too-many-requests', retryAfterSeconds: 1, message });

describe('RequestBudget', () => {
  it('limits the bodies of a key, and gives back what a request held', async () => {
    const budget = new RequestBudget(limits);
    const [one, two] = [open(budget, 'k'), open(budget, 'k')];
    one.assign();
    two.assign();
    one.hold(30);
    assert.throws(() => two.hold(11), tooMany(/bodies of this key have 30 bytes, and may have 40/));
    two.hold(10);
    assert.equal(budget.bytes, 40);
    await one.end();
    two.hold(30);
    await two.end();
    assert.equal(budget.bytes, 0);
  });

  it('limits the bodies of an organisation to half of all, and those of all', async () => {
    const budget = new RequestBudget(limits);
    const keys = ['a', 'b', 'c', 'd'].map((key) => open(budget, key, key < 'c' ? 'acme' : 'other'));
    for (const { assign } of keys) assign();
    const [a, b, c, d] = keys as [
      (typeof keys)[0],
      (typeof keys)[0],
      (typeof keys)[0],
      (typeof keys)[0],
    ];
    a.hold(40);
    assert.throws(() => b.hold(11), tooMany(/this organisation have 40 bytes, and may have 50/));
    c.hold(40);
    d.hold(10);
    const stranger = open(budget, '');
    assert.throws(() => stranger.hold(11), tooMany(/all keys have 90 bytes, and may have 100/));
    await Promise.all([...keys, stranger].map(({ end }) => end()));
  });

  it('lets a body in alone that is larger than the limit', async () => {
    const budget = new RequestBudget(limits);
    const one = open(budget, 'k', 'acme');
    one.assign();
    one.hold(1_000);
    assert.throws(() => open(budget, 'other').hold(1), tooMany(/all keys/));
    await one.end();
  });

  it('limits the requests of a key', async () => {
    const budget = new RequestBudget(limits);
    const three = Array.from({ length: 3 }, () => open(budget, 'k'));
    for (const { assign } of three) assign();
    // Known already: a key that is checked again counts once.
    for (const { assign } of three) assign();
    const fourth = open(budget, 'k');
    assert.throws(fourth.assign, tooMany(/this key has 3 requests at the moment/));
    open(budget, 'other').assign();
    await fourth.end();
    await three[0]!.end();
    open(budget, 'k').assign();
  });

  it('counts what was read before the key was known, and what a copy of the request holds', async () => {
    const budget = new RequestBudget(limits);
    const one = open(budget, 'k');
    one.hold(10);
    one.assign();
    const copy = new Request('http://annals.test/');
    copyShare(one.request, copy);
    budget.hold(copy, 20);
    assert.equal(budget.bytes, 30);
    await one.end();
    assert.equal(budget.bytes, 0);
  });
});

describe('readBody', () => {
  it('turns a body away before it is read, or as it comes', async () => {
    const budget = new RequestBudget({ ...limits, maxBytes: 10 });
    const holder = open(budget, '');
    holder.hold(5);
    let read = 0;
    const body = () =>
      new ReadableStream({
        pull(controller) {
          read += 1;
          controller.enqueue(new Uint8Array(4));
        },
      });
    const send = (headers: Record<string, string>) =>
      budget.around(async (request: Request, _: undefined) => {
        await readBody(request, 1_000);
        return new Response();
      })(
        new Request('http://annals.test/', {
          method: 'POST',
          body: body(),
          headers,
          duplex: 'half',
        }),
        undefined,
      );
    await assert.rejects(send({ 'Content-Length': '6' }), tooMany(/all keys/));
    assert.ok(read <= 1);
    await assert.rejects(send({}), tooMany(/all keys have 9 bytes/));
    assert.ok(read <= 5, `${read} chunks`);
    assert.equal(budget.bytes, 5);
    await holder.end();
  });
});
