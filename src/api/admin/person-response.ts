import { z } from 'zod';
import type { PersonRecord } from '../../access/records.ts';
import { formatInstant } from '../../core/micros.ts';
import { linkRoles } from './link-response.ts';

const instant = z.string().meta({ format: 'date-time' });

/** Somebody who signs in with a passkey, as listed. */
export const personSchema = z
  .strictObject({
    id: z.string(),
    organisation: z.string().describe('Identity'),
    role: z.enum(linkRoles),
    name: z.string(),
    createdAt: instant,
    createdBy: z.string().describe('Id of the key, person or link that created the link'),
    host: z.string().describe('The host that the passkey was made for, and works for'),
    signedInAt: instant.describe('When the passkey was used last').exactOptional(),
    revokedAt: instant.exactOptional(),
  })
  .meta({ id: 'Person' });

export function personResponse(person: PersonRecord) {
  const { id, organisation, role, name, createdAt, createdBy, host } = person;
  const { signedInAt, revokedAt } = person;
  return {
    id,
    organisation,
    role,
    name,
    createdAt: formatInstant(createdAt),
    createdBy,
    host,
    ...(signedInAt !== undefined && { signedInAt: formatInstant(signedInAt) }),
    ...(revokedAt !== undefined && { revokedAt: formatInstant(revokedAt) }),
  };
}
