import type { Account, LinkRecord, SessionRecord } from '../../access/records.ts';
import { formatInstant } from '../../core/micros.ts';
import type { AccessChange } from '../../ledger/own-records.ts';

const sessionTexts = {
  'session.create': 'Signed in',
  'session.end': 'Signed out',
  'session.revoke': 'Signed out somebody',
} as const;

export function sessionChange(
  action: keyof typeof sessionTexts,
  { id }: SessionRecord,
  of: Account,
): AccessChange {
  return {
    action,
    description: `${sessionTexts[action]}: ${of.name}`,
    resourceType: 'session',
    resourceIdentity: id,
    organisation: of.organisation,
    details: { role: of.role, account: of.id },
  };
}

export function linkChange(action: 'link.create' | 'link.revoke', link: LinkRecord): AccessChange {
  const { id, purpose, name, organisation, role, opensUntil } = link;
  return {
    action,
    description: `${action === 'link.create' ? 'Created' : 'Revoked'} the link ${name}`,
    resourceType: 'link',
    resourceIdentity: id,
    organisation,
    details: { purpose, role, expiresAt: formatInstant(opensUntil) },
  };
}
