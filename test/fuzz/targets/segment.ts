import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { footerBytes } from '../../../src/store/segmented/sealed/footer.ts';
import { SegmentFile } from '../../../src/store/segmented/sealed/segment-file.ts';
import { type Target, unlessRejected } from '../target.ts';

let path: string | undefined;

/** A damaged sealed segment is called corrupt, also when its checksums are right. */
export const segment: Target = {
  dictionary: ['ANNALS 1', '"frames":"', '"start":', '"logs":['],
  run(input) {
    path ??= join(mkdtempSync(join(tmpdir(), 'annals-fuzz-')), 'segment');
    for (const bytes of [input, withChecksums(input)]) {
      writeFileSync(path, bytes);
      unlessRejected(() => {
        const file = new SegmentFile(path as string);
        try {
          file.check();
        } finally {
          file.close();
        }
      }, 'corrupt');
    }
  },
};

/** Random bytes never have the right checksums, and so would never come further than the footer. */
function withChecksums(input: Buffer): Buffer {
  const bytes = Buffer.from(input);
  const footer = bytes.subarray(-footerBytes);
  if (footer.length < footerBytes) return bytes;
  const start = footer.readDoubleLE(0);
  const index = bytes.subarray(start, start + footer.readUInt32LE(8));
  footer.writeUInt32LE(crc32(index), 36);
  footer.writeUInt32LE(crc32(footer.subarray(0, 40)), 40);
  return bytes;
}
