import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError } from '../../core/errors.ts';
import { checkedReader } from './checked-reader.ts';
import { openLog, organisation } from './log.fixture.ts';
import { LogChecks } from './log-checks.ts';

const damage = new AnnalsError('corrupt', 'The log of b was changed');

/** Checks that wait until they are let go on, of the logs a, b and c. The log b is damaged. */
function heldChecks() {
  const begun: string[] = [];
  const told: string[] = [];
  const release = new Map<string, () => void>();
  let failures = 0;
  const checks = new LogChecks({
    organisations: ['a', 'b', 'c'],
    check: async (of) => {
      begun.push(of);
      await new Promise<void>((resolve) => release.set(of, resolve));
      if (of === 'b') throw damage;
      if (of === 'c' && failures++ === 0) throw new AnnalsError('unavailable', 'no thread');
    },
    onDamaged: (of, error) => told.push(`${of}: ${error.message}`),
    onFailed: (of) => told.push(`${of} not checked`),
  });
  const goOn = async (of: string) => {
    while (!release.has(of)) await new Promise(setImmediate);
    release.get(of)!();
    release.delete(of);
  };
  return { checks, begun, told, goOn };
}

describe('the checks of logs', () => {
  it('are made once for a log, also when several ask for it, and in the background for all', async () => {
    const { checks, begun, told, goOn } = heldChecks();
    const asked = [checks.pending('a'), checks.pending('a')];
    checks.checkAll();
    await goOn('a');
    await Promise.all(asked);
    assert.equal(checks.pending('a'), undefined);
    assert.equal(checks.pending('never known'), undefined);
    await goOn('b');
    await goOn('c');
    await checks.close();
    assert.deepEqual(begun, ['a', 'b', 'c']);
    assert.deepEqual(told, ['b: The log of b was changed', 'c not checked']);
    assert.deepEqual([checks.unchecked, checks.damaged], [1, 1]);
    // What could not be checked is not trusted.
    const again = checks.pending('c');
    await goOn('c');
    await again;
    assert.equal(checks.unchecked, 0);
  });

  it('keep a damaged log from being read for good', async () => {
    const { checks, goOn } = heldChecks();
    const first = checks.pending('b');
    await goOn('b');
    await assert.rejects(first!, damage);
    await assert.rejects(checks.pending('b')!, damage);
  });

  it('come before everything that is read from a log', async () => {
    const { store, record } = openLog();
    await record(3);
    let checked = false;
    const begun: string[] = [];
    const reader = checkedReader(store, {
      pending: (of) => {
        begun.push(of);
        return Promise.resolve().then(() => {
          checked = true;
        });
      },
    });
    const range = { from: 0, to: 3 };
    const query = { filter: {}, order: 'asc', limit: 3 } as const;
    const controller = new AbortController();
    const reads: readonly (() => unknown)[] = [
      () => reader.head(organisation),
      () => reader.get(organisation, 'id'),
      () => reader.list(organisation, query),
      () => reader.listLines(organisation, query),
      () => reader.count(organisation, {}),
      () => Array.fromAsync(reader.scan(organisation, range)),
      () => reader.sequenceAt(organisation, 0),
      () => reader.distinct(organisation, 'action'),
      () => reader.treeNodes(organisation, 0, 0, 3),
      () => reader.dropped(organisation),
      () => reader.withSignal(controller.signal).head(organisation),
    ];
    for (const read of reads) {
      checked = false;
      begun.length = 0;
      await read();
      assert.ok(checked, String(read));
      assert.deepEqual(begun, [organisation]);
    }
    assert.deepEqual(await reader.list(organisation, query), await store.list(organisation, query));
  });
});
