/** The filters of the API that compare a value, by the names of their parameters: each can be left out with a minus. */
export const filterNames = [
  'action',
  'outcome',
  'resourceType',
  'resourceIdentity',
  'userIdentity',
  'serviceAccount',
  'impersonatorIdentity',
  'clientIp',
  'country',
  'credential',
  'responseStatus',
  'traceId',
  'sessionId',
  'projectId',
] as const;

export type FilterName = (typeof filterNames)[number];

/** How a person calls what a filter looks at. */
export const filterLabels: Readonly<Record<FilterName, string>> = {
  action: 'Action',
  outcome: 'Outcome',
  resourceType: 'Resource type',
  resourceIdentity: 'Resource',
  userIdentity: 'User',
  serviceAccount: 'Service account',
  impersonatorIdentity: 'Impersonator',
  clientIp: 'Address',
  country: 'Country',
  credential: 'Credential',
  responseStatus: 'Status',
  traceId: 'Trace',
  sessionId: 'Session',
  projectId: 'Project',
};

/** Filters whose values may be joined by commas, so that a comma of a value is written `\\,`. */
const lists: ReadonlySet<string> = new Set<FilterName>([
  'action',
  'outcome',
  'resourceType',
  'clientIp',
  'country',
  'responseStatus',
]);

/** The text by which the parameter of a filter has this value, and no other. */
export function parameterValue(name: FilterName, value: string): string {
  if (!lists.has(name)) return value;
  return value.replace(/\\*,/g, (run) => `${'\\'.repeat((run.length - 1) * 2)}\\,`);
}

/** The value that such a text stands for, for a person. */
export function shownValue(name: FilterName, text: string): string {
  if (!lists.has(name)) return text;
  return text.replace(/(\\+),/g, (_, run: string) => `${'\\'.repeat((run.length - 1) / 2)},`);
}
