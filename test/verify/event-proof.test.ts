/** The proof of one event in a file, as the console gives it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TestApp } from '../../src/api/app.fixture.ts';
import { verifyEventProof } from '../../src/export/verify/verify-event-proof.ts';
import { parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { formatEventProof, type LeafProof } from '../../src/integrity/event-proof.ts';
import { formatVerifierKey } from '../../src/integrity/keys.ts';
import { temporary } from './recorded-log.fixture.ts';
import { annals, verify } from './run-command.fixture.ts';

describe('the proof of an event', () => {
  let work: { path: string } & AsyncDisposable;
  let app: TestApp;
  let organisation: string;
  let current: string;
  let proofOf: (sequence: number) => Promise<string>;
  before(async () => {
    work = await temporary();
    app = new TestApp();
    const { identity } = await app.organisation();
    organisation = identity;
    const key = await app.key('org-auditor', { identity, slug: 'a', name: 'a', createdAt: 0 });
    await app.ledger.record(
      identity,
      Array.from({ length: 12 }, (_, n) => ({
        eventID: `evt-${n}`,
        action: 'vault.open',
        ...(n % 2 === 1 && { user: { name: `Noor ${n}` } }),
      })),
    );
    const text = async (path: string) =>
      (await app.request('GET', `/v1/audit/${path}`, { key })).text();
    const keys = JSON.parse(await text('keys')) as {
      current: string;
      previous: string[];
      personalPaths: string[];
    };
    current = keys.current;
    const checkpoint = await text('checkpoint');
    const { size } = parseCheckpoint(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1));
    proofOf = async (sequence) => {
      const path = `proof/inclusion?sequence=${sequence}&size=${size}&text=true`;
      const proof = JSON.parse(await text(path)) as LeafProof;
      const { personalPaths } = keys;
      return formatEventProof({ ...proof, checkpoint, keys: [current], personalPaths });
    };
  });
  after(() => work[Symbol.asyncDispose]());

  it('is verified without a network, and says which event it is', async () => {
    for (const sequence of [0, 7, 11]) {
      const name = `event-${sequence}.event-proof.json`;
      await writeFile(join(work.path, name), await proofOf(sequence));
      const { code, stdout } = await annals(work.path, 'verify', name, '--key', current);
      assert.equal(code, 0, stdout);
      assert.match(stdout, new RegExp(`event ${sequence}, vault.open at \\d{4}-`));
      assert.match(stdout, /log annals\.test\/org-\d+ at size 12, root /);
      assert.match(stdout, /\n {2}PROVED\n$/);
    }
    const { stdout } = await annals(
      work.path,
      'verify',
      'event-7.event-proof.json',
      '--key',
      current,
      '--json',
    );
    const { proved, events } = JSON.parse(stdout) as {
      proved: boolean;
      events: { sequence: number; event: { user: object } }[];
    };
    assert.deepEqual([proved, events[0]?.sequence], [true, 7]);
    assert.deepEqual(events[0]?.event.user, { name: 'Noor 7' });
  });

  it('is not believed without the key, or with another one', async () => {
    await writeFile(join(work.path, 'one.event-proof.json'), await proofOf(7));
    const other = formatVerifierKey(app.verifierKey).replace('annals.test', 'annals.best');
    assert.equal((await verify(work.path, 'one.event-proof.json')).code, 1);
    const wrong = await annals(work.path, 'verify', 'one.event-proof.json', '--key', other);
    assert.equal(wrong.code, 2);
    assert.equal((await annals(work.path, 'verify', 'none.event-proof.json')).code, 2);
  });

  it('is refused when any byte of it was changed', async () => {
    const { keys } = { keys: [app.verifierKey] };
    const text = await proofOf(7);
    assert.ok(verifyEventProof('a', text, { keys }).proved);
    const hints = text.indexOf('"keys"');
    const paths = text.indexOf('"sequence"');
    for (let byte = 0; byte < Buffer.byteLength(text); byte += 1) {
      // What the file says of keys and paths is a hint: the key is the reader's, and paths show in the leaf's hash.
      if (byte > hints && byte < paths) continue;
      const bytes = Buffer.from(text);
      bytes[byte]! ^= 1 << (byte % 8);
      const { proved } = verifyEventProof('a', bytes.toString(), { keys });
      assert.equal(proved, false, `byte ${byte}: ${bytes.toString()}`);
    }
  });

  it('shows of a dropped event that its hash is in the log', async () => {
    await app.store.drop([{ organisation, from: 0, to: 4 }]);
    const { proved, event } = verifyEventProof('a', await proofOf(3), { keys: [app.verifierKey] });
    assert.deepEqual([proved, event], [true, undefined]);
  });
});
