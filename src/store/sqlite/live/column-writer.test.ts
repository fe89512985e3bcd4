import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { facets } from '../../../core/facets.ts';
import { unpackFacets } from '../../../core/packed-facets.ts';
import { idHash } from '../ids/id-hash.ts';
import { LiveWriter } from './column-writer.ts';
import { createLiveColumns, rowsWithHash, visibleRows } from './columns.ts';
import { roomFor, type Searchable, searchableOf } from './searchable.ts';
import { LiveValues } from './stretch.ts';

const hashOf = (id: string) => idHash({ high: 1, low: 2 }, 0, id);

function event(eventID: string, action: string, description?: string): Searchable {
  const values = facets.map((facet) => (facet === 'action' ? action : undefined));
  const times = { createdAt: 5, recordedAt: 6 };
  const found = searchableOf({ eventID, sequence: 0, ...times, facets: values, description });
  return { ...found, facets: found.facets.slice() };
}

describe('live columns', () => {
  it('show nothing of what is staged before it is published, and nothing of what is discarded', () => {
    const columns = createLiveColumns({ rows: 10, values: 10, valueBytes: 100, textBytes: 100 });
    const writer = new LiveWriter(columns);
    writer.stage(1, event('a', 'GET', 'one'), hashOf('a'));
    assert.equal(visibleRows(columns), 0);
    assert.deepEqual(rowsWithHash(columns, hashOf('a')), []);
    writer.publish();
    assert.equal(visibleRows(columns), 1);
    assert.deepEqual(rowsWithHash(columns, hashOf('a')), [0]);
    writer.stage(1, event('b', 'PUT', 'two'), hashOf('b'));
    writer.discard();
    writer.stage(1, event('c', 'PUT', 'three'), hashOf('c'));
    writer.publish();
    assert.equal(visibleRows(columns), 2);
    assert.deepEqual(rowsWithHash(columns, hashOf('b')), []);
    assert.deepEqual(rowsWithHash(columns, hashOf('c')), [1]);
    assert.equal(Buffer.from(columns.text.slice(0, columns.textEnds[1])).toString(), 'onethree');
  });

  it('have room for what is said to need it, even where lower case is longer', () => {
    const events = ['İİİ', 'ẞ', '🚀', 'x'].map((text, n) => event(`${n}`, `${text}${n}`, text));
    const need = roomFor(events);
    const writer = new LiveWriter(createLiveColumns(need));
    assert.equal(writer.hasRoomFor(need), true);
    for (const [n, some] of events.entries()) writer.stage(n, some, hashOf(`${n}`));
    writer.publish();
    assert.equal(writer.hasRoomFor(roomFor([events[3]!])), false);
    const values = new LiveValues(writer.columns);
    for (const { facets: held, facetStart } of events) {
      const [action = ''] = unpackFacets(Buffer.from(held), facetStart);
      const [code = 0] = values.codesOf(0, action);
      assert.equal(values.textsOf(0)(code), action);
    }
  });

  it('keep ids with the same hash apart', () => {
    const columns = createLiveColumns({ rows: 4, values: 9, valueBytes: 99, textBytes: 9 });
    const writer = new LiveWriter(columns);
    const same = { high: 9, low: 7 };
    for (const id of ['a', 'b']) writer.stage(0, event(id, 'x'), same);
    writer.stage(0, event('c', 'x'), { high: 8, low: 7 });
    writer.publish();
    assert.deepEqual(rowsWithHash(columns, same), [0, 1]);
    assert.deepEqual(rowsWithHash(columns, { high: 8, low: 7 }), [2]);
  });
});
