/** What an HTTP method does, in one word. */
export const methodVerbs: ReadonlyMap<string, 'create' | 'read' | 'update' | 'delete'> = new Map([
  ['get', 'read'],
  ['head', 'read'],
  ['options', 'read'],
  ['post', 'create'],
  ['put', 'update'],
  ['patch', 'update'],
  ['delete', 'delete'],
] as const);
