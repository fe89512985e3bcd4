import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { facets } from '../../../core/facets.ts';
import { unpackFacets } from '../../../core/packed-facets.ts';
import { idHash } from '../ids/id-hash.ts';
import { ActiveDictionary } from './active-slice.ts';
import { ColumnWriter } from './column-writer.ts';
import { createActiveColumns, rowsWithHash, visibleRows } from './columns.ts';
import { capacityNeeded, type SearchableEvent, toSearchableEvent } from './searchable-event.ts';

const hashOf = (id: string) => idHash({ high: 1, low: 2 }, 0, id);

function event(eventID: string, action: string, description?: string): SearchableEvent {
  const values = facets.map((facet) => (facet === 'action' ? action : undefined));
  const times = { createdAt: 5, recordedAt: 6 };
  const some = toSearchableEvent({ eventID, sequence: 0, ...times, facets: values, description });
  return { ...some, facets: some.facets.slice() };
}

describe('active columns', () => {
  it('do not show staged rows before they are published, nor discarded ones', () => {
    const columns = createActiveColumns({ rows: 10, values: 10, valueBytes: 100, textBytes: 100 });
    const writer = new ColumnWriter(columns);
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

  it('have room for events with the capacity that these need, even where lower case is longer', () => {
    const events = ['İİİ', 'ẞ', '🚀', 'x'].map((text, n) => event(`${n}`, `${text}${n}`, text));
    const need = capacityNeeded(events);
    const writer = new ColumnWriter(createActiveColumns(need));
    assert.equal(writer.hasRoomFor(need), true);
    for (const [n, some] of events.entries()) writer.stage(n, some, hashOf(`${n}`));
    writer.publish();
    assert.equal(writer.hasRoomFor(capacityNeeded([events[3]!])), false);
    const values = new ActiveDictionary(writer.columns);
    for (const { facets: packed, facetStart } of events) {
      const [action = ''] = unpackFacets(Buffer.from(packed), facetStart);
      const [code = 0] = values.codesOf(0, action);
      assert.equal(values.textsOf(0)(code), action);
    }
  });

  it('keep ids with the same hash apart', () => {
    const columns = createActiveColumns({ rows: 4, values: 9, valueBytes: 99, textBytes: 9 });
    const writer = new ColumnWriter(columns);
    const same = { high: 9, low: 7 };
    for (const id of ['a', 'b']) writer.stage(0, event(id, 'x'), same);
    writer.stage(0, event('c', 'x'), { high: 8, low: 7 });
    writer.publish();
    assert.deepEqual(rowsWithHash(columns, same), [0, 1]);
    assert.deepEqual(rowsWithHash(columns, { high: 8, low: 7 }), [2]);
  });
});
