import { Hono } from 'hono';
import { AnnalsError } from '../../core/errors.ts';
import type { Organisation } from '../../core/organisation.ts';
import { entryBundle } from '../../integrity/entry-bundle.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { fullWidth, parseTilePath, type Tile, tileWidth } from '../../integrity/tiles.ts';
import { readTile } from '../../ledger/log-tree.ts';
import { methodNotAllowed } from '../errors.ts';
import type { ProofRouteDependencies } from './proofs.ts';

/**
 * The caller's log in the layout of C2SP tlog-tiles (c2sp.org/tlog-tiles), so that anybody's tools can audit it: with
 * `GET /v1/audit/checkpoint`, the prefix of the log is `/v1/audit`. An entry is an event's leaf text, which holds no
 * personal part and so never changes, erased or not.
 */
export function tileRoutes({
  reader,
  admit,
  recordRead,
}: Omit<ProofRouteDependencies, 'checkpoints'>): Hono {
  const app = new Hono();

  app.get('/v1/audit/tile/*', async (c) => {
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
    recordRead(caller, 'audit_log.read', { tile: c.req.path });
    return new Response(new Uint8Array(bytes), {
      headers: {
        'Content-Type': 'application/octet-stream',
        // Which log it is of stands in the credential, not in the path.
        Vary: 'Authorization, X-Organisation-Identity',
        'Cache-Control': 'private, max-age=31536000, immutable',
      },
    });
  });
  app.all('/v1/audit/tile/*', (c) => methodNotAllowed(c.req.method, 'GET, HEAD'));
  return app;

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
