import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from './turns.ts';

const all = (turns: Turns<string>) =>
  Array.from({ length: 10 }, () => turns.take()).filter((item) => item !== undefined);

describe('Turns', () => {
  it('takes one item of each owner after the other, in the order of each owner', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) turns.add(item[0]!, item);
    assert.equal(turns.peek(), 'a1');
    assert.deepEqual(all(turns), ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    assert.ok(turns.isEmpty);
    assert.equal(turns.peek(), undefined);
  });

  it('gives a new owner a turn before the second of another', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'a3']) turns.add('a', item);
    assert.equal(turns.take(), 'a1');
    turns.add('b', 'b1');
    assert.deepEqual(all(turns), ['a2', 'b1', 'a3']);
  });

  it('puts an item back before the others of its owner, and behind other owners', () => {
    const turns = new Turns<string>();
    for (const item of ['a1', 'a2', 'b1', 'b2']) turns.add(item[0]!, item);
    turns.putBack('a', turns.take()!);
    assert.deepEqual(all(turns), ['b1', 'a1', 'b2', 'a2']);
    turns.putBack('a', 'a3');
    assert.deepEqual(all(turns), ['a3']);
  });
});
