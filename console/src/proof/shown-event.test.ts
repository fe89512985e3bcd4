import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodableEvent } from '../../../src/dialects/thalassa/decodable.ts';
import { canonicalJson } from '../../../src/integrity/canonical.ts';
import { isShownAsRecorded } from './shown-event.ts';

it('knows an event again of which the API moved parts aside, and no other', () => {
  for (const recorded of [
    { action: 'a', user: { subject: 's', name: 7, x: { y: 1 } } },
    { action: 'a', user: 'root', details: { native: 1, b: 2 } },
    { action: 'a', serviceAccount: { name: 'ci', labels: { a: 'b', c: 3 } }, details: {} },
    { action: 'a', user: { name: 'Noor' } },
  ]) {
    const shown = JSON.parse(decodableEvent(canonicalJson(recorded))) as object;
    assert.ok(isShownAsRecorded(shown, recorded), JSON.stringify(shown));
    assert.ok(!isShownAsRecorded({ ...shown, action: 'b' }, recorded));
    assert.ok(!isShownAsRecorded({ ...shown, user: { name: 'Peter' } }, recorded));
  }
});
