/**
 * A tree as files, as in C2SP tlog-tiles (c2sp.org/tlog-tiles): the hashes of every eighth level in rows, divided into
 * tiles of 256. A tile of level 0 has leaf hashes. Above it, each hash is the root of a full tile one level below. The
 * entries of the log are divided in the same way, into bundles. A full tile never changes.
 */
export interface Tile {
  /** Tile level: row `level` has the tree's level `8 · level`. `entries` for a bundle of entries. */
  readonly level: number | 'entries';
  readonly index: number;
  /** How many hashes or entries: 256, or fewer in the last tile of a row. */
  readonly width: number;
}

export const fullWidth = 256;
/** Levels of the tree from one row of tiles to the next. */
export const tileHeight = 8;

/** `tile/0/x001/x234/067` for tile 1,234,067 of level 0; `.p/112` follows when it has only 112 hashes. */
export function tilePath({ level, index, width }: Tile): string {
  let path = threeDigits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${threeDigits(rest % 1000)}/${path}`;
  }
  return `tile/${level}/${path}${width === fullWidth ? '' : `.p/${width}`}`;
}

/** The tile of a path; undefined unless `tilePath` writes exactly this path. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^tile\/(entries|\d\d?)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) return undefined;
  const level: Tile['level'] = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const index = Number(match[2]!.replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? fullWidth : Number(match[3]);
  if (level !== 'entries' && level > 63) return undefined;
  if (width < 1 || (match[3] !== undefined && width >= fullWidth)) return undefined;
  const tile = { level, index, width };
  return tilePath(tile) === path ? tile : undefined;
}

function threeDigits(value: number): string {
  return value.toString().padStart(3, '0');
}

/** How many hashes or entries a tile has in a tree of this size: 0 if the tree does not have the tile. */
export function tileWidth(level: Tile['level'], index: number, size: number): number {
  const row = level === 'entries' ? size : Math.floor(size / fullWidth ** level);
  return Math.max(0, Math.min(fullWidth, row - index * fullWidth));
}

/** The tiles of hashes that a tree of `size` leaves has, and one of `since` leaves does not have, level by level. */
export function* tilesOf(size: number, since = 0): Generator<Tile> {
  for (let level = 0; fullWidth ** level <= size; level += 1) {
    const unchanged = Math.floor(since / fullWidth ** (level + 1));
    for (let index = unchanged; ; index += 1) {
      const width = tileWidth(level, index, size);
      if (width === 0) break;
      if (width > tileWidth(level, index, since)) yield { level, index, width };
    }
  }
}
