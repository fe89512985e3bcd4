/** What somebody may do, in the vendor's terms (wire: Thalassa 6): a resource and a verb. */
export type Permission =
  | 'audit_log:create'
  | 'audit_log:list'
  | 'audit_log:read'
  | 'audit_log:erase'
  | 'api_key:list'
  | 'api_key:create'
  | 'api_key:delete'
  | 'organisation:create'
  | 'organisation:list'
  | 'quota:set';

export const roles = ['org-admin', 'org-auditor', 'writer', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Roles that a key of an organisation can have. The operator's is given only when the server starts. */
export const organisationRoles = ['org-admin', 'org-auditor', 'writer'] as const;

const permissions: Record<Role, readonly Permission[]> = {
  'org-admin': [
    'audit_log:create',
    'audit_log:list',
    'audit_log:read',
    'audit_log:erase',
    'api_key:list',
    'api_key:create',
    'api_key:delete',
    'organisation:list',
  ],
  'org-auditor': ['audit_log:list', 'audit_log:read'],
  writer: ['audit_log:create'],
  // The operator creates organisations and their keys, says how much they may record, and sees no event.
  operator: [
    'api_key:list',
    'api_key:create',
    'api_key:delete',
    'organisation:create',
    'organisation:list',
    'quota:set',
  ],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return permissions[role];
}

export function may(role: Role, permission: Permission): boolean {
  return permissions[role].includes(permission);
}
