import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lru } from './lru.ts';

describe('what was used last', () => {
  it('is kept up to a total cost; what was used longest ago goes first', () => {
    const dropped: string[] = [];
    const made: string[] = [];
    const lru = new Lru<string>(10, (value) => dropped.push(value));
    const use = (key: string, cost: number) =>
      lru.get(
        key,
        () => {
          made.push(key);
          return key;
        },
        () => cost,
      );
    use('a', 4);
    use('b', 4);
    use('a', 4);
    use('c', 4);
    assert.deepEqual(dropped, ['b']);
    use('a', 4);
    use('b', 4);
    assert.deepEqual(made, ['a', 'b', 'c', 'b']);
    assert.deepEqual(dropped, ['b', 'c']);
    lru.clear();
    assert.deepEqual(dropped, ['b', 'c', 'a', 'b']);
  });

  it('may be a single thing that costs more than all', () => {
    const dropped: string[] = [];
    const lru = new Lru<string>(10, (value) => dropped.push(value));
    const huge = () =>
      lru.get(
        'huge',
        () => 'huge',
        () => 50,
      );
    assert.equal(huge(), 'huge');
    assert.equal(huge(), 'huge');
    assert.deepEqual(dropped, []);
    lru.get(
      'small',
      () => 'small',
      () => 1,
    );
    assert.deepEqual(dropped, ['huge']);
  });

  it('takes a new value in the place of an old one, with its cost', () => {
    const dropped: string[] = [];
    const lru = new Lru<string>(10, (value) => dropped.push(value));
    for (const value of ['one', 'two', 'three']) lru.put('a', value, 6);
    lru.put('b', 'other', 4);
    assert.deepEqual([lru.peek('a'), lru.peek('b'), lru.peek('c')], ['three', 'other', undefined]);
    assert.deepEqual(dropped, ['one', 'two']);
  });
});
