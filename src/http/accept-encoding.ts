/**
 * Whether a response may be sent as zstd (RFC 9110, section 12.5.3): the header names it, and does not prefer content
 * as it is. A `*` is not enough: a client that sends it can rarely unpack everything.
 */
export function acceptsZstd(header: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding, Number(weight));
  }
  const zstd = weights.get('zstd') ?? 0;
  return zstd > 0 && zstd >= (weights.get('identity') ?? 0);
}
