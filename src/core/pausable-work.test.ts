import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PausableWork, PausableWorkQueue } from './pausable-work.ts';

/** Turns of the event loop since the beginning. Only a pause lets one pass, however slow the machine is. */
let turn = 0;
const countTurns = () => {
  turn += 1;
  setImmediate(countTurns).unref();
};
countTurns();

/** Takes so many turns, so it must pause, and says so when it is done. */
function* slow(name: string, said: string[], turns = 3): PausableWork<string> {
  const end = turn + turns;
  while (turn < end) yield;
  said.push(name);
  return name;
}

describe('long work', () => {
  it('that is short is done before anything else runs', async () => {
    const said: string[] = [];
    const work = new PausableWorkQueue();
    const done = work.run(slow('short', said, 0));
    assert.deepEqual(said, ['short']);
    assert.equal(await done, 'short');
  });

  it('lets everything else through, and short work too', async () => {
    const said: string[] = [];
    const work = new PausableWorkQueue();
    function* waiting(): PausableWork<void> {
      while (!said.includes('other')) yield;
      said.push('long');
    }
    const long = work.run(waiting());
    setImmediate(() => said.push('other'));
    await work.run(slow('short', said, 0));
    await long;
    assert.deepEqual(said, ['short', 'other', 'long']);
  });

  it('ends in the order in which it began', async () => {
    const said: string[] = [];
    const work = new PausableWorkQueue();
    await Promise.all(['one', 'two', 'three'].map((name) => work.run(slow(name, said))));
    assert.deepEqual(said, ['one', 'two', 'three']);
  });

  it('of one owner does not wait for the end of somebody else’s', async () => {
    const said: string[] = [];
    const work = new PausableWorkQueue();
    await Promise.all([
      work.run(slow('long', said, 20), 'one'),
      work.run(slow('longer', said, 20), 'one'),
      work.run(slow('short', said, 3), 'other'),
    ]);
    assert.deepEqual(said, ['short', 'long', 'longer']);
  });

  it('that fails rejects, early or late, and does not stop the work after it', async () => {
    const work = new PausableWorkQueue();
    function* failing(turns: number): PausableWork<void> {
      yield* slow('failing', [], turns);
      throw new Error(`after ${turns}`);
    }
    await assert.rejects(work.run(failing(0)), /after 0/);
    const late = work.run(failing(3));
    const next = work.run(slow('next', []));
    await assert.rejects(late, /after 3/);
    assert.equal(await next, 'next');
  });
});
