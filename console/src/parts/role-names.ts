import type { Role } from './account.ts';

/** What a role is for, in words. */
export const roleNames: Readonly<Record<Role, string>> = {
  'org-admin': 'Admin: reads, records, erases, and administers keys',
  'org-auditor': 'Auditor: reads and verifies, and nothing else',
  writer: 'Writer: records, and reads nothing',
  operator: 'Operator: administers organisations and their keys, and sees no event',
};
