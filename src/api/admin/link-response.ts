import { z } from 'zod';
import { type LinkRecord, linkPurposes } from '../../access/records.ts';
import { formatInstant } from '../../core/micros.ts';

/** Roles that a link may give. A program has a key. */
export const linkRoles = ['org-admin', 'org-auditor'] as const;

const instant = z.string().meta({ format: 'date-time' });

/** A link as it is listed: never with its secret. */
export const linkSchema = z
  .strictObject({
    id: z.string(),
    purpose: z.enum(linkPurposes),
    organisation: z.string().describe('Identity'),
    role: z.enum(linkRoles),
    name: z.string(),
    createdAt: instant,
    createdBy: z.string().describe('Id of the key, person or link that created it'),
    expiresAt: instant.describe('Until when it can be opened'),
    usedAt: instant.describe('When it was opened, if it works once').exactOptional(),
    revokedAt: instant.exactOptional(),
  })
  .meta({ id: 'Link' });

export function linkResponse(link: LinkRecord) {
  const { id, purpose, organisation, role, name, createdAt, createdBy, usedAt, revokedAt } = link;
  return {
    id,
    purpose,
    organisation,
    role,
    name,
    createdAt: formatInstant(createdAt),
    createdBy,
    expiresAt: formatInstant(link.opensUntil),
    ...(usedAt !== undefined && { usedAt: formatInstant(usedAt) }),
    ...(revokedAt !== undefined && { revokedAt: formatInstant(revokedAt) }),
  };
}
