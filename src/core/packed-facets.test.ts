import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ByteWriter } from './byte-writer.ts';
import { AnnalsError } from './errors.ts';
import { facets } from './facets.ts';
import { packFacets, unpackFacets } from './packed-facets.ts';

it('packed facets are as long as an event can make them, and no longer', () => {
  const longest = 'é'.repeat(32_767);
  const values = facets.map((facet) => (facet === 'clientIp' ? longest : undefined));
  const packed = new ByteWriter(16);
  packFacets(values, packed);
  assert.deepEqual(unpackFacets(packed.bytes, 0), values);
  assert.throws(
    () => packFacets([`${longest}éé`], packed),
    (error) => error instanceof AnnalsError && error.code === 'invalid',
  );
});
