import type { Question } from '../../export/asking/ask.ts';
import type { ClientParts, SourceQuestion } from '../../export/asking/client-parts.ts';
import {
  type AnswerEnd,
  type ObjectRules,
  type Received,
  readObjects,
} from '../../export/paging/objects.ts';
import { type WalkState, walkPages } from '../../export/paging/walk.ts';
import type { Origin, UnorderedSource } from '../../export/stages.ts';
import { type Credentials, thalassaCredentials } from './credentials.ts';
import type { ThalassaSettings } from './settings.ts';

const rules: ObjectRules = { arrays: ['items'], id: 'eventID', time: 'createdAt' };

/** The vendor's own tool asks for so many (wire: Thalassa 3.1); what is the most is not known. */
const defaultPageSize = 100;

interface Position extends WalkState {
  /** Pages mean something only together with their size. */
  readonly limit: number;
}

/** What an entry says in plain texts: the columns of a table of them (wire: Thalassa 3.3). */
export const thalassaColumns = [
  'createdAt',
  'eventID',
  'action',
  'description',
  'resourceType',
  'resourceIdentity',
  'userIdentity',
  'serviceAccountIdentity',
  'impersonatorIdentity',
  'organizationIdentity',
  'projectId',
] as const;

export function thalassaOrigin({ api, organisation }: ThalassaSettings): Origin {
  return {
    kind: 'thalassa',
    endpoint: api,
    ...(organisation !== undefined && { organisation }),
  };
}

/**
 * Reads Thalassa's trail in one walk over its pages, one after the other: the list shifts while it grows, and only read
 * in order does that lose nothing. All filters are the vendor's; time, for which it has none, is left to the window.
 */
export function thalassaSource(
  parts: ClientParts,
  settings: ThalassaSettings,
  question: SourceQuestion,
): UnorderedSource {
  const { api } = settings;
  return {
    order: 'unknown',
    origin: thalassaOrigin(settings),
    filters: { bySource: question.filters, here: {} },
    async *read(position, signal) {
      const resumed = position === undefined ? undefined : (JSON.parse(position) as Position);
      const limit = resumed?.limit ?? question.pageSize ?? defaultPageSize;
      const credentials = thalassaCredentials(parts, settings);
      let expected: number | undefined;
      async function* ask({ pages }: Pick<WalkState, 'pages'>) {
        const url = pageUrl(api, question, pages + 1, limit);
        const { envelope } = yield* askWith(credentials, parts, settings, url, signal);
        // What tells these two apart is not known (wire: Thalassa 3.2).
        const totals = [countIn(envelope, 'totalItems'), countIn(envelope, 'totalCount')];
        const total = totals.reduce((most, each) => Math.max(most ?? 0, each ?? 0) || undefined);
        expected = total ?? expected;
        return { size: countIn(envelope, 'itemsPerPage') ?? limit, total };
      }
      const { window } = question;
      const walk = walkPages({ window, ask, patience: parts.patience, signal, resumed });
      for await (const { objects, state } of walk) {
        yield {
          entries: objects,
          received: objects.length,
          ...(expected !== undefined && { expected }),
          ...(state && { position: JSON.stringify({ ...state, limit } satisfies Position) }),
        };
      }
    },
  };
}

/** Asks with the credential in hand; where that was refused and another can be had, once more with that. */
async function* askWith(
  credentials: Credentials,
  parts: ClientParts,
  { organisation }: ThalassaSettings,
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<Received[], AnswerEnd> {
  async function* attempt() {
    const question: Question = {
      url,
      headers: {
        accept: 'application/json',
        authorization: await credentials.header(signal),
        ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
      },
    };
    return yield* readObjects(parts, question, rules, signal);
  }
  try {
    return yield* attempt();
  } catch (error) {
    if (!credentials.renew(error)) throw error;
    return yield* attempt();
  }
}

/** wire: Thalassa 3.1. Lists are comma-joined, which the real API is known to take. */
function pageUrl(api: string, { filters }: SourceQuestion, page: number, limit: number): URL {
  const { actions, resourceTypes, includeSystemServices, responseStatus, ...texts } = filters;
  const url = new URL(`${api}/v1/audit`);
  const query = url.searchParams;
  query.set('page', String(page));
  query.set('limit', String(limit));
  for (const [name, value] of Object.entries(texts)) query.set(name, value);
  if (actions !== undefined) query.set('action', actions.join(','));
  if (resourceTypes !== undefined) query.set('resourceType', resourceTypes.join(','));
  if (includeSystemServices === true) query.set('includeSystemServices', 'true');
  if (responseStatus !== undefined) query.set('responseStatus', String(responseStatus));
  return url;
}

/** A count that can be true; vendors also send 0, which says nothing. */
function countIn(
  envelope: Readonly<Record<string, unknown>> | undefined,
  name: string,
): number | undefined {
  const value = envelope?.[name];
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}
