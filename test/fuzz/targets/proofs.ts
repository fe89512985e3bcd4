import assert from 'node:assert/strict';
import {
  formatProofHeader,
  formatProofLine,
  parseProofHeader,
  parseProofLine,
} from '../../../src/export/proofs/proof-file.ts';
import { TreeCheck } from '../../../src/export/proofs/tree-check.ts';
import { hashBytes } from '../../../src/integrity/hash.ts';
import { verifyConsistency, verifyInclusion } from '../../../src/integrity/proof.ts';
import { type Target, unlessRejected } from '../target.ts';

/** Proofs that somebody sends. Nothing is proved by bytes that no prover wrote, and nothing but a rejection is thrown. */
export const proofs: Target = {
  dictionary: [
    '{"runs":[[',
    '"hashes":"',
    '"salts":"',
    '"leaves":"',
    '{"proofVersion":1,',
    '"checkpoint":"',
    '"entries":',
  ],
  run(input) {
    const text = input.toString();
    const header = unlessRejected(() => parseProofHeader(text), 'corrupt');
    if (header !== undefined) assert.deepEqual(parseProofHeader(formatProofHeader(header)), header);
    const line = unlessRejected(() => parseProofLine(text, 1), 'corrupt');
    if (line !== undefined) {
      assert.deepEqual(parseProofLine(formatProofLine(line), 1), line);
      const size = input.length;
      unlessRejected(() => {
        const check = new TreeCheck(size);
        check.add(line);
        check.root();
      }, 'corrupt');
    }
    checkHashes(input);
  },
};

/** The bytes as sizes and hashes. Random hashes prove nothing, except that a tree is itself. */
function checkHashes(input: Buffer): void {
  if (input.length < 8 + 2 * hashBytes) return;
  const [older, newer] = [input.readInt16LE(0), input.readInt16LE(2)];
  const hashes = Array.from({ length: Math.floor((input.length - 8) / hashBytes) }, (_, index) =>
    input.subarray(8 + index * hashBytes, 8 + (index + 1) * hashBytes),
  );
  const [first, second, ...proof] = hashes as [Buffer, Buffer, ...Buffer[]];
  const grew = verifyConsistency(
    { size: older, root: first },
    { size: newer, root: second },
    proof,
  );
  assert.ok(!grew || (older === newer && first.equals(second)));
  const isIn = verifyInclusion(older, first, { size: newer, root: second }, proof);
  assert.ok(!isIn || (newer === 1 && first.equals(second)));
}
