import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as standIn from './node-test.ts';

/** Collects the tests of a file that notes what it does. */
async function collected() {
  const notes: string[] = [];
  const note = (text: string) => () => void notes.push(text);
  const tests = await standIn.collect(async () => {
    standIn.beforeEach(note('outer beforeEach'));
    standIn.test('alone', note('alone'));
    standIn.describe('suite', () => {
      standIn.before(note('before'));
      standIn.after(note('after'));
      standIn.afterEach(note('afterEach'));
      standIn.it('one', note('one'));
      standIn.it('left out', { skip: true }, note('left out'));
      standIn.describe('inner', () => {
        standIn.it('two', (t: standIn.Context) => {
          t.after(note('clean-up'));
          notes.push('two');
        });
      });
    });
    standIn.it('fails', () => assert.fail('as it should'));
  });
  return { tests, notes };
}

/** Runs the tests and says of each how it ended. */
async function run(tests: readonly standIn.Test[], until?: string): Promise<string[]> {
  const results: string[] = [];
  await standIn.runTests(tests, async (test, setUp, execute) => {
    const result = await setUp()
      .then(execute)
      .then(
        () => 'passed',
        (error: Error) => error.message,
      );
    results.push(`${standIn.fullName(test)}: ${result}`);
    return test.name !== until;
  });
  return results;
}

describe('the stand-in for node:test', () => {
  it('runs hooks around the tests of their suite', async () => {
    const { tests, notes } = await collected();
    assert.deepEqual(await run(tests), [
      'alone: passed',
      'suite > one: passed',
      'suite > inner > two: passed',
      'fails: as it should',
    ]);
    assert.deepEqual(notes, [
      ...['outer beforeEach', 'alone'],
      ...['before', 'outer beforeEach', 'one', 'afterEach'],
      ...['outer beforeEach', 'two', 'clean-up', 'afterEach'],
      ...['outer beforeEach', 'after'],
    ]);
  });

  it('runs chosen tests as often as wanted', async () => {
    const { tests, notes } = await collected();
    const two = tests.filter(({ name }) => name === 'two');
    for (let times = 0; times < 2; times += 1) {
      assert.deepEqual(await run(two), ['suite > inner > two: passed']);
    }
    const once = ['before', 'outer beforeEach', 'two', 'clean-up', 'afterEach', 'after'];
    assert.deepEqual(notes, [...once, ...once]);
  });

  it('stops when it is told to, and cleans up what it has set up', async () => {
    const { tests, notes } = await collected();
    assert.deepEqual(await run(tests, 'one'), ['alone: passed', 'suite > one: passed']);
    assert.equal(notes.at(-1), 'after');
    assert.ok(!notes.includes('two'));
  });
});
