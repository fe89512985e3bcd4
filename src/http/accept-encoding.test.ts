import assert from 'node:assert/strict';
import { it } from 'node:test';
import { acceptsZstd } from './accept-encoding.ts';

it('zstd is sent to clients that name it and do not prefer plain content', () => {
  const accepted = [
    'zstd',
    'deflate, gzip, br, zstd',
    'gzip;q=1, ZSTD;q=0.4',
    'zstd ; q=1, identity',
  ];
  const refused = [
    undefined,
    '',
    '*',
    'gzip, br',
    'zstd;q=0',
    'identity, zstd;q=0.5',
    'zstdx',
    'zstd;q=much',
  ];
  for (const header of accepted) assert.equal(acceptsZstd(header), true, header);
  for (const header of refused) assert.equal(acceptsZstd(header), false, String(header));
});
