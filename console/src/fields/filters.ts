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
