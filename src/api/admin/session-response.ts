import { z } from 'zod';
import type { Principal } from '../../access/gate.ts';
import { accountKind, accountKinds, type SessionRecord } from '../../access/records.ts';
import { roles } from '../../access/roles.ts';
import type { Sessions } from '../../access/sessions.ts';
import { formatInstant } from '../../core/micros.ts';

const instant = z.string().meta({ format: 'date-time' });

export const sessionSchema = z
  .strictObject({
    id: z.string(),
    role: z.enum(roles),
    organisation: z
      .strictObject({ identity: z.string(), slug: z.string(), name: z.string() })
      .describe('Absent for the operator')
      .exactOptional(),
    signedInBy: z.strictObject({
      kind: z.enum(accountKinds),
      id: z.string(),
      name: z.string(),
    }),
    createdAt: instant,
    lastUsedAt: instant,
    expiresAt: instant.describe('When it ends, however much it is used'),
    idleExpiresAt: instant.describe('When it ends if it is not used'),
    clientIp: z.string().describe('Where it was signed in from').exactOptional(),
    userAgent: z.string().exactOptional(),
    current: z.literal(true).describe('The session of this request').exactOptional(),
  })
  .meta({ id: 'Session' });

/** A session as it is shown: never with its secret. */
export function sessionResponse(
  session: SessionRecord,
  { account, organisation, session: current }: Principal,
  sessions: Sessions,
): z.output<typeof sessionSchema> {
  const { id, createdAt, clientIp, userAgent } = session;
  return {
    id,
    role: account.role,
    ...(organisation !== undefined && {
      organisation: {
        identity: organisation.identity,
        slug: organisation.slug,
        name: organisation.name,
      },
    }),
    signedInBy: { kind: accountKind(account), id: account.id, name: account.name },
    createdAt: formatInstant(createdAt),
    lastUsedAt: formatInstant(sessions.lastUsedAt(session)),
    expiresAt: formatInstant(sessions.expiresAt(session)),
    idleExpiresAt: formatInstant(sessions.idleExpiresAt(session)),
    ...(clientIp !== undefined && { clientIp }),
    ...(userAgent !== undefined && { userAgent }),
    ...(current?.id === id && { current: true as const }),
  };
}
