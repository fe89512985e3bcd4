import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox, type QueuedEvent } from './outbox.ts';

const event = (text: string, bytes = 10): QueuedEvent => ({ text, bytes, at: 0 });
const texts = (events: readonly QueuedEvent[]) => events.map(({ text }) => text);

function filled(...names: string[]): Outbox {
  const outbox = new Outbox(100, 1_000);
  for (const name of names) outbox.offer(event(name));
  return outbox;
}

test('there is room for a number of events and of bytes, and again when some have left', () => {
  const outbox = new Outbox(3, 25);
  assert.equal(outbox.offer(event('a')), true);
  assert.equal(outbox.offer(event('b')), true);
  assert.equal(outbox.offer(event('c', 6)), false);
  assert.equal(outbox.offer(event('d', 5)), true);
  assert.equal(outbox.offer(event('e', 0)), false);
  outbox.removeFront(1);
  assert.equal(outbox.offer(event('f')), true);
  assert.deepEqual([outbox.length, outbox.bytes], [3, 25]);
});

test('the front is what fits into one request with its separators, and at least one event', () => {
  const outbox = filled('a', 'b', 'c');
  assert.deepEqual(texts(outbox.front(2, 1_000)), ['a', 'b']);
  assert.deepEqual(texts(outbox.front(10, 22)), ['a', 'b']);
  assert.deepEqual(texts(outbox.front(10, 21)), ['a']);
  assert.deepEqual(texts(outbox.front(10, 1)), ['a']);
  assert.deepEqual(texts(new Outbox(1, 1).front(10, 10)), []);
});

test('events can be removed at any index of the front; the others keep their order', () => {
  const outbox = filled('a', 'b', 'c', 'd');
  outbox.remove(new Set([1, 3]));
  assert.deepEqual(texts(outbox.front(10, 1_000)), ['a', 'c']);
  assert.equal(outbox.bytes, 20);
});

test('events are settled up to a number once the oldest that waits has a higher one', () => {
  const outbox = filled('a', 'b', 'c');
  const number = outbox.lastNumber;
  outbox.offer(event('d'));
  outbox.remove(new Set([3]));
  outbox.removeFront(2);
  assert.equal(outbox.hasSettled(number), false);
  outbox.offer(event('e'));
  outbox.removeFront(1);
  assert.equal(outbox.hasSettled(number), true);
  assert.equal(outbox.hasSettled(outbox.lastNumber), false);
});
