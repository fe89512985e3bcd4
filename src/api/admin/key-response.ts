import { z } from 'zod';
import type { KeyRecord } from '../../access/records.ts';
import { organisationRoles } from '../../access/roles.ts';
import { formatInstant } from '../../core/micros.ts';
import { ownQuotas, quotasSchema } from './quotas.ts';

const instant = z.string().meta({ format: 'date-time' });

/** A key as it is listed: never with its secret. */
export const keySchema = z
  .strictObject({
    id: z.string(),
    organisation: z.string().describe('Identity'),
    role: z.enum(organisationRoles),
    name: z.string(),
    createdAt: instant,
    createdBy: z
      .string()
      .describe('Id of the key that created it, if that is known')
      .exactOptional(),
    expiresAt: instant.exactOptional(),
    revokedAt: instant.exactOptional(),
    quotas: quotasSchema.exactOptional(),
  })
  .meta({ id: 'Key' });

export function keyResponse(key: KeyRecord) {
  const { id, organisation, role, name, createdAt, createdBy, expiresAt, revokedAt, quotas } = key;
  return {
    id,
    organisation,
    role,
    name,
    createdAt: formatInstant(createdAt),
    ...(createdBy !== undefined && { createdBy }),
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: formatInstant(revokedAt) }),
    ...ownQuotas(quotas),
  };
}
