/** Bytes for the length of a text. */
const lengthBytes = 4;

/** The searchable texts of a row group, as they are written. */
export interface EncodedTexts {
  /** The lengths of the texts as 32-bit numbers, then the texts. */
  readonly content: Uint8Array;
  /** The texts alone, one after the other. */
  readonly texts: Uint8Array;
  /** How many bytes the text of each row has. */
  readonly lengths: Uint32Array;
}

/** Collects texts; each of them is in `bytes` from its start to its end. */
export function encodeTexts(bytes: Buffer, starts: Uint32Array, ends: Uint32Array): EncodedTexts {
  const first = starts.length * lengthBytes;
  const lengths = ends.map((end, row) => end - starts[row]!);
  const content = Buffer.alloc(lengths.reduce((sum, length) => sum + length, first));
  let at = first;
  for (const [row, length] of lengths.entries()) {
    content.writeUInt32LE(length, row * lengthBytes);
    at += bytes.copy(content, at, starts[row]!, ends[row]!);
  }
  return { content, texts: content.subarray(first), lengths };
}
