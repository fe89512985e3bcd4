import { z } from 'zod';
import { draftSchema } from '../../core/event.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { personalPaths, personalPathsOf } from '../../integrity/personal.ts';
import { erasePerson } from '../../ledger/erase-person.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import type { EventEraser } from '../../store/event-store.ts';
import { type ApiRoute, json, route } from '../route.ts';

export interface ErasureRouteDependencies
  extends Pick<DialectDependencies, 'reader' | 'admit' | 'recordRead'> {
  readonly eraser: EventEraser;
  readonly ownRecords: OwnRecords;
}

const erasureRequestSchema = z
  .strictObject({
    userIdentity: draftSchema.shape.userIdentity
      .unwrap()
      .describe('Whose events: those with this userIdentity or impersonatorIdentity'),
    dryRun: z.boolean().exactOptional().describe('Only say what would be erased'),
  })
  .meta({ id: 'ErasureRequest' });

const erasureSchema = z
  .strictObject({
    events: z
      .int()
      .min(0)
      .describe('Events of this user, also those without personal fields; 0 when nobody is so'),
    erased: z.int().min(0).describe('Events that lost personal fields now, or would lose them'),
    alreadyErased: z.int().min(0).describe('Events that had lost them before'),
    snapshot: z.int().min(0).describe('Size of the log that was searched'),
    dryRun: z.literal(true).exactOptional().describe('Nothing was erased'),
  })
  .meta({ id: 'Erasure' });

/**
 * Erases the personal fields from the events of one person. This is recorded before it begins, so that no erasure is
 * without a record, and again when it is done. The response is sent when nothing is left of these fields. A dry run erases
 * nothing, and is recorded as a read.
 */
export const erasureRoute = ({
  reader,
  eraser,
  admit,
  recordRead,
  ownRecords,
}: ErasureRouteDependencies): ApiRoute =>
  route(
    'POST',
    '/v1/audit/erasures',
    {
      operationId: 'eraseUser',
      tag: 'erasures',
      summary:
        'Erase the personal fields from the events of a user; what remains can still be proved',
      body: erasureRequestSchema,
      success: { status: 200, description: 'They are erased', content: json(erasureSchema) },
    },
    async (c, { body }) => {
      const caller = admit(c.req.raw, 'audit_log:erase');
      const { userIdentity, dryRun } = await body('erase');
      const { identity } = caller.organisation;
      const { size: snapshot } = await reader.head(identity);
      const paths = personalPaths(personalPathsOf(caller.organisation));
      const person = { organisation: identity, userIdentity, snapshot, paths };
      if (dryRun === true) {
        recordRead(caller, 'audit_log.read', { erasureDryRun: userIdentity });
        return c.json({ ...(await erasePerson({ reader }, person)), snapshot, dryRun });
      }
      await ownRecords.erasure(caller, { userIdentity, snapshot });
      const counts = await erasePerson({ reader, eraser }, person);
      await ownRecords.erasure(caller, { userIdentity, snapshot, ...counts });
      return c.json({ ...counts, snapshot });
    },
  );
