import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  containsOneOf,
  type FilterSupport,
  filterBy,
  filterParameters,
  isOneOf,
  rejectUnsupportedFilters,
} from './filters.ts';

const events = [
  { id: 'a', user: 'noor', status: 200, text: 'Key read' },
  { id: 'b', user: 'sam', status: 403, text: 'Key denied' },
  { id: 'c', status: 403 },
];
const keptBy = (filters: Parameters<typeof filterBy>[0]) =>
  events
    .filter(
      filterBy(filters, {
        userIdentity: ({ user }, values) => isOneOf(values, user),
        responseStatus: ({ status }, values) => values.includes(String(status)),
        searchText: (event, values) => containsOneOf(values, event),
      }),
    )
    .map(({ id }) => id)
    .join(' ');

describe('filters that are applied here', () => {
  it('keep the events that have one of the values of each, and leave out those that have one of the others', () => {
    assert.equal(keptBy({}), 'a b c');
    assert.equal(keptBy({ userIdentity: 'noor' }), 'a');
    assert.equal(keptBy({ userIdentity: ['noor', 'sam'], responseStatus: [403, 404] }), 'b');
    assert.equal(keptBy({ without: { userIdentity: ['noor', 'undefined'] } }), 'b c');
    assert.equal(keptBy({ searchText: 'KEY', without: { responseStatus: 403 } }), 'a');
    assert.equal(keptBy({ without: { searchText: ['READ', 'denied'] } }), 'c');
    assert.equal(keptBy({ traceId: 'x' }), 'a b c', 'what has no test is not applied');
  });
});

describe('filters as parameters of our API', () => {
  it('are repeated for several values, negated by a minus, and keep their commas', () => {
    const filters = {
      actions: ['a,b', 'c'],
      userIdentity: 'uid=noor,ou=people',
      responseStatus: [403, 404],
      includeSystemServices: true,
      without: { resourceTypes: ['x,y'], searchText: 'a,b', clientIp: ['192.0.2.1', '::1'] },
    };
    assert.deepEqual(filterParameters(filters), {
      action: ['a\\,b', 'c'],
      userIdentity: ['uid=noor,ou=people'],
      responseStatus: ['403', '404'],
      includeSystemServices: ['true'],
      '-resourceType': ['x\\,y'],
      '-searchText': ['a,b'],
      '-clientIp': ['192.0.2.1', '::1'],
    });
  });
});

describe('filters for a vendor', () => {
  const all: FilterSupport = {
    searchText: true,
    serviceAccount: 'one value',
    userIdentity: true,
    impersonatorIdentity: true,
    actions: true,
    resourceTypes: true,
    resourceIdentity: true,
    organizationIdentity: true,
    includeSystemServices: true,
    responseStatus: false,
    outcome: true,
    clientIp: true,
    traceId: true,
    sessionId: true,
    projectId: true,
    credential: true,
    country: true,
    without: true,
  };
  const reject = (filters: Parameters<typeof filterBy>[0], support = all) =>
    rejectUnsupportedFilters(filters, support, 'Acme');

  it('are refused where its events have no such field, or it cannot apply them', () => {
    reject({ actions: ['a', 'b'], serviceAccount: 'x', without: { userIdentity: ['a', 'b'] } });
    assert.throws(() => reject({ responseStatus: 403 }), {
      code: 'invalid',
      message: 'Cannot use --response-status with Acme: its events have no such field',
    });
    assert.throws(() => reject({ serviceAccount: ['a', 'b'] }), {
      message: 'Cannot use --service-account more than once with Acme: its filter has one value',
    });
    assert.throws(() => reject({ without: { responseStatus: 403 } }), {
      message: 'Cannot use --not response-status with Acme: its events have no such field',
    });
    assert.throws(() => reject({ without: { actions: ['a'] } }, { ...all, without: false }), {
      message: 'Cannot use --not with Acme: it leaves nothing out',
    });
  });
});
