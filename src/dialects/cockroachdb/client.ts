import type { ClientRequest } from '../../client/request.ts';
import { Retrier } from '../../client/retry.ts';
import type { ClientDependencies } from '../../client/send-request.ts';
import { throttle } from '../../client/throttle.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Window } from '../../core/window.ts';
import {
  divideFilters,
  type ExportFilters,
  type FilterName,
  rejectFilters,
} from '../../export/filters.ts';
import {
  type ObjectRules,
  type ReceivedObject,
  readObjects,
} from '../../export/sources/list-objects.ts';
import type { Batch, SourceOrigin, SourceQuery, UnorderedSource } from '../../export/stages.ts';
import { CursorWalk } from './cursor-walk.ts';
import { formatNanos } from './nanos.ts';
import type { CockroachdbSettings } from './settings.ts';

/** All members are optional, so a page without entries may have none (wire: CockroachDB 3.1). */
const shape = {
  arrayKeys: ['entries'],
  emptyBy: ['next_starting_from'],
  id: 'id',
  time: 'created_at',
} as const;

/** Ask for no more, though the vendor states no maximum (wire: CockroachDB 10). */
const maxPageSize = 500;
/** The vendor allows 10 a user, who may have other things to do (wire: CockroachDB 5.3). */
const requestsPerSecond = 7;
const apiVersion = '2024-09-16';

/** What an entry says in plain texts: the columns of a table of them (wire: CockroachDB 3.1). */
export const cockroachdbColumns = [
  'created_at',
  'id',
  'action',
  'source',
  'user_email',
  'service_account_name',
  'cluster_id',
  'cluster_name',
  'error',
  'trace_id',
  'session_id',
] as const;

export function cockroachdbOrigin({ api, vanityName }: CockroachdbSettings): SourceOrigin {
  return {
    kind: 'cockroachdb',
    endpoint: api,
    ...(vanityName !== undefined && { organisation: vanityName }),
  };
}

/**
 * Reads CockroachDB Cloud's trail in ascending order, by its cursor. The API has no end, in both senses: no bound to ask
 * for, and a cursor that is always given (wire: CockroachDB 4.2). All filters are applied here.
 */
export function cockroachdbSource(
  dependencies: ClientDependencies,
  settings: CockroachdbSettings,
  query: SourceQuery,
): UnorderedSource {
  const rules: ObjectRules = { ...shape, matches: cockroachdbFilter(query.filters) };
  const send = throttle(
    dependencies.send,
    requestsPerSecond,
    dependencies.clock,
    dependencies.retry.sleep,
  );
  return {
    order: 'unknown',
    origin: cockroachdbOrigin(settings),
    filters: divideFilters(query.filters, []),
    async *read(position, signal) {
      const limit = Math.min(query.pageSize ?? maxPageSize, maxPageSize);
      const { window } = query;
      const walk = new CursorWalk(
        // An exclusive bound would leave out the first instant (wire: CockroachDB 4.1).
        position ?? formatNanos(BigInt(window.from - 1) * 1_000n),
        limit,
      );
      const retrier = new Retrier(dependencies.retry);
      while (!walk.ended) {
        let beyond = false;
        try {
          const asked = pageRequest(settings, walk.cursor, walk.limit);
          const pieces = readObjects({ ...dependencies, send }, asked, rules, signal);
          walk.beginPage();
          for (;;) {
            const piece = await pieces.next();
            if (piece.done === true) {
              walk.endPage(piece.value.envelope?.next_starting_from);
              break;
            }
            walk.addEntries(piece.value);
            beyond ||= piece.value.some(({ at }) => at >= window.to);
            yield batchOf(piece.value, window);
          }
        } catch (error) {
          await retrier.wait(withRoleHint(error), signal);
          continue;
        }
        retrier.reset();
        if (beyond) return;
        yield { entries: [], received: 0, position: walk.position } satisfies Batch;
      }
    },
  };
}

/** In ascending order the last entry tells how much of the window lies behind. */
function batchOf(objects: readonly ReceivedObject[], { from, to }: Window): Batch {
  const last = objects.at(-1);
  return {
    entries: objects.filter(({ matches }) => matches),
    received: objects.length,
    ...(last && { share: (last.at - from) / (to - from) }),
  };
}

function pageRequest(
  { api, token, vanityName, username }: CockroachdbSettings,
  startingFrom: string,
  limit: number,
): ClientRequest {
  const url = new URL(`${api}/api/v1/auditlogevents`);
  url.searchParams.set('starting_from', startingFrom);
  url.searchParams.set('sort_order', 'ASC');
  url.searchParams.set('limit', String(limit));
  return {
    url,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'cc-version': apiVersion,
      ...(vanityName !== undefined && { 'cc-vanity-name': vanityName }),
      ...(username !== undefined && { 'cc-username': username }),
    },
  };
}

/** The vendor's documents name five different roles (wire: CockroachDB 6); the one most agree on is said. */
function withRoleHint(error: unknown): unknown {
  if (!(error instanceof AnnalsError) || error.code !== 'forbidden') return error;
  return new AnnalsError(
    'forbidden',
    `${error.message}. Reading the audit log needs the role ORG_ADMIN in the organisation`,
    { cause: error },
  );
}

/** The API has no filters of its own; fields without a counterpart are refused rather than match nothing. */
function cockroachdbFilter(filters: ExportFilters): NonNullable<ObjectRules['matches']> {
  const unknown: FilterName[] = [
    'impersonatorIdentity',
    'resourceTypes',
    'organizationIdentity',
    'responseStatus',
  ];
  rejectFilters(filters, unknown, 'CockroachDB Cloud');
  const { userIdentity, serviceAccount, resourceIdentity } = filters;
  const actions = filters.actions?.map(bareAction);
  const text = filters.searchText?.toLowerCase();
  return (value) =>
    (actions === undefined || actions.includes(bareAction(String(value.action)))) &&
    (userIdentity === undefined || value.user_email === userIdentity) &&
    (serviceAccount === undefined || value.service_account_name === serviceAccount) &&
    (resourceIdentity === undefined ||
      value.cluster_id === resourceIdentity ||
      value.cluster_name === resourceIdentity) &&
    (text === undefined || JSON.stringify(value).toLowerCase().includes(text));
}

/** `delete_cluster` for `AUDIT_LOG_ACTION_DELETE_CLUSTER`. */
const bareAction = (action: string): string =>
  action.toLowerCase().replace(/^audit_log_action_/, '');
