import type { ClientRequest } from '../../client/request.ts';
import { Retrier } from '../../client/retry.ts';
import type { ClientDependencies } from '../../client/send-request.ts';
import { throttle } from '../../client/throttle.ts';
import { AnnalsError } from '../../core/errors.ts';
import {
  containsOneOf,
  divideFilters,
  type ExportFilters,
  type FilterSupport,
  filterBy,
  isOneOf,
  rejectUnsupportedFilters,
} from '../../export/filters.ts';
import {
  type ObjectRules,
  type ReceivedObject,
  readObjects,
} from '../../export/sources/list-objects.ts';
import type { Batch, SourceOrigin, SourceQuery, UnorderedSource } from '../../export/stages.ts';
import { isMembers } from '../members.ts';
import { refuseAnnals } from '../refuse-annals.ts';
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

/** Largest page to request; the vendor states no maximum (wire: CockroachDB 10). */
const maxPageSize = 500;
/** The vendor allows 10 a user, who may have other programs (wire: CockroachDB 5.3). */
const requestsPerSecond = 7;
const apiVersion = '2024-09-16';

/** The members of an entry that are plain texts: the columns of a table (wire: CockroachDB 3.1). */
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
 * Reads CockroachDB Cloud's trail in ascending order, by its cursor. The API takes no end, and its last page has a
 * cursor too (wire: CockroachDB 4.2). All filters are applied here.
 */
export function cockroachdbSource(
  dependencies: ClientDependencies,
  settings: CockroachdbSettings,
  query: SourceQuery,
): UnorderedSource {
  const rules: ObjectRules = {
    ...shape,
    ...refuseAnnals(query, settings.api, 'CockroachDB Cloud'),
    matches: cockroachdbFilter(query.filters),
  };
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
        // A server whose bound is exclusive would leave out the first instant (wire: CockroachDB 4.1).
        position ?? formatNanos(BigInt(window.from - 1) * 1_000n),
        limit,
      );
      const retrier = new Retrier(dependencies.retry);
      while (!walk.ended) {
        let beyond = false;
        try {
          const request = pageRequest(settings, walk.cursor, walk.limit);
          const chunks = readObjects({ ...dependencies, send }, request, rules, signal);
          walk.beginPage();
          for (;;) {
            const chunk = await chunks.next();
            if (chunk.done === true) {
              walk.endPage(chunk.value.envelope?.next_starting_from);
              break;
            }
            walk.addEntries(chunk.value);
            beyond ||= chunk.value.some(({ at }) => at >= window.to);
            yield batchOf(chunk.value);
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

function batchOf(objects: readonly ReceivedObject[]): Batch {
  return { entries: objects.filter(({ matches }) => matches), received: objects.length };
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

/** The vendor's documents name five different roles (wire: CockroachDB 6); this is the one that most agree on. */
function withRoleHint(error: unknown): unknown {
  if (!(error instanceof AnnalsError) || error.code !== 'forbidden') return error;
  return new AnnalsError(
    'forbidden',
    `${error.message}. Reading the audit log needs the role ORG_ADMIN in the organisation`,
    { cause: error },
  );
}

const support: FilterSupport = {
  searchText: true,
  serviceAccount: true,
  userIdentity: true,
  impersonatorIdentity: false,
  actions: true,
  resourceTypes: false,
  resourceIdentity: true,
  organizationIdentity: false,
  includeSystemServices: true,
  responseStatus: false,
  outcome: true,
  clientIp: true,
  traceId: true,
  sessionId: true,
  projectId: false,
  credential: false,
  country: false,
  without: true,
};

/** The API has no filters. A filter on a field that entries do not have is rejected: it would match nothing. */
function cockroachdbFilter(filters: ExportFilters): NonNullable<ObjectRules['matches']> {
  rejectUnsupportedFilters(filters, support, 'CockroachDB Cloud');
  return filterBy(filters, {
    actions: ({ action }, values) => values.map(bareAction).includes(bareAction(String(action))),
    userIdentity: ({ user_email }, values) => isOneOf(values, user_email),
    serviceAccount: ({ service_account_name }, values) => isOneOf(values, service_account_name),
    resourceIdentity: ({ cluster_id, cluster_name }, values) =>
      isOneOf(values, cluster_id) || isOneOf(values, cluster_name),
    outcome: ({ error = '' }, values) => values.includes(error === '' ? 'success' : 'failure'),
    clientIp: ({ metadata }, values) => isMembers(metadata) && isOneOf(values, metadata.ip_address),
    traceId: ({ trace_id }, values) => isOneOf(values, trace_id),
    sessionId: ({ session_id }, values) => isOneOf(values, session_id),
    searchText: (entry, values) => containsOneOf(values, entry),
  });
}

/** `delete_cluster` for `AUDIT_LOG_ACTION_DELETE_CLUSTER`. */
const bareAction = (action: string): string =>
  action.toLowerCase().replace(/^audit_log_action_/, '');
