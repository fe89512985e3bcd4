import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf, codeWidth, createCodes, readCodes } from './codes.ts';

describe('a column of codes', () => {
  for (const largest of [200, 60_000, 70_000]) {
    it(`with codes up to ${largest} is read as it was written, wherever its bytes begin`, () => {
      const width = codeWidth(largest);
      const column = createCodes(width, 3);
      column.set([0, 7, largest]);
      const bytes = new Uint8Array(column.byteLength + 1);
      bytes.set(bytesOf(column), 1);
      assert.deepEqual([...readCodes(bytes.subarray(1), width)], [0, 7, largest]);
    });
  }
});
