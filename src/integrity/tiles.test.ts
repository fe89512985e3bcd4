import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTilePath, type Tile, tilePath, tilesOf, tileWidth } from './tiles.ts';

const numRuns = Number(process.env.ANNALS_TEST_RUNS ?? 200);

describe('the path of a tile', () => {
  /** c2sp.org/tlog-tiles, and golang.org/x/mod/sumdb/tlog, tlog_test.go, without its tile heights. */
  const published: [path: string, tile: Tile][] = [
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/001', { level: 0, index: 1, width: 256 }],
    ['tile/0/001.p/5', { level: 0, index: 1, width: 5 }],
    ['tile/5/x123/x456/078', { level: 5, index: 123_456_078, width: 256 }],
    ['tile/5/x123/x456/078.p/2', { level: 5, index: 123_456_078, width: 2 }],
    ['tile/0/x003/x057/500', { level: 0, index: 3_057_500, width: 256 }],
    ['tile/63/000.p/255', { level: 63, index: 0, width: 255 }],
    ['tile/entries/x001/000', { level: 'entries', index: 1000, width: 256 }],
    ['tile/entries/999.p/1', { level: 'entries', index: 999, width: 1 }],
  ];
  for (const [path, tile] of published) {
    it(`${path} is written and read`, () => {
      assert.equal(tilePath(tile), path);
      assert.deepEqual(parseTilePath(path), tile);
    });
  }

  it('of any tile is read as that tile', () => {
    const levels = fc.oneof(fc.constant('entries' as const), fc.nat({ max: 63 }));
    const indexes = fc.nat({ max: 10 ** 15 - 1 });
    fc.assert(
      fc.property(levels, indexes, fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        const tile = { level, index, width };
        assert.deepEqual(parseTilePath(tilePath(tile)), tile);
      }),
      { numRuns },
    );
  });

  for (const path of [
    'tile/5/123/456/078',
    'tile/-1/001',
    'tile/data/x003/x057/500',
    'tile/64/000',
    'tile/00/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/x1/001',
    'tile/0/x001',
    'tile/0/001.p/0',
    'tile/0/001.p/05',
    'tile/0/001.p/256',
    'tile/0/001.p/300',
    'tile/0/001.p',
    'tile/0/001/',
    '/tile/0/001',
    'tile/0/001\n',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/../001',
  ]) {
    it(`is not ${JSON.stringify(path)}`, () => assert.equal(parseTilePath(path), undefined));
  }
});

describe('the tiles of a tree', () => {
  it('of 70,000 leaves are those in c2sp.org/tlog-tiles', () => {
    const tiles = [...tilesOf(70_000)];
    assert.equal(tiles.filter(({ level, width }) => level === 0 && width === 256).length, 273);
    assert.deepEqual(tiles.slice(273), [
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
  });

  it('of 256 leaves are a full one and a partial one above it, as in c2sp.org/tlog-tiles', () => {
    assert.deepEqual(
      [...tilesOf(256)],
      [
        { level: 0, index: 0, width: 256 },
        { level: 1, index: 0, width: 1 },
      ],
    );
  });

  it('of no leaves are none', () => assert.deepEqual([...tilesOf(0)], []));

  it('that are new since an older size are those that the older tree does not have', () => {
    const size = fc.nat({ max: 200_000 });
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [since, now] = [Math.min(one, other), Math.max(one, other)];
        const older = new Set([...tilesOf(since)].map(tilePath));
        const expected = [...tilesOf(now)].filter((tile) => !older.has(tilePath(tile)));
        assert.deepEqual([...tilesOf(now, since)], expected);
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });

  it('are as wide as the tree reaches, bundles of entries like tiles of leaf hashes', () => {
    assert.equal(tileWidth(0, 273, 70_000), 112);
    assert.equal(tileWidth('entries', 273, 70_000), 112);
    assert.equal(tileWidth('entries', 272, 70_000), 256);
    assert.equal(tileWidth('entries', 274, 70_000), 0);
    assert.equal(tileWidth(1, 1, 70_000), 17);
    assert.equal(tileWidth(3, 0, 70_000), 0);
    assert.equal(tileWidth(4, 1, 2 ** 41), 256);
  });
});
