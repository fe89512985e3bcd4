import assert from 'node:assert/strict';
import { createPublicKey, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { Draft } from '../../core/event.ts';
import { openCheckpoint } from '../../integrity/checkpoint.ts';
import { readEntryBundle } from '../../integrity/entry-bundle.ts';
import { computeLeaf, type LeafProof, type LeafSource } from '../../integrity/event-proof.ts';
import { rootOf } from '../../integrity/frontier.ts';
import { type Hash, hashAt, leafHash } from '../../integrity/hash.ts';
import { parseVerifierKey, privateKeyFromSeed, verifierKey } from '../../integrity/keys.ts';
import { MultiproofVerifier } from '../../integrity/multiproof.ts';
import { formatSignature, parseNote } from '../../integrity/note.ts';
import { eventTexts, personalPaths } from '../../integrity/personal.ts';
import { verifyConsistency, verifyInclusion } from '../../integrity/proof.ts';
import { tileReader } from '../../integrity/tile-reader.ts';
import { type Tile, tilePath, tilesOf } from '../../integrity/tiles.ts';
import { TestApp } from '../app.fixture.ts';

const witnessKey = privateKeyFromSeed(new Uint8Array(32).fill(9));
const witness = verifierKey('witness.example', createPublicKey(witnessKey), 'cosignature');
const events = 600;

const fromBase64 = (text: string): Hash => Buffer.from(text, 'base64');

async function open(count = events) {
  const app = new TestApp({ witnesses: [witness] });
  const organisation = await app.organisation();
  const key = await app.key('org-auditor', organisation);
  const drafts = Array.from(
    { length: count },
    (_, n): Draft => ({
      eventID: `evt-${n}`,
      action: n % 50 === 0 ? 'rare' : 'usual',
      ...(n % 3 > 0 && { user: { name: `Noor ${n}` }, context: { client_ip: '192.0.2.1' } }),
    }),
  );
  if (count > 0) await app.ledger.record(organisation.identity, drafts);
  const get = (path: string) => app.request('GET', `/v1/audit/${path}`, { key });
  const bytes = async (path: string) => {
    const response = await get(path);
    assert.equal(response.status, 200, path);
    return new Uint8Array(await response.arrayBuffer());
  };
  const json = <T>(path: string) => app.json<T>('GET', `/v1/audit/${path}`, { key });
  return { app, organisation, key, get, bytes, json };
}

describe('a log audited over HTTP and nothing else', () => {
  let log: Awaited<ReturnType<typeof open>>;
  before(async () => {
    log = await open();
  });

  it('has tiles, byte by byte, that lead from its entries to its signed root', async () => {
    const { current } = await log.json<{ current: string }>('keys');
    const message = await (await log.get('checkpoint')).text();
    const { size, root } = openCheckpoint(message, [parseVerifierKey(current)]).checkpoint;
    assert.equal(size, events);

    const leaves: Hash[] = [];
    for (const path of ['tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/88']) {
      leaves.push(...readEntryBundle(await log.bytes(path)).map((entry) => leafHash(entry)));
    }
    assert.equal(leaves.length, size);
    assert.deepEqual(rootOf(leaves), root);

    const row = (level: Tile['level']) =>
      level === 0
        ? leaves
        : [0, 1].map((tile) => rootOf(leaves.slice(tile * 256, tile * 256 + 256)));
    const paths: string[] = [];
    for (const tile of tilesOf(size)) {
      const hashes = row(tile.level).slice(tile.index * 256, tile.index * 256 + tile.width);
      assert.deepEqual(Buffer.from(await log.bytes(tilePath(tile))), Buffer.concat(hashes));
      paths.push(tilePath(tile));
    }
    assert.deepEqual(paths, ['tile/0/000', 'tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2']);

    const read = tileReader(size, (tile) => log.bytes(tilePath(tile)));
    assert.deepEqual(await read(9, 0), rootOf(leaves.slice(0, 512)));
  });

  it('says how long each response may be cached', async () => {
    const { headers } = await log.get('tile/0/000');
    assert.equal(headers.get('content-type'), 'application/octet-stream');
    assert.match(headers.get('cache-control') ?? '', /private.*immutable/);
    const checkpoint = await log.get('checkpoint');
    assert.equal(checkpoint.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(checkpoint.headers.get('cache-control'), 'no-store');
  });

  for (const path of [
    'tile/0/003',
    'tile/0/002',
    'tile/0/002.p/200',
    'tile/0/002.p/0',
    'tile/0/002.p/256',
    'tile/0/2',
    'tile/00/000',
    'tile/1/000',
    'tile/1/000.p/3',
    'tile/2/000.p/1',
    'tile/63/000.p/1',
    'tile/64/000.p/1',
    'tile/entries/002',
    'tile/entries/x999/x999/x999/x999/999',
    'tile/0/x000/000',
    'tile/0/',
    'tile/..%2f0/000',
  ]) {
    it(`has no ${path}`, async () => {
      const response = await log.get(path);
      assert.equal(response.status, 404);
      assert.deepEqual(Object.keys((await response.json()) as object), ['message']);
    });
  }

  it('shows in an export with salts what its entries were computed from', async () => {
    const lines = (await (await log.get('export?format=ndjson&salts=true')).text()).trimEnd();
    const entries = readEntryBundle(await log.bytes('tile/entries/000'));
    let personal = 0;
    for (const [index, line] of lines.split('\n').slice(0, 256).entries()) {
      const { salt, event } = JSON.parse(line) as { salt: string | null; event: object };
      const bytes = salt === null ? undefined : fromBase64(salt);
      if (salt !== null) personal += 1;
      const { leaf } = eventTexts(event, bytes, personalPaths());
      assert.equal(leaf, Buffer.from(entries[index]!).toString());
    }
    assert.equal(personal, 170);
  });

  it('is its entries when it is exported without personal fields', async () => {
    const entries = readEntryBundle(await log.bytes('tile/entries/000'));
    const texts = entries.map((entry) => Buffer.from(entry).toString());
    const redacted = async (query: string) =>
      (await log.get(`export?redact=personal&${query}`)).text();
    const ndjson = await redacted('format=ndjson');
    assert.deepEqual(ndjson.split('\n').slice(0, 256), texts);
    assert.deepEqual(JSON.parse(await redacted('format=json')).length, events);
    for (const text of [ndjson, await redacted('format=csv'), await redacted('')]) {
      assert.ok(!text.includes('Noor') && !text.includes('192.0.2.1'));
    }
    const [first] = (await redacted('format=ndjson&salts=true')).split('\n', 1);
    assert.equal(first, `{"salt":null,"event":${texts[0]}}`);
    const ofThis = await (await log.get('export?format=ndjson&action=rare')).text();
    assert.equal(ofThis.trimEnd().split('\n').length, 12);
  });

  for (const query of ['salts=true', 'salts=true&format=csv', 'redact=all', 'salts=yes']) {
    it(`rejects an export with ${query}`, async () => {
      assert.equal((await log.get(`export?${query}`)).status, 400);
    });
  }
});

describe('checkpoints over HTTP', () => {
  it('stay as they were issued while the log grows', async () => {
    const { app, organisation, get } = await open(2);
    const first = await (await get('checkpoint')).text();
    await app.ledger.record(organisation.identity, [{ action: 'more' }]);
    const second = await (await get('checkpoint')).text();
    assert.notEqual(second, first);
    assert.equal(await (await get('checkpoint?size=2')).text(), first);
    assert.equal((await get('checkpoint?size=1')).status, 404);
    assert.equal((await get('checkpoint?size=-1')).status, 400);
    assert.deepEqual(app.failures, []);
  });

  it('are of the caller’s own log', async () => {
    const { app, get } = await open(2);
    const message = await (await get('checkpoint')).text();
    const other = await app.organisation();
    const otherKey = await app.key('org-auditor', other);
    await app.ledger.record(other.identity, [{ action: 'a' }, { action: 'b' }]);
    const path = '/v1/audit/checkpoint?size=2';
    assert.equal((await app.request('GET', path, { key: otherKey })).status, 404);
    const response = await app.request('GET', '/v1/audit/checkpoint', { key: otherKey });
    const { origin } = openCheckpoint(await response.text(), [app.verifierKey]).checkpoint;
    assert.equal(origin, `annals.test/${other.identity}`);
    assert.equal(parseNote(message).text.split('\n')[0], 'annals.test/org-000000000001');
  });

  it('take the cosignatures of known witnesses', async () => {
    const { app, key, get, json } = await open(2);
    const message = await (await get('checkpoint')).text();
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_700_000_000n);
    const { text } = parseNote(message);
    const signed = Buffer.from(`cosignature/v1\ntime 1700000000\n${text}`);
    const bytes = Buffer.concat([time, sign(null, signed, witnessKey)]);
    const post = async (name: string) =>
      app.request('POST', '/v1/audit/checkpoint/cosignatures', {
        key,
        body: message + formatSignature({ name, id: witness.id, bytes }),
        headers: { 'Content-Type': 'text/plain' },
      });
    assert.equal((await post('somebody.else')).status, 400);
    const accepted = await post(witness.name);
    assert.equal(accepted.status, 200);
    const kept = await (await get('checkpoint?size=2')).text();
    assert.equal(await accepted.text(), kept);
    const { witnesses } = await json<{ witnesses: string[] }>('keys');
    const known = [app.verifierKey, ...witnesses.map(parseVerifierKey)];
    assert.equal(openCheckpoint(kept, known).witnessedBy.length, 1);
  });

  it('reject what is not a checkpoint, and what is too large for one', async () => {
    const { app, key } = await open(1);
    for (const [body, status] of [
      ['', 400],
      ['{}', 400],
      ['\n\n\n', 400],
      [`a\n\n— a ${'A'.repeat(70_000)}\n`, 413],
    ] as const) {
      const path = '/v1/audit/checkpoint/cosignatures';
      assert.equal((await app.request('POST', path, { key, body })).status, status);
    }
  });

  it('are not taken from a key that may not read the log', async () => {
    const { app, organisation, get } = await open(1);
    const body = await (await get('checkpoint')).text();
    const path = '/v1/audit/checkpoint/cosignatures';
    const writer = await app.key('writer', organisation);
    assert.equal((await app.request('POST', path, { key: writer, body })).status, 403);
    assert.equal((await app.request('POST', path, { body })).status, 401);
  });

  it('are signed by keys that anybody may read, with the fields that a leaf leaves out', async () => {
    const { json } = await open(0);
    const keys = await json<Record<string, unknown>>('keys');
    assert.deepEqual(Object.keys(keys), ['current', 'previous', 'witnesses', 'personalPaths']);
    assert.ok((keys.personalPaths as string[]).includes('user.email'));
  });
});

interface Inclusion {
  readonly sequence: number;
  readonly size: number;
  readonly root: string;
  readonly leaf: string;
  readonly hashes: string[];
}

describe('proofs over HTTP', () => {
  let log: Awaited<ReturnType<typeof open>>;
  before(async () => {
    log = await open();
    await log.get('checkpoint');
  });

  it('show that an event is in the log, by id and by sequence, at any size', async () => {
    for (const query of [
      'eventID=evt-41',
      'sequence=0',
      'sequence=599',
      'sequence=299&size=300',
      'sequence=256&size=257',
    ]) {
      const proof = await log.json<Inclusion>(`proof/inclusion?${query}`);
      const tree = { size: proof.size, root: fromBase64(proof.root) };
      const hashes = proof.hashes.map(fromBase64);
      assert.ok(verifyInclusion(proof.sequence, fromBase64(proof.leaf), tree, hashes), query);
    }
    const { sequence } = await log.json<Inclusion>('proof/inclusion?eventID=evt-41');
    assert.equal(sequence, 41);
  });

  it('are for the newest checkpoint by default', async () => {
    const { size, root } = await log.json<Inclusion>('proof/inclusion?sequence=1');
    const message = await (await log.get(`checkpoint?size=${size}`)).text();
    const { checkpoint } = openCheckpoint(message, [log.app.verifierKey]);
    assert.deepEqual(checkpoint.root, fromBase64(root));
  });

  it('show that a log only grew', async () => {
    const rootOfSize = async (size: number) => ({
      size,
      root: fromBase64((await log.json<Inclusion>(`proof/inclusion?sequence=0&size=${size}`)).root),
    });
    for (const [from, to] of [
      [1, 600],
      [255, 257],
      [256, 512],
      [599, 600],
      [600, 600],
    ] as const) {
      const proof = await log.json<{ from: number; to: number; hashes: string[] }>(
        `proof/consistency?from=${from}&to=${to}`,
      );
      assert.deepEqual([proof.from, proof.to], [from, to]);
      const hashes = proof.hashes.map(fromBase64);
      assert.ok(verifyConsistency(await rootOfSize(from), await rootOfSize(to), hashes));
    }
    const { to } = await log.json<{ to: number }>('proof/consistency?from=5');
    assert.ok(to >= events);
  });

  for (const runs of [
    [],
    [[0, 600]],
    [[5, 6]],
    [
      [0, 1],
      [1, 2],
      [300, 310],
      [599, 600],
    ],
  ]) {
    it(`tie the runs ${JSON.stringify(runs)} to a root by one multiproof`, async () => {
      const body = { size: events, runs };
      const proof = await log.app.json<{ size: number; root: string; hashes: string }>(
        'POST',
        '/v1/audit/proof/multiproof',
        { key: log.key, body },
        200,
      );
      const leaves = [
        ...Buffer.from(await log.bytes('tile/0/000')),
        ...Buffer.from(await log.bytes('tile/0/001')),
        ...Buffer.from(await log.bytes('tile/0/002.p/88')),
      ];
      const verifier = new MultiproofVerifier(proof.size, fromBase64(proof.hashes));
      for (const [from, to] of runs as [number, number][]) {
        for (let at = from; at < to; at += 1) verifier.add(at, hashAt(Buffer.from(leaves), at));
      }
      assert.deepEqual(verifier.root(), fromBase64(proof.root));
    });
  }

  it('come with the events as they were recorded, and their salts, on request', async () => {
    const paths = personalPaths();
    const one = await log.json<LeafProof>('proof/inclusion?sequence=41&text=true');
    assert.deepEqual(computeLeaf(one, paths).hash, fromBase64(one.leaf));
    assert.match(one.text ?? '', /Noor 41/);
    assert.equal((await log.json<LeafProof>('proof/inclusion?sequence=41')).text, undefined);

    const multiproof = (body: object) =>
      log.app.request('POST', '/v1/audit/proof/multiproof', { key: log.key, body });
    const runs = [
      [3, 5],
      [41, 42],
    ];
    const proof = (await (await multiproof({ size: events, runs, texts: true })).json()) as {
      root: string;
      hashes: string;
      texts: LeafSource[];
    };
    assert.deepEqual(
      proof.texts.map(({ salt }) => salt !== undefined),
      [false, true, true],
    );
    const verifier = new MultiproofVerifier(events, fromBase64(proof.hashes));
    for (const [at, sequence] of [3, 4, 41].entries()) {
      verifier.add(sequence, computeLeaf(proof.texts[at]!, paths).hash);
    }
    assert.deepEqual(verifier.root(), fromBase64(proof.root));

    const large = await open(1_001);
    const tooMany = await large.app.request('POST', '/v1/audit/proof/multiproof', {
      key: large.key,
      body: { size: 1_001, runs: [[0, 1_001]], texts: true },
    });
    assert.equal(tooMany.status, 400);
  });

  it('may be of a hash for every second event', async () => {
    const runs = Array.from({ length: events / 2 }, (_, n) => [n * 2, n * 2 + 1]);
    const { hashes } = await log.app.json<{ hashes: string }>(
      'POST',
      '/v1/audit/proof/multiproof',
      { key: log.key, body: { size: events, runs } },
      200,
    );
    assert.equal(fromBase64(hashes).length, (events / 2) * 32);
  });

  for (const path of [
    'inclusion',
    'inclusion?eventID=none',
    'inclusion?sequence=600&size=600',
    'inclusion?sequence=1&size=1',
    'inclusion?sequence=0&size=100000',
    'inclusion?sequence=x',
    'consistency',
    'consistency?from=2&to=1',
    'consistency?from=1&to=100000',
  ]) {
    it(`are rejected for ${path}`, async () => {
      const response = await log.get(`proof/${path}`);
      assert.equal(response.status, path.includes('none') ? 404 : 400);
    });
  }

  for (const body of [
    {},
    { size: events },
    { size: events, runs: [[0]] },
    { size: events, runs: [[0, 1.5]] },
    { size: events, runs: [[0, '1']] },
    { size: events, runs: [[2, 1]] },
    {
      size: events,
      runs: [
        [0, 5],
        [4, 6],
      ],
    },
    { size: events, runs: [[-1, 5]] },
    { size: events, runs: [[0, 601]] },
    { size: 100_000, runs: [] },
    { size: -1, runs: [] },
    '[',
  ]) {
    it(`are rejected for ${JSON.stringify(body)}`, async () => {
      const path = '/v1/audit/proof/multiproof';
      const response = await log.app.request('POST', path, { key: log.key, body });
      assert.equal(response.status, 400, await response.text());
    });
  }

  it('are rejected at the first wrong run, and for more runs than a request may have', async () => {
    const message = async (body: unknown) => {
      const path = '/v1/audit/proof/multiproof';
      const response = await log.app.request('POST', path, { key: log.key, body });
      const text = (await response.json()) as { message: string; errors?: object[] };
      return [response.status, text.message, text.errors?.length];
    };
    const [right, wrong] = [[0, 1], 'a'];
    assert.deepEqual(await message({ size: 1, runs: [right, ...Array(10_000).fill(wrong)] }), [
      400,
      'Cannot create the proof: runs[1] must be two whole numbers',
      1,
    ]);
    assert.deepEqual(await message({ size: 1, runs: Array(50_001).fill([]) }), [
      400,
      'Cannot create the proof: runs must have at most 50000 runs: ask for the others in another request',
      1,
    ]);
    const values = `[${Array(200_000).fill(0)}]`;
    assert.match(String((await message(values))[1]), /has more than 150003 values/);
    const long = JSON.stringify({ size: 1, runs: Array(300_000).fill('a') });
    assert.equal((await message(long))[0], 413);
  });
});
