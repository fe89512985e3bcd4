import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Facet, facetIndex, facets, facetsOf } from './facets.ts';

describe('the facets of an event', () => {
  const event = {
    action: 'kms.decrypt',
    resourceType: 'key',
    resourceIdentity: 'key-1',
    userIdentity: 'usr-1',
    serviceAccountIdentity: 'sa-1',
    impersonatorIdentity: 'usr-2',
    context: {
      ...{ status: 204, client_ip: '203.0.113.1', origin: 'api', system_service: 'annals' },
      ...{ credentials_id: 'key-7', country_code: 'NL' },
    },
    outcome: 'success',
    sessionId: 'session-1',
    traceId: 'trace-1',
    projectId: 'project-1',
    description: 'is no facet',
  };
  const expected: Record<Facet, string> = {
    action: 'kms.decrypt',
    resourceType: 'key',
    resourceIdentity: 'key-1',
    userIdentity: 'usr-1',
    serviceAccountIdentity: 'sa-1',
    impersonatorIdentity: 'usr-2',
    responseStatus: '204',
    clientIp: '203.0.113.1',
    origin: 'api',
    outcome: 'success',
    systemService: 'annals',
    sessionId: 'session-1',
    traceId: 'trace-1',
    projectId: 'project-1',
    credential: 'key-7',
    country: 'NL',
  };

  it('are its values in the order of their names', () => {
    assert.deepEqual(
      facetsOf(event),
      facets.map((facet) => expected[facet]),
    );
    for (const facet of facets) {
      assert.equal(facetsOf(event)[facetIndex(facet)], expected[facet], facet);
    }
  });

  it('are missing where there is no text, or no number for a status', () => {
    const none = facets.map(() => undefined);
    assert.deepEqual(facetsOf({}), none);
    assert.deepEqual(facetsOf({ action: '', context: { client_ip: '', status: '204' } }), none);
    assert.deepEqual(facetsOf({ action: 1, context: { origin: null } }), none);
    assert.equal(facetsOf({ context: { status: 0 } })[facetIndex('responseStatus')], '0');
  });

  it('have the order of the file format', () => {
    // A new facet goes to the end. Any other change makes segments unreadable.
    assert.deepEqual(facets.slice(0, 16), Object.keys(expected));
    assert.equal(facetIndex('other' as Facet), -1);
  });
});
