/**
 * Which triples of consecutive bytes occur in some texts, as a set that may have more: 8 KiB, one bit for each of 65,536
 * hashes. If one triple of a search text is not in the set, none of the texts contains it. So most row groups need not
 * be decompressed.
 */
const trigramFilterBytes = 8_192;

export function trigramFilterOf(texts: Uint8Array): Uint8Array {
  const filter = new Uint8Array(trigramFilterBytes);
  for (let at = 2; at < texts.length; at += 1) {
    const hash = trigramHash(texts[at - 2]!, texts[at - 1]!, texts[at]!);
    filter[hash >>> 3]! |= 1 << (hash & 7);
  }
  return filter;
}

/** False when none of the texts contains these bytes. It is always true for fewer than three bytes. */
export function mayContain(filter: Uint8Array, text: Uint8Array): boolean {
  for (let at = 2; at < text.length; at += 1) {
    const hash = trigramHash(text[at - 2]!, text[at - 1]!, text[at]!);
    if ((filter[hash >>> 3]! & (1 << (hash & 7))) === 0) return false;
  }
  return true;
}

function trigramHash(a: number, b: number, c: number): number {
  return Math.imul((a << 16) | (b << 8) | c, 0x9e3779b1) >>> 16;
}
