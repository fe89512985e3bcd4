import assert from 'node:assert/strict';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../../../src/integrity/checkpoint.ts';
import { formatKnownKey, parseKnownKey } from '../../../src/integrity/known-key.ts';
import { formatNote, parseNote } from '../../../src/integrity/note.ts';
import { type Target, unlessRejected } from '../target.ts';

/** Signed notes, checkpoints and verifier keys: what is accepted is written again as it came. */
export const notes: Target = {
  dictionary: ['\n\n', '\n', '— ', 'audit.example.org', '+5f8a1c02+', '=\n', ' upto '],
  run(input) {
    const text = input.toString();
    const note = unlessRejected(() => parseNote(text), 'invalid');
    if (note !== undefined) assert.equal(formatNote(note), text);
    const checkpoint = unlessRejected(() => parseCheckpoint(text), 'invalid', 'corrupt');
    // Further lines are allowed (c2sp.org/tlog-checkpoint), and ignored.
    if (checkpoint !== undefined) assert.ok(text.startsWith(formatCheckpoint(checkpoint)));
    const key = unlessRejected(() => parseKnownKey(text), 'invalid');
    if (key === undefined) return;
    assert.deepEqual(formatKnownKey(parseKnownKey(formatKnownKey(key))), formatKnownKey(key));
    assert.equal(
      unlessRejected(() => openCheckpoint(text, [key]), 'invalid', 'corrupt'),
      undefined,
    );
  },
};
