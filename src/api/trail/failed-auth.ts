import { z } from 'zod';
import { AnnalsError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import { day, formatInstant } from '../../core/micros.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { recordedQuery } from '../../http/connection.ts';
import { failedAuthentication, successfulAuthentication } from '../../reports/authentication.ts';
import { authenticationFacts, groupings } from '../../reports/authentication-facts.ts';
import { FailedAuthCounts } from '../../reports/failed-auth.ts';
import type { EventReader } from '../../store/event-store.ts';
import { readParameters, wholeNumberParameter } from '../parameters.ts';
import { type ApiRoute, json, route } from '../route.ts';
import {
  type Counted,
  countedHeaders,
  countedParameters,
  countedResponse,
} from './counted-response.ts';
import { listEvents, listParameters, listResponse, page } from './list.ts';
import { snapshotSchema } from './page.ts';

/**
 * Failed authentications, in Thalassa's envelope (wire: Thalassa 5; the vendor documents the path alone). Records of
 * system services are among them, whatever the parameters say: those of Annals say who was refused by Annals itself.
 *
 * @param counted by which they are counted, where the reader of the dependencies shows a vendor's fields alone
 */
export const failedAuthRoutes = (
  dependencies: DialectDependencies,
  counted: EventReader = dependencies.reader,
): readonly ApiRoute[] => [
  failedAuthRoute(dependencies),
  failedAuthGroupsRoute({ ...dependencies, reader: counted }),
];

const failedAuthRoute = ({ admit, reader, recordRead }: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/failed-auth',
    {
      operationId: 'listFailedAuthentications',
      tag: 'trail',
      summary: 'List failed authentications',
      description:
        'Events of actions by which somebody proves who they are (`auth.*`, `login`, `ConsoleLogin` and other usual names) and of calls with status 401, if their outcome is a failure. Records of system services, Annals’ own among them, are included. An own record whose details have `repeated` stands for as many attempts.',
      query: listParameters,
      success: page,
    },
    async (c) => {
      const caller = admit(c.req.raw, 'audit_log:read');
      const tracked = reader.withSignal(c.req.raw.signal);
      const url = new URL(c.req.url);
      const parameters = readParameters(listParameters, url.searchParams);
      const { identity } = caller.organisation;
      const result = await listEvents(tracked, caller.organisation, parameters, async (filter) =>
        withConditions(filter, failedAuthentication(await actionsOf(tracked, identity))),
      );
      await recordRead(caller, 'audit_log.list', {
        report: 'failed_auth',
        query: recordedQuery(url),
      });
      return listResponse(url, result, parameters.cursor !== undefined);
    },
  );

const maxGroups = 1_000;
const defaultGroups = 100;
/** Failures that are counted in one response: each takes some 20 bytes of memory until it is sent, and each client more. */
const maxFailures = 1_000_000;

const groupsParameters = countedParameters.extend({
  groupBy: z
    .enum(groupings, `must be ${groupings.join(' or ')}`)
    .describe('What the failures of a group have in common'),
  limit: wholeNumberParameter(1, maxGroups)
    .describe(`Largest number of groups; ${defaultGroups} by default`)
    .exactOptional(),
});

const count = z.int().min(0);
const instant = z.string().meta({ format: 'date-time' });

const groupsSchema = z
  .strictObject({
    snapshot: snapshotSchema,
    from: instant.describe('Beginning of the time that was looked at'),
    to: instant.describe('Its end, which is not included'),
    groupBy: z.enum(groupings),
    total: count.describe('Attempts in all groups'),
    distinct: count.describe('How many groups there are'),
    groups: z
      .array(
        z
          .strictObject({
            value: z
              .string()
              .describe('What they have in common; absent when the events do not say it')
              .exactOptional(),
            count: count.describe(
              'Attempts. A summary counts as often as it says; two of one client within two seconds, and no third, are one mistake and count once',
            ),
            events: count.describe('Events that say so'),
            first: instant,
            last: instant,
            succeededAt: instant
              .describe(
                'When an authentication with the same value succeeded, after the first failure; absent when none did, and for reasons',
              )
              .exactOptional(),
          })
          .meta({ id: 'FailedAuthGroup' }),
      )
      .describe('Most attempts first'),
  })
  .meta({ id: 'FailedAuthGroups' });

const failedAuthGroupsRoute = (dependencies: DialectDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/audit/failed-auth/groups',
    {
      operationId: 'groupFailedAuthentications',
      tag: 'trail',
      summary: 'Count failed authentications by who, from where, or why',
      description:
        'The failures that `/v1/audit/failed-auth` lists, counted by one of their facts. Without from, the 24 hours before to.',
      query: groupsParameters,
      success: {
        status: 200,
        description: 'The groups',
        headers: countedHeaders,
        content: json(groupsSchema),
      },
    },
    (c, { query }) =>
      countedResponse(
        c,
        dependencies,
        () => {
          const parameters = query('count');
          const { to = dependencies.clock() } = parameters;
          return { ...parameters, to, from: parameters.from ?? to - day };
        },
        { report: 'failed_auth' },
        async (counted, { groupBy, from, to, limit = defaultGroups }) => {
          const counts = new FailedAuthCounts(groupBy);
          const { reader, organisation, snapshot } = counted;
          const actions = await actionsOf(reader, organisation);
          const failures = withConditions(counted.filter, failedAuthentication(actions));
          const events = await reader.count(organisation, failures, snapshot);
          if (events > maxFailures) {
            throw new AnnalsError(
              'invalid',
              `Cannot count: ${events} events match, and ${maxFailures} can be grouped; narrow the time with from and to`,
            );
          }
          for await (const event of eventsOf(counted, failures)) {
            counts.addFailure(authenticationFacts(event));
          }
          if (groupBy !== 'reason') {
            const successes = withConditions(counted.filter, successfulAuthentication(actions));
            for await (const event of eventsOf(counted, successes)) {
              counts.addSuccess(authenticationFacts(event));
            }
          }
          const groups = counts.groups();
          return {
            from: formatInstant(from),
            to: formatInstant(to),
            groupBy,
            total: groups.reduce((sum, group) => sum + group.count, 0),
            distinct: groups.length,
            groups: groups.slice(0, limit).map(({ first, last, succeededAt, ...group }) => ({
              ...group,
              first: formatInstant(first),
              last: formatInstant(last),
              ...(succeededAt !== undefined && { succeededAt: formatInstant(succeededAt) }),
            })),
          };
        },
      ),
  );

/** The names of actions that the log has. */
async function actionsOf(reader: EventReader, organisation: string): Promise<readonly string[]> {
  const actions = await reader.distinct(organisation, 'action');
  return actions.map(({ value }) => value);
}

function withConditions(filter: Filter, conditions: Filter['conditions'] = []): Filter {
  const { withoutSystemServices: _all, ...rest } = filter;
  return { ...rest, conditions: [...(filter.conditions ?? []), ...conditions] };
}

/** The matching events, oldest first, as objects. */
async function* eventsOf(
  { reader, organisation, snapshot }: Counted,
  filter: Filter,
): AsyncGenerator<Record<string, unknown>> {
  let lines = await reader.listLines(organisation, {
    filter,
    order: 'asc',
    limit: 1_000,
    snapshot,
  });
  while (lines !== undefined) {
    for (const line of Buffer.from(lines.bytes).toString().trimEnd().split('\n')) {
      yield JSON.parse(line);
    }
    const { more, last: after } = lines;
    lines = more
      ? await reader.listLines(organisation, {
          filter,
          order: 'asc',
          limit: 1_000,
          snapshot,
          after,
        })
      : undefined;
  }
}
