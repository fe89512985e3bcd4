import { z } from 'zod';
import type { Condition, Filter } from '../../core/filter.ts';
import type { Organisation } from '../../core/organisation.ts';
import {
  flagParameter,
  instantParameter,
  listParameter,
  wholeNumberParameter,
} from '../parameters.ts';

/** The parameters that narrow a list, a count or an export. */
export const filterParameters = z.object({
  searchText: z
    .string()
    .describe('A part of the description, without regard to case')
    .exactOptional(),
  serviceAccount: z.string().describe('Identity of the acting service account').exactOptional(),
  userIdentity: z.string().describe('Identity of the acting user').exactOptional(),
  impersonatorIdentity: z
    .string()
    .describe('Identity of the user who acted as somebody else')
    .exactOptional(),
  action: listParameter
    .describe(
      'Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods',
    )
    .exactOptional(),
  resourceType: listParameter
    .describe('Any of these resource types, repeated or comma-joined')
    .exactOptional(),
  resourceIdentity: z.string().describe('The affected resource').exactOptional(),
  organizationIdentity: z.string().describe('Identity or slug of the organisation').exactOptional(),
  includeSystemServices: flagParameter
    .describe('Include records of system services, Annals’ own among them')
    .exactOptional(),
  responseStatus: wholeNumberParameter(0)
    .describe('HTTP status of the recorded call; 0 means any')
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
  const one = (facet: Condition['facets'][number], value: string | undefined) => {
    if (value !== undefined) conditions.push({ facets: [facet], values: [value] });
  };
  one('serviceAccountIdentity', parameters.serviceAccount);
  one('userIdentity', parameters.userIdentity);
  one('impersonatorIdentity', parameters.impersonatorIdentity);
  one('resourceIdentity', parameters.resourceIdentity);
  if (parameters.responseStatus) one('responseStatus', String(parameters.responseStatus));
  if (parameters.action !== undefined && parameters.action.length > 0) {
    const values = parameters.action.flatMap((action) => [
      action,
      ...(methodsOfAction[action.toLowerCase()] ?? []),
    ]);
    conditions.push({ facets: ['action'], values });
  }
  if (parameters.resourceType !== undefined && parameters.resourceType.length > 0) {
    conditions.push({ facets: ['resourceType'], values: parameters.resourceType });
  }
  const { from, to, searchText } = parameters;
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(searchText !== undefined && { text: searchText }),
    ...(parameters.includeSystemServices !== true && { withoutSystemServices: 'all' as const }),
    conditions,
  };
}
