import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../core/event.ts';
import { personalPaths } from '../integrity/personal.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { GroupCommit } from './group-commit.ts';
import { parseRestoration, type Restoration, recordRestoration } from './restoration.ts';
import { Sequencer } from './sequencing.ts';

const restoration: Restoration = {
  id: '00112233445566778899aabbccddeeff',
  restoredAt: '2026-06-02T09:12:44.000000Z',
  backup: '2026-06-01T02-00-00.114Z',
  takenAt: '2026-06-01T02:00:09.000000Z',
  from: '0'.repeat(32),
  installation: '1'.repeat(32),
  lost: [{ organisation: 'org-a', restored: 2, known: 5 }],
};

describe('a restore', () => {
  it('is recorded once in each log and in that of the server, however often a start begins', async () => {
    const store = createMemoryStore();
    const clock = () => 1_800_000_000_000_000;
    const random = (bytes: Uint8Array) => void randomFillSync(bytes);
    const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
    const ledger = new GroupCommit({ store, sequencer, clock });
    await ledger.record('org-a', [{ action: 'a' }, { action: 'b' }]);
    const record = (logs: readonly string[]) => recordRestoration(restoration, logs, ledger);
    // Killed between two logs, and again after something else was recorded.
    await record(['org-a']);
    await ledger.record('org-a', [{ action: 'c' }]);
    await record(['org-a', 'org-b']);
    const recordsOf = async (log: string) => {
      const { size } = await store.head(log);
      const found: AuditEvent[] = [];
      for await (const batch of store.scan(log, { from: 0, to: size })) {
        found.push(...batch.map(({ body }) => JSON.parse(body)));
      }
      return found.filter(({ action }) => action.endsWith('.restore'));
    };
    const [inA, ...others] = await recordsOf('org-a');
    assert.deepEqual(others, []);
    assert.equal(inA?.sequence, 2);
    assert.equal(
      inA?.description,
      'The log was restored from a backup. What was recorded after it is lost: 3 events or more',
    );
    assert.deepEqual(inA?.details, {
      backup: restoration.backup,
      takenAt: restoration.takenAt,
      restoredEvents: 2,
      knownEvents: 5,
    });
    assert.equal(inA?.context?.system_service, 'annals');
    const inB = await recordsOf('org-b');
    assert.deepEqual(
      inB.map(({ details }) => details),
      [{ backup: restoration.backup, takenAt: restoration.takenAt }],
    );
    const inSystem = await recordsOf('system');
    assert.deepEqual(
      inSystem.map(({ action, details }) => [action, details?.logsWithKnownLoss]),
      [['server.restore', 1]],
    );
    await ledger.close();
  });

  it('is read as it was written, and nothing else is', () => {
    assert.deepEqual(parseRestoration(JSON.stringify(restoration)), restoration);
    for (const text of ['', '{}', '[]']) {
      assert.throws(() => parseRestoration(text), { code: 'corrupt' });
    }
  });
});
