import {
  type Account,
  accountLabel,
  type LinkRecord,
  type PersonRecord,
  type SessionRecord,
} from '../../access/records.ts';
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
    description: `${sessionTexts[action]}: ${accountLabel(of)}`,
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

/** Without their name, which is personal: what they do has it in `user`, from where it can be erased. */
export function personChange(
  action: 'person.create' | 'person.revoke',
  { id, organisation, role, host }: PersonRecord,
): AccessChange {
  return {
    action,
    description: `${action === 'person.create' ? 'Enrolled a passkey of' : 'Revoked'} a person`,
    resourceType: 'person',
    resourceIdentity: id,
    organisation,
    details: { role, host },
  };
}
