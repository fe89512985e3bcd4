import { Hono } from 'hono';
import type { Caller } from '../../access/caller.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { AuditEvent } from '../../core/event.ts';
import { formatInstant } from '../../core/micros.ts';
import { recordedQuery } from '../../http/connection.ts';
import type { HttpEnv } from '../../http/env.ts';
import { streamTextBody } from '../../http/streaming.ts';
import type { Order, StoredEvent } from '../../store/event-store.ts';
import type { DialectDependencies, DialectServer } from '../dialect.ts';
import { snapshotHeader } from '../dropped-events.ts';
import { formatCursor } from './cursor-unit.ts';
import { readPage, readRest, type StartBound } from './page.ts';
import { readPageQuery } from './query.ts';
import { RateLimit } from './rate-limit.ts';
import { isFault, statusResponse } from './status.ts';
import { type ApiVersion, entryInVersion, type PayloadForm, parseApiVersion } from './version.ts';

export interface CockroachdbOptions {
  /** Requests a second each key may make; 0 for any number. */
  readonly requestsPerSecond?: number;
  /** Meaning of `starting_from`: the vendor's documentation has one, its specification the other. */
  readonly startingFrom?: StartBound;
  /** The form of every payload, whatever version is requested. */
  readonly payload?: PayloadForm;
}

/** CockroachDB Cloud's audit log events (wire: CockroachDB), and the organisation, which its SDK can look up. */
export function createCockroachdbServer(options: CockroachdbOptions = {}): DialectServer {
  const { requestsPerSecond = 10, startingFrom: bound = 'inclusive', payload } = options;
  return (dependencies) => {
    const rateLimit = requestsPerSecond > 0 ? new RateLimit(requestsPerSecond) : undefined;
    const reject = (error: unknown): Response => {
      if (isFault(error)) dependencies.reportFault?.(error);
      return statusResponse(error);
    };
    const app = new Hono<HttpEnv>();
    app.onError((error) => reject(error));
    app.notFound(() => reject(new AnnalsError('not-found', 'Not Found')));

    app.get('/api/v1/auditlogevents', async (c) => {
      const caller = admit(dependencies, c.req.raw);
      const wait = rateLimit?.take(caller.keyId, dependencies.clock()) ?? 0;
      if (wait > 0) {
        throw new AnnalsError('too-many-requests', 'rate limit exceeded', {
          retryAfterSeconds: wait,
        });
      }
      const version = parseApiVersion(c.req.header('Cc-Version'));
      const url = new URL(c.req.url);
      const query = readPageQuery(url.searchParams, c.req.header('User-Agent') ?? '');
      const reader = dependencies.reader.withSignal(c.req.raw.signal);
      const organisation = caller.organisation.identity;
      const page = await readPage(reader, organisation, query, bound, dependencies.clock());
      await dependencies.recordRead(caller, 'audit_log.list', { query: recordedQuery(url) });
      const form = { ...version, ...(payload && { payload }) };
      const textOf = (events: readonly StoredEvent[]) => entriesText(events, query.order, form);
      const next = page.next === undefined ? undefined : formatCursor(page.next, query.unit);
      const end = `]${next === undefined ? '' : `,"next_starting_from":"${next}"`}}`;
      const { events, rest } = page;
      const headers = {
        'Content-Type': 'application/json',
        [snapshotHeader]: String(page.size),
      };
      if (rest === undefined || c.req.method === 'HEAD') {
        return new Response(`{"entries":[${textOf(events)}${end}`, { headers });
      }
      const chunks = async function* () {
        yield `{"entries":[${textOf(events)}`;
        for await (const batch of readRest(reader, organisation, rest, query.order)) {
          if (batch.length > 0) yield `,${textOf(batch)}`;
        }
        yield end;
      };
      const body = streamTextBody(chunks(), c, {
        onFault: (fault) => dependencies.reportFault?.(fault),
      });
      return new Response(body, { headers });
    });

    app.get('/api/v1/organization', (c) => {
      const { identity, name, slug, createdAt } = admit(dependencies, c.req.raw).organisation;
      // The vendor's clients require all four.
      return c.json({ id: identity, label: slug, name, created_at: formatInstant(createdAt) });
    });

    for (const path of ['/api/v1/auditlogevents', '/api/v1/organization']) {
      app.all(path, () => {
        const response = reject(new AnnalsError('method-not-allowed', 'Method Not Allowed'));
        response.headers.set('Allow', 'GET, HEAD');
        return response;
      });
    }
    return app;
  };
}

/** Our `org-admin` is the vendor's ORG_ADMIN, our `org-auditor` its AUDITOR. */
function admit(dependencies: DialectDependencies, request: Request): Caller {
  try {
    return dependencies.admit(request, 'audit_log:list');
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'forbidden') throw error;
    throw new AnnalsError('forbidden', 'caller lacks the ORG_ADMIN or AUDITOR role');
  }
}

/** Entries as the members of an array. Inside one instant the order is by id (wire: CockroachDB 3.2). */
function entriesText(events: readonly StoredEvent[], order: Order, version: ApiVersion): string {
  const direction = order === 'asc' ? 1 : -1;
  return events
    .map(({ body, recordedAt }) => ({ recordedAt, event: JSON.parse(body) as AuditEvent }))
    .sort(
      (a, b) =>
        direction * (a.recordedAt - b.recordedAt || (a.event.eventID < b.event.eventID ? -1 : 1)),
    )
    .map(({ event }) => JSON.stringify(entryInVersion(event, version)))
    .join(',');
}
