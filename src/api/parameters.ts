import { z } from 'zod';
import { AnnalsError, type Issue } from '../core/errors.ts';
import type { Condition, Filter } from '../core/filter.ts';
import { day, instantProblem, type Micros, parseDay, parseInstant } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';

export const defaultLimit = 50;
export const maxLimit = 1_000;

export const wholeNumberParameter = (lowest: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${lowest}`)
    .transform(Number)
    .refine((value) => value >= lowest, `must be a whole number from ${lowest}`);

const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((word) => word === 'true' || word === '1');

/** Comma-joined, repeated, or both (wire: Thalassa 3.1); empty members say nothing. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const instantParameter = (inclusiveDay: boolean) =>
  z.string().transform((text, context): Micros => {
    const midnight = parseDay(text);
    if (midnight !== undefined) return inclusiveDay ? midnight + day : midnight;
    // An unescaped plus sign arrives as a space.
    const parsed = parseInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'), { truncate: true });
    if (typeof parsed === 'number') return parsed;
    const date = parsed === 'malformed' ? ', nor a date' : '';
    context.addIssue({ code: 'custom', message: `${instantProblem(parsed)}${date}` });
    return z.NEVER;
  });

/** What narrows a list, a count or an export. */
const filterParameters = z.object({
  searchText: z
    .string()
    .describe('A part of the description, without regard to case')
    .exactOptional(),
  serviceAccount: z.string().describe('Identity of the acting service account').exactOptional(),
  userIdentity: z.string().describe('Identity of the acting user').exactOptional(),
  impersonatorIdentity: z
    .string()
    .describe('Identity of whoever acted as somebody else')
    .exactOptional(),
  action: list
    .describe(
      'Any of these actions, comma-joined or repeated; create, update, delete, read and list also stand for their HTTP methods',
    )
    .exactOptional(),
  resourceType: list.describe('Any of these resource types').exactOptional(),
  resourceIdentity: z.string().describe('The affected resource').exactOptional(),
  organizationIdentity: z.string().describe('Identity or slug of the organisation').exactOptional(),
  includeSystemServices: flag
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

export const listParameters = filterParameters.extend({
  page: wholeNumberParameter(1).describe('Page number from 1').exactOptional(),
  limit: wholeNumberParameter(1)
    .describe(`Page size; ${defaultLimit} by default, at most ${maxLimit}, a larger one is lowered`)
    .exactOptional(),
  order: z
    .enum(['asc', 'desc'], 'must be asc or desc')
    .describe('By createdAt; desc by default')
    .exactOptional(),
  cursor: z
    .string()
    .describe('Where to go on: from the page before (`nextCursor`); empty to begin a walk')
    .exactOptional(),
  snapshot: wholeNumberParameter(0)
    .describe(
      'Size of the log to look at, as given in Annals-Snapshot: keeps numbered pages in place',
    )
    .exactOptional(),
});

/** A list in the order of recording, for whoever follows the log. */
export const followParameters = filterParameters.extend({
  fromSequence: wholeNumberParameter(0)
    .describe('Instead of pages: events from this sequence on, in the order they were recorded')
    .exactOptional(),
  limit: listParameters.shape.limit,
});

export const exportParameters = filterParameters.extend({
  format: z.enum(['json', 'ndjson', 'csv'], 'must be json, ndjson or csv').exactOptional(),
  order: z
    .enum(['asc', 'desc'], 'must be asc or desc')
    .describe('By createdAt; asc by default')
    .exactOptional(),
  salts: flag
    .describe(
      'With ndjson: each line is {"salt", "event"}, the salt in base64 or null, so that the events can be proved',
    )
    .exactOptional(),
  redact: z
    .enum(['personal'], 'must be personal')
    .describe('Leave out the personal parts; what remains still verifies')
    .exactOptional(),
  after: z
    .string()
    .regex(/^[^/]+\/\d{1,15}$/, 'must be a createdAt and a sequence, joined by a slash')
    .describe('Go on after this event: its createdAt and sequence, joined by a slash')
    .exactOptional(),
  snapshot: wholeNumberParameter(0)
    .describe('Size of the log to look at, as given in Annals-Snapshot')
    .exactOptional(),
});

export type FilterParameters = z.output<typeof filterParameters>;

const aliases: Record<string, string> = {
  organisationIdentity: 'organizationIdentity',
  actions: 'action',
  resourceTypes: 'resourceType',
};
const listParameterNames = new Set(['action', 'resourceType']);

/**
 * Reads query parameters by a schema. Unknown ones are ignored and empty ones are unset (wire: Thalassa 3.1), except
 * that an empty `cursor` begins a walk. Throws `invalid` naming each bad parameter.
 *
 * @param purpose completes the sentence "Cannot …"
 */
export function readParameters<S extends z.ZodObject>(
  schema: S,
  search: URLSearchParams,
  purpose = 'list',
): z.output<S> {
  const given: Record<string, string> = {};
  for (const [key, value] of search) {
    const name = aliases[key] ?? key;
    if (!Object.hasOwn(schema.shape, name) || (value === '' && name !== 'cursor')) continue;
    const before = given[name];
    given[name] =
      before !== undefined && listParameterNames.has(name) ? `${before},${value}` : value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    (issue): Issue => ({ field: String(issue.path[0] ?? ''), message: issue.message }),
  );
  const first = issues[0];
  throw new AnnalsError(
    'invalid',
    `Cannot ${purpose}: the parameter ${first?.field} ${first?.message}`,
    { issues },
  );
}

/** HTTP methods that the words of the vendor's own examples also stand for (wire: Thalassa 3.1). */
const methodsOfAction: Record<string, readonly string[]> = {
  create: ['POST'],
  update: ['PUT', 'PATCH'],
  delete: ['DELETE'],
  read: ['GET'],
  list: ['GET'],
};

/** The filter of a request. Undefined when it names another organisation: nothing there can match. */
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
