/**
 * The pages in the order of the frame, and what somebody must be allowed to do to see each; undefined for
 * everybody.
 */
export const pages = [
  { to: '/console/events', label: 'Events', permission: 'audit_log:list' },
  { to: '/console/checkpoints', label: 'Checkpoints', permission: 'audit_log:read' },
  { to: '/console/keys', label: 'Keys', permission: 'api_key:list' },
  { to: '/console/sessions', label: 'Sessions', permission: undefined },
  { to: '/console/people', label: 'People', permission: 'api_key:list' },
  { to: '/console/links', label: 'Links', permission: 'api_key:list' },
  { to: '/reference', label: 'API', permission: undefined },
] as const;
