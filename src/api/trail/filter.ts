import { z } from 'zod';
import type { Facet } from '../../core/facets.ts';
import type { Condition, Filter } from '../../core/filter.ts';
import type { Organisation } from '../../core/organisation.ts';
import {
  enumKind,
  flagParameter,
  instantParameter,
  listParameter,
  numberKind,
  valuesParameter,
} from '../parameters.ts';

/** The facet that each of these parameters is about. An event must have one of the values. */
export const filterFacets = {
  action: 'action',
  resourceType: 'resourceType',
  resourceIdentity: 'resourceIdentity',
  userIdentity: 'userIdentity',
  serviceAccount: 'serviceAccountIdentity',
  impersonatorIdentity: 'impersonatorIdentity',
  responseStatus: 'responseStatus',
  outcome: 'outcome',
  clientIp: 'clientIp',
  traceId: 'traceId',
  sessionId: 'sessionId',
  projectId: 'projectId',
  credential: 'credential',
  country: 'country',
} as const satisfies Record<string, Facet>;

type FilterName = keyof typeof filterFacets;

export const filterNames = Object.keys(filterFacets) as [FilterName, ...FilterName[]];

const outcomeKind = enumKind(['success', 'failure']);

const facetParameters = {
  action: listParameter(
    'Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods',
  ),
  resourceType: listParameter('Any of these resource types, repeated or comma-joined'),
  resourceIdentity: valuesParameter('The affected resource; repeated for any of several'),
  userIdentity: valuesParameter('Identity of the acting user; repeated for any of several'),
  serviceAccount: valuesParameter(
    'Identity of the acting service account; repeated for any of several',
  ),
  impersonatorIdentity: valuesParameter(
    'Identity of the user who acted as somebody else; repeated for any of several',
  ),
  responseStatus: listParameter(
    'HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any',
    numberKind(0),
  ),
  outcome: listParameter('Outcome of the recorded call; an event may have none', outcomeKind),
  clientIp: listParameter('Any of these addresses of clients, repeated or comma-joined'),
  traceId: valuesParameter('The trace; repeated for any of several'),
  sessionId: valuesParameter('The session; repeated for any of several'),
  projectId: valuesParameter('The project; repeated for any of several'),
  credential: valuesParameter(
    'Id of the credential, such as an API key; repeated for any of several',
  ),
  country: listParameter('Any of these country codes, repeated or comma-joined'),
} as const satisfies Record<FilterName, z.ZodType>;

const leaveOut = (what: string) => `Leave out events with this ${what}; repeat it for several`;

/** Each text is looked for in every description that is read; a value of a field is looked up once. */
const maxTexts = 50;

/** Each filter the other way round. */
const negatedParameters = {
  '-searchText': valuesParameter(leaveOut('part of the description'), maxTexts),
  '-action': listParameter(leaveOut('action')),
  '-resourceType': listParameter(leaveOut('resource type')),
  '-resourceIdentity': valuesParameter(leaveOut('resource')),
  '-userIdentity': valuesParameter(leaveOut('acting user')),
  '-serviceAccount': valuesParameter(leaveOut('acting service account')),
  '-impersonatorIdentity': valuesParameter(leaveOut('user who acted as somebody else')),
  '-responseStatus': listParameter(leaveOut('HTTP status'), numberKind(1)),
  '-outcome': listParameter(leaveOut('outcome'), outcomeKind),
  '-clientIp': listParameter(leaveOut('address of the client')),
  '-traceId': valuesParameter(leaveOut('trace')),
  '-sessionId': valuesParameter(leaveOut('session')),
  '-projectId': valuesParameter(leaveOut('project')),
  '-credential': valuesParameter(leaveOut('id of the credential')),
  '-country': listParameter(leaveOut('country code')),
} as const satisfies Record<`-${FilterName | 'searchText'}`, z.ZodType>;

/** The parameters that narrow what is read of a trail. */
export const filterParameters = z.object({
  searchText: z
    .string()
    .describe('A part of the description, without regard to case')
    .exactOptional(),
  ...facetParameters,
  ...negatedParameters,
  organizationIdentity: z.string().describe('Identity or slug of the organisation').exactOptional(),
  includeSystemServices: flagParameter
    .describe('Include records of system services, Annals’ own among them')
    .exactOptional(),
  from: instantParameter(false)
    .describe('createdAt at or after: RFC 3339, or a date')
    .exactOptional(),
  to: instantParameter(true)
    .describe('createdAt before: RFC 3339; or a date, that day included')
    .exactOptional(),
});

export type FilterParameters = z.output<typeof filterParameters>;

/** HTTP methods that the words of the vendor's own examples also stand for (wire: Thalassa 3.1). */
const methodsOfAction: Record<string, readonly string[]> = {
  create: ['POST'],
  update: ['PUT', 'PATCH'],
  delete: ['DELETE'],
  read: ['GET'],
  list: ['GET'],
};

/** The filter of a request. Undefined when it names another organisation: no event there can match. */
export function filterFromParameters(
  parameters: FilterParameters,
  organisation: Organisation,
): Filter | undefined {
  const { organizationIdentity } = parameters;
  if (
    organizationIdentity !== undefined &&
    organizationIdentity !== organisation.identity &&
    organizationIdentity !== organisation.slug
  ) {
    return undefined;
  }
  const conditions: Condition[] = [];
  for (const name of filterNames) {
    const facets = [filterFacets[name]];
    const values = valuesOf(name, parameters[name]);
    if (values.length > 0) conditions.push({ facets, values });
    const excluded = valuesOf(name, parameters[`-${name}`]);
    if (excluded.length > 0) conditions.push({ facets, values: excluded, negated: true });
  }
  const { from, to, searchText, '-searchText': withoutTexts = [] } = parameters;
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(searchText !== undefined && { text: searchText }),
    ...(withoutTexts.length > 0 && { withoutTexts }),
    ...(parameters.includeSystemServices !== true && { withoutSystemServices: 'all' as const }),
    conditions,
  };
}

/** The same for a response whose form does not depend on what matches: nothing does if it names another organisation. */
export function filterOrNothing(parameters: FilterParameters, organisation: Organisation): Filter {
  const { from, to } = parameters;
  return (
    filterFromParameters(parameters, organisation) ?? {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      conditions: [{ facets: [], values: [] }],
    }
  );
}

/** The values of a facet that the values of a parameter stand for; none where any will do. */
function valuesOf(name: FilterName, values: readonly string[] = []): readonly string[] {
  // The vendor's clients send 0 for a status that they were not given.
  if (name === 'responseStatus' && values.includes('0')) return [];
  if (name !== 'action') return values;
  return values.flatMap((action) => [action, ...(methodsOfAction[action.toLowerCase()] ?? [])]);
}
