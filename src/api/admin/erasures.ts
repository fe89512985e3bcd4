import { Hono } from 'hono';
import { z } from 'zod';
import { draftSchema } from '../../core/event.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { readJson } from '../../http/json-body.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { erasePerson } from '../../ledger/erase-person.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventEraser } from '../../store/event-store.ts';
import { methodNotAllowed } from '../errors.ts';

export interface ErasureRouteDependencies extends Pick<DialectDependencies, 'reader' | 'admit'> {
  readonly eraser: EventEraser;
  readonly ownRecords: OwnRecords;
}

export const newErasureSchema = z
  .strictObject({
    userIdentity: draftSchema.shape.userIdentity
      .unwrap()
      .describe('Whose events: those with this userIdentity or impersonatorIdentity'),
  })
  .meta({ id: 'NewErasure' });

/** The answer to `POST /v1/audit/erasures`. */
export const erasureSchema = z
  .strictObject({
    erased: z.int().describe('Events whose personal parts are gone now'),
    alreadyErased: z.int().describe('Events whose personal parts were gone before'),
    snapshot: z.int().describe('The size of the log that was gone through'),
  })
  .meta({ id: 'Erasure' });

/**
 * Erasing what is personal in the events of one person. It is recorded before it begins, so that none goes without a
 * record, and once more when it is done. Answers when nothing of it is left.
 */
export function erasureRoutes({
  reader,
  eraser,
  admit,
  ownRecords,
}: ErasureRouteDependencies): Hono {
  const app = new Hono();
  app.post('/v1/audit/erasures', async (c) => {
    const caller = admit(c.req.raw, 'audit_log:erase');
    const { userIdentity } = await readJson(c.req.raw, newErasureSchema, 'erase');
    const { identity } = caller.organisation;
    const { size: snapshot } = await reader.head(identity);
    await ownRecords.erasure(caller, { userIdentity, snapshot });
    const paths = personalPaths(personalPathsOf(caller.organisation));
    const person = { organisation: identity, userIdentity, snapshot, paths };
    const counts = await erasePerson({ reader, eraser }, person);
    await ownRecords.erasure(caller, { userIdentity, snapshot, ...counts });
    return c.json({ ...counts, snapshot });
  });
  app.all('/v1/audit/erasures', (c) => methodNotAllowed(c.req.method, 'POST'));
  return app;
}
