import assert from 'node:assert/strict';
import { createPublicKey, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { openCheckpoint } from '../../integrity/checkpoint.ts';
import { privateKeyFromSeed, verifierKey } from '../../integrity/keys.ts';
import { formatSignature, parseNote } from '../../integrity/note.ts';
import { consistencyProof, verifyConsistency } from '../../integrity/proof.ts';
import type { EventReader } from '../../store/event-store.ts';
import { treeNodeReader } from '../log-tree.ts';
import type { IssuedCheckpoint } from './archive.ts';
import { Checkpoints } from './checkpoints.ts';
import { openLog, organisation, serverKey, serverVerifier } from './log.fixture.ts';
import { MemoryArchive } from './memory-archive.ts';

const witnessSeed = privateKeyFromSeed(new Uint8Array(32).fill(9));
const witness = verifierKey('witness.example', createPublicKey(witnessSeed), 'cosignature');
const second = verifierKey('second.example', createPublicKey(witnessSeed), 'cosignature');

/** What a witness writes below a checkpoint (c2sp.org/tlog-cosignature). */
function cosigned(message: string, seconds: number, key = witness): string {
  const { text } = parseNote(message);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const signed = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
  const bytes = Buffer.concat([time, sign(null, signed, witnessSeed)]);
  return message + formatSignature({ name: key.name, id: key.id, bytes });
}

async function open(archive = new MemoryArchive(), reader?: EventReader) {
  const trail = openLog();
  const issued: IssuedCheckpoint[] = [];
  const refused: unknown[] = [];
  const checkpoints = new Checkpoints({
    reader: reader ?? trail.store,
    archive,
    key: serverKey,
    witnesses: [witness, second],
    onIssued: (checkpoint) => issued.push(checkpoint),
    onFailed: (_organisation, error) => refused.push(error),
  });
  return { ...trail, checkpoints, archive, issued, refused };
}

describe('checkpoints', () => {
  it('are signed by the server’s key for what is in the log', async () => {
    const { checkpoints, record, store } = await open();
    await record(3);
    const { message } = await checkpoints.current(organisation);
    const { checkpoint } = openCheckpoint(message, [serverVerifier]);
    const { size, root } = await store.head(organisation);
    assert.deepEqual(checkpoint, {
      origin: `audit.example.com/${organisation}`,
      size,
      root: Buffer.from(root),
    });
  });

  it('are possible for a log without events', async () => {
    const { checkpoints } = await open();
    assert.equal((await checkpoints.current('org-empty')).size, 0);
  });

  it('are issued in rounds for the logs that grew, and for no others', async () => {
    const { checkpoints, record, issued } = await open();
    await checkpoints.round();
    assert.equal(issued.length, 0);
    await record(2);
    checkpoints.markGrown(organisation);
    await Promise.all([checkpoints.round(), checkpoints.round()]);
    await checkpoints.round();
    assert.deepEqual(
      issued.map(({ size }) => size),
      [2],
    );
    assert.equal((await checkpoints.current(organisation)).message, issued[0]!.message);
    assert.equal(issued.length, 1);
  });

  it('that are requested at once are one, and each has what was there at its request', async () => {
    const { checkpoints, record, issued } = await open();
    for (let round = 1; round <= 20; round += 1) {
      await record(7);
      const asked = Array.from({ length: 5 }, () => checkpoints.current(organisation));
      const recording = record(1);
      for (const { size } of await Promise.all(asked)) assert.ok(size >= round * 8 - 1);
      await recording;
    }
    assert.ok(issued.length <= 40);
    for (const [place, { size }] of issued.entries()) {
      assert.ok(size > (issued[place - 1]?.size ?? -1));
    }
  });

  it('are consistent with each other, over restarts', async () => {
    const archive = new MemoryArchive();
    const { record, store } = openLog();
    const issued: IssuedCheckpoint[] = [];
    for (const count of [1, 254, 1, 1, 300, 1_000]) {
      await record(count);
      const { checkpoints } = await open(archive, store);
      issued.push(await checkpoints.current(organisation));
    }
    const last = issued.at(-1)!;
    const tree = treeNodeReader(store, organisation, last.size);
    for (const one of issued) {
      const proof = await consistencyProof(one.size, last.size, tree);
      assert.ok(verifyConsistency(one, last, proof));
      assert.deepEqual(await archive.find(organisation, one.size), one);
    }
  });
});

describe('no checkpoint is signed', () => {
  it('of a log that was rolled back', async () => {
    const { archive, checkpoints, record } = await open();
    await record(5);
    await checkpoints.current(organisation);
    const older = await open(archive);
    await older.record(4);
    await assert.rejects(older.checkpoints.current(organisation), {
      code: 'corrupt',
      message: /org-1 was rolled back: it has 4 events, but a checkpoint of 5 was issued/,
    });
  });

  it('of a log that was rebuilt, however long it is', async () => {
    const { archive, checkpoints, record } = await open();
    await record(5);
    await checkpoints.current(organisation);
    const rebuilt = await open(archive);
    for (const count of [5, 1, 600]) {
      await rebuilt.record(count);
      if (count === 5) continue;
      rebuilt.checkpoints.markGrown(organisation);
      await rebuilt.checkpoints.round();
      await assert.rejects(rebuilt.checkpoints.current(organisation), {
        code: 'corrupt',
        message: /org-1 was rebuilt: its first 5 events/,
      });
    }
    assert.equal(rebuilt.refused.length, 2);
    assert.deepEqual(rebuilt.issued, []);
  });

  it('in a round either, although nobody hears of the failure', async () => {
    const { store, record } = openLog();
    await record(5);
    store.head = () => Promise.reject(new Error('no disk'));
    const archive = new MemoryArchive();
    const options = { reader: store, archive, key: serverKey, witnesses: [] };
    const checkpoints = new Checkpoints(options);
    checkpoints.markGrown(organisation);
    await checkpoints.round();
    assert.equal(await archive.newest(organisation), undefined);
  });

  it('when the tree does not lead to the stored root', async () => {
    const { store, record } = openLog();
    await record(5);
    const { head } = store;
    store.head = async (of) => ({ ...(await head.call(store, of)), root: new Uint8Array(32) });
    const { checkpoints } = await open(new MemoryArchive(), store);
    await assert.rejects(checkpoints.current(organisation), {
      code: 'corrupt',
      message: /org-1 at size 5: its tree leads to another root/,
    });
  });

  it('before it is in the archive', async () => {
    const archive = new MemoryArchive();
    archive.add = () => Promise.reject(new Error('disk full'));
    const { checkpoints, issued, record } = await open(archive);
    await record(1);
    await assert.rejects(checkpoints.current(organisation), /disk full/);
    assert.deepEqual(issued, []);
  });
});

describe('the cosignature of a witness', () => {
  it('is kept with its checkpoint', async () => {
    const { checkpoints, record } = await open();
    await record(5);
    const { message } = await checkpoints.current(organisation);
    await checkpoints.cosign(organisation, cosigned(message, 1_700_000_000));
    const { message: kept } = await checkpoints.current(organisation);
    const { witnessedBy } = openCheckpoint(kept, [serverVerifier, witness]);
    assert.deepEqual(witnessedBy, [{ key: witness, at: 1_700_000_000_000_000 }]);

    await checkpoints.cosign(organisation, cosigned(kept, 1_700_000_060));
    const again = openCheckpoint((await checkpoints.ofSize(organisation, 5))!.message, [
      serverVerifier,
      witness,
    ]);
    assert.deepEqual(again.witnessedBy, [{ key: witness, at: 1_700_000_060_000_000 }]);

    await record(1);
    assert.equal(parseNote((await checkpoints.current(organisation)).message).signatures.length, 1);
  });

  it('is kept beside those of other witnesses', async () => {
    const { checkpoints, record } = await open();
    await record(5);
    const { message } = await checkpoints.current(organisation);
    await checkpoints.cosign(organisation, cosigned(message, 100));
    await checkpoints.cosign(organisation, cosigned(message, 200, second));
    await checkpoints.cosign(organisation, cosigned(message, 300));
    const { message: kept } = await checkpoints.current(organisation);
    const { witnessedBy } = openCheckpoint(kept, [serverVerifier, witness, second]);
    assert.deepEqual(witnessedBy, [
      { key: witness, at: 300_000_000 },
      { key: second, at: 200_000_000 },
    ]);
  });

  it('is rejected when the witness is unknown, or it is of something else', async () => {
    const { checkpoints, record } = await open();
    await record(5);
    const { message } = await checkpoints.current(organisation);
    const unknown = verifierKey('other.example', witness.publicKey, 'cosignature');
    const forged = cosigned(message, 1).replace(/.{10}\n$/, 'AAAAAAAA==\n');
    const elsewhere = message.replace(organisation, 'org-2');
    for (const [offered, code] of [
      [message, 'invalid'],
      [cosigned(message, 1, unknown), 'invalid'],
      [forged, 'invalid'],
      ['no note', 'invalid'],
      [cosigned(message.replace('\n5\n', '\n4\n'), 1), 'not-found'],
      [cosigned(elsewhere, 1), 'conflict'],
    ] as const) {
      await assert.rejects(checkpoints.cosign(organisation, offered), { code }, offered);
    }
    assert.equal((await checkpoints.current(organisation)).message, message);
  });
});
