import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rootOf } from '../../integrity/frontier.ts';
import { type Hash, leafHash } from '../../integrity/hash.ts';
import { multiproof } from '../../integrity/multiproof.ts';
import {
  entriesPerLine,
  formatProofLine,
  type ProofLine,
  parseProofLine,
  saltAt,
} from './proof-file.ts';
import { type FetchHashes, type ProvedEvent, proofLines } from './proof-lines.ts';
import { TreeCheck } from './tree-check.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 30);

const leaves = Array.from({ length: 40_000 }, (_, at) => leafHash(`${at}`));

/** A log of `size` leaves that gives hashes, and counts how often. */
function log(size: number) {
  const fetched = { times: 0, hashes: 0 };
  const read = async (level: number, index: number): Promise<Hash> =>
    rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
  const fetchHashes: FetchHashes = async (of, runs) => {
    const hashes = await Array.fromAsync(multiproof(of, runs, read));
    fetched.times += 1;
    fetched.hashes += hashes.length;
    return Buffer.concat(hashes);
  };
  return { fetched, fetchHashes, root: rootOf(leaves.slice(0, size)) };
}

const eventOf = (sequence: number): ProvedEvent => ({
  sequence,
  leaf: leaves[sequence]!,
  salt: sequence % 2 === 0 ? new Uint8Array(16).fill(sequence) : undefined,
});

async function* batches(sequences: readonly number[]): AsyncGenerator<ProvedEvent[]> {
  for (let at = 0; at < sequences.length; at += 700) {
    yield sequences.slice(at, at + 700).map(eventOf);
  }
}

/** Writes the lines and reads them back. */
async function linesOf(
  size: number,
  sequences: readonly number[],
  fetchHashes: FetchHashes,
): Promise<ProofLine[]> {
  const lines = await Array.fromAsync(proofLines(size, batches(sequences), false, fetchHashes));
  return lines.map((line, at) => parseProofLine(formatProofLine(line), at + 2));
}

function rootBy(size: number, lines: readonly ProofLine[]): Hash {
  const tree = new TreeCheck(size);
  for (const line of lines) tree.add(line);
  return tree.root();
}

describe('the lines of a proof', () => {
  it('lead to the root, whichever events were chosen, with the hashes of a multiproof', async () => {
    const choices = fc.array(fc.boolean(), { minLength: 1, maxLength: 3_000, size: 'max' });
    await fc.assert(
      fc.asyncProperty(choices, async (chosen) => {
        const sequences = chosen.flatMap((is, at) => (is ? [at] : []));
        const { fetchHashes, root } = log(chosen.length);
        const lines = await linesOf(chosen.length, sequences, fetchHashes);
        assert.deepEqual(rootBy(chosen.length, lines), root);
        const whole = await fetchHashes(
          chosen.length,
          sequences.map((from) => ({ from, to: from + 1 })),
        );
        assert.deepEqual(Buffer.concat(lines.map(({ hashes }) => hashes)), whole);
        const read = lines.flatMap(({ runs }) =>
          runs.flatMap(([from, to]) => Array.from({ length: to - from }, (_, n) => from + n)),
        );
        assert.deepEqual(read, sequences);
      }),
      { numRuns },
    );
  });

  it('need hashes at the two ends of an unbroken range, and none between', async () => {
    const { fetchHashes, fetched, root } = log(leaves.length);
    const sequences = Array.from({ length: 30_000 }, (_, n) => n + 5_001);
    const lines = await linesOf(leaves.length, sequences, fetchHashes);
    assert.deepEqual(rootBy(leaves.length, lines), root);
    assert.equal(fetched.times, 2);
    assert.ok(fetched.hashes <= 2 * Math.log2(leaves.length));
  });

  it('have the salt of each event, and none in a redacted export', async () => {
    const { fetchHashes } = log(1_000);
    const sequences = Array.from({ length: 600 }, (_, n) => n);
    const [first] = await linesOf(1_000, sequences, fetchHashes);
    assert.equal(first!.runs[0]![1], entriesPerLine);
    assert.deepEqual(saltAt(first!, 4), Buffer.alloc(16, 4));
    assert.deepEqual(saltAt(first!, 5), Buffer.alloc(16));
    const redacted = await Array.fromAsync(
      proofLines(1_000, batches(sequences), true, fetchHashes),
    );
    for (const line of redacted) assert.equal(saltAt(line, 4), undefined);
  });

  it('are rejected when events come twice or out of order, or the response of the log does not fit', async () => {
    const { fetchHashes } = log(100);
    for (const sequences of [[4, 4], [4, 3], [100]]) {
      await assert.rejects(linesOf(100, sequences, fetchHashes), { code: 'corrupt' });
    }
    await assert.rejects(
      linesOf(100, [7], async () => new Uint8Array(32)),
      { code: 'corrupt' },
    );
    for (const text of ['', '{}', '{"runs":[[0,1]],"hashes":"","salts":"","leaves":""}']) {
      assert.throws(() => parseProofLine(text, 2), { code: 'corrupt', message: /line 2/ });
    }
  });
});
