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

/** A log of `size` leaves that is asked for hashes; counts how often. */
function log(size: number) {
  const asked = { times: 0, hashes: 0 };
  const read = async (level: number, index: number): Promise<Hash> =>
    rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
  const ask: FetchHashes = async (of, runs) => {
    const hashes = await Array.fromAsync(multiproof(of, runs, read));
    asked.times += 1;
    asked.hashes += hashes.length;
    return Buffer.concat(hashes);
  };
  return { asked, ask, root: rootOf(leaves.slice(0, size)) };
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

/** Through the file and back. */
async function linesOf(
  size: number,
  sequences: readonly number[],
  ask: FetchHashes,
): Promise<ProofLine[]> {
  const lines = await Array.fromAsync(proofLines(size, batches(sequences), false, ask));
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
        const { ask, root } = log(chosen.length);
        const lines = await linesOf(chosen.length, sequences, ask);
        assert.deepEqual(rootBy(chosen.length, lines), root);
        const whole = await ask(
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

  it('are asked for at the two ends of an unbroken stretch, and nowhere between', async () => {
    const { ask, asked, root } = log(leaves.length);
    const sequences = Array.from({ length: 30_000 }, (_, n) => n + 5_001);
    const lines = await linesOf(leaves.length, sequences, ask);
    assert.deepEqual(rootBy(leaves.length, lines), root);
    assert.equal(asked.times, 2);
    assert.ok(asked.hashes <= 2 * Math.log2(leaves.length));
  });

  it('carry each event’s salt, and none of a redacted export', async () => {
    const { ask } = log(1_000);
    const sequences = Array.from({ length: 600 }, (_, n) => n);
    const [first] = await linesOf(1_000, sequences, ask);
    assert.equal(first!.runs[0]![1], entriesPerLine);
    assert.deepEqual(saltAt(first!, 4), Buffer.alloc(16, 4));
    assert.deepEqual(saltAt(first!, 5), Buffer.alloc(16));
    const redacted = await Array.fromAsync(proofLines(1_000, batches(sequences), true, ask));
    for (const line of redacted) assert.equal(saltAt(line, 4), undefined);
  });

  it('are refused when events come twice or out of order, or the log’s answer does not fit', async () => {
    const { ask } = log(100);
    for (const sequences of [[4, 4], [4, 3], [100]]) {
      await assert.rejects(linesOf(100, sequences, ask), { code: 'corrupt' });
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
