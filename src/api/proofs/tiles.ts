import type { Context } from 'hono';
import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import type { Organisation } from '../../core/organisation.ts';
import { entryBundle } from '../../integrity/entry-bundle.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { fullWidth, parseTilePath, type Tile, tileWidth } from '../../integrity/tiles.ts';
import { readTile } from '../../ledger/log-tree.ts';
import { type ApiRoute, route } from '../route.ts';
import type { ProofRouteDependencies } from './proofs.ts';

const success = {
  status: 200,
  description: 'The tile, byte by byte as in C2SP tlog-tiles',
  content: { 'application/octet-stream': z.string().meta({ format: 'binary' }) },
} as const;
const index = z
  .string()
  .describe('Index of the tile, such as 067 or x001/x234/067; with .p/<width> if it is partial');

/**
 * The caller's log in the layout of C2SP tlog-tiles (c2sp.org/tlog-tiles), so that anybody's tools can audit it: with
 * `GET /v1/audit/checkpoint`, the prefix of the log is `/v1/audit`. An entry is an event's leaf text, which has no
 * personal field and so never changes, erased or not.
 */
export function tileRoutes({
  reader,
  admit,
  recordRead,
}: Omit<ProofRouteDependencies, 'checkpoints'>): readonly ApiRoute[] {
  // One route in the server, for an index has any number of slashes; in the document two, one for each kind of tile.
  return [
    route(
      'GET',
      '/v1/audit/tile/*',
      {
        documentedPath: '/v1/audit/tile/:L/:N',
        operationId: 'getTile',
        tag: 'proofs',
        summary: 'Get a tile of the log’s tree',
        path: { L: z.int().min(0).max(63).describe('Level'), N: index },
        success,
      },
      getTile,
    ),
    route(
      'GET',
      '/v1/audit/tile/*',
      {
        documentedPath: '/v1/audit/tile/entries/:N',
        operationId: 'getEntryBundle',
        tag: 'proofs',
        summary: 'Get a bundle of the log’s entries',
        path: { N: index },
        success,
        errors: [410],
      },
      getTile,
    ),
  ];

  async function getTile(c: Context): Promise<Response> {
    const caller = admit(c.req.raw, 'audit_log:read');
    const { identity } = caller.organisation;
    const tile = parseTilePath(c.req.path.slice('/v1/audit/'.length));
    if (tile === undefined) throw new AnnalsError('not-found', `There is no ${c.req.path}`);
    const { size } = await reader.head(identity);
    if (tile.width > tileWidth(tile.level, tile.index, size)) {
      throw new AnnalsError('not-found', `The log has no such tile: it has ${size} events`);
    }
    const bytes =
      tile.level === 'entries'
        ? await bundle(caller.organisation, tile)
        : await readTile(reader, identity, tile.level, tile.index, tile.width);
    await recordRead(caller, 'audit_log.read', { tile: c.req.path });
    return new Response(new Uint8Array(bytes), {
      headers: {
        'Content-Type': 'application/octet-stream',
        // The credential says which log it is, not the path.
        Vary: 'Authorization, X-Organisation-Identity',
        'Cache-Control': 'private, max-age=31536000, immutable',
      },
    });
  }

  async function bundle(organisation: Organisation, { index, width }: Tile): Promise<Uint8Array> {
    const { identity } = organisation;
    const paths = personalPaths(personalPathsOf(organisation));
    const from = index * fullWidth;
    const { before = 0 } = (await reader.dropped(identity)) ?? {};
    if (from < before) {
      throw new AnnalsError(
        'gone',
        `The log does not keep the events ${from} to ${from + width}: those before ${before} were dropped, and only their hashes are there`,
      );
    }
    const entries: Uint8Array[] = [];
    for await (const events of reader.scan(identity, { from, to: from + width })) {
      for (const { body, salt } of events) {
        entries.push(Buffer.from(leafTextOf(body, salt, paths)));
      }
    }
    if (entries.length === width) return entryBundle(entries);
    throw new AnnalsError(
      'corrupt',
      `Cannot bundle the events ${from} to ${from + width} of ${identity}: only ${entries.length} are there`,
    );
  }
}
