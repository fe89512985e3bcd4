import { type AnnalsEndpoint, annalsRequest } from '../../client/annals-api.ts';
import { type ClientRequest, type ClientResponse, readText } from '../../client/request.ts';
import { Retrier } from '../../client/retry.ts';
import { type ClientDependencies, sendRequest } from '../../client/send-request.ts';
import { AnnalsError } from '../../core/errors.ts';
import { textMembers } from '../../core/json/members.ts';
import { readLines } from '../../core/lines.ts';
import { formatInstant, parseInstant } from '../../core/micros.ts';
import { type ExportFilters, filterParameters } from '../../export/filters.ts';
import type { Batch, Entry, LogFacts, OrderedSource, SourceQuery } from '../../export/stages.ts';
import { decodeBase64 } from '../../integrity/base64.ts';
import { keptFromHeader } from '../dropped-events.ts';

/**
 * Reads an Annals server: one stream, oldest first, that says when it is complete. A stream that is cut goes on after the
 * last event received, in the log as it was when reading began.
 */
export function nativeSource(
  dependencies: ClientDependencies,
  endpoint: AnnalsEndpoint,
  query: SourceQuery,
): OrderedSource {
  let snapshot = query.proofOf && String(query.proofOf.snapshot);
  let log: LogFacts | undefined;
  const read = query.proofOf && query.redact === undefined ? readSaltedEntry : readEntry;
  let expected: number | undefined;
  // A text is searched for in every event: to count them all first would be the whole work twice.
  let isCounted = query.countObjects !== true || query.filters.searchText !== undefined;
  const positionAfter = ({ text }: Entry): string => {
    const { createdAt, sequence } = JSON.parse(text) as { createdAt: string; sequence: number };
    return `${createdAt}/${sequence}@${snapshot ?? ''}`;
  };

  async function* stream(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const [after, frozen] = position?.split('@') ?? [];
    snapshot = frozen || snapshot;
    const request = exportRequest(endpoint, query, { after, snapshot, format: 'ndjson' });
    const response = await sendRequest(dependencies, request, signal);
    snapshot ??= response.headers.get('annals-snapshot') ?? undefined;
    log = readLogFacts(response.headers) ?? log;
    if (!/^application\/x-ndjson\b/.test(response.headers.get('content-type') ?? '')) {
      response.discard();
      throw new AnnalsError(
        'unavailable',
        `The response of ${endpoint.api} is not that of an Annals server: is it one?`,
      );
    }
    if (!isCounted) {
      isCounted = true;
      // The events are worth more than their number: nothing waits for it, and without it the export goes on.
      void countEvents(dependencies, endpoint, query, snapshot, signal).then(
        (count) => {
          expected = count;
        },
        () => undefined,
      );
    }
    let count = 0;
    let last: Entry | undefined;
    for await (const lines of readLines(response.body, { allEnded: true })) {
      const entries = lines.map(read);
      count += entries.length;
      last = entries.at(-1) ?? last;
      yield {
        entries,
        received: entries.length,
        ...(expected !== undefined && { expected }),
      };
    }
    if (saysItIsWhole(response, count)) return;
    await confirmEnd(last === undefined ? after : positionAfter(last).split('@')[0], signal);
  }

  /**
   * Throws `incomplete` unless the export has nothing after a position. Asks for JSON, in which the end can be seen: an
   * array is closed, or was cut.
   */
  async function confirmEnd(after: string | undefined, signal: AbortSignal): Promise<void> {
    const request = exportRequest(endpoint, query, { after, snapshot, format: 'json' });
    const rest = await readStart(await sendRequest(dependencies, request, signal));
    if (rest.trim() === '[]') return;
    throw new AnnalsError(
      'incomplete',
      `The export of ${endpoint.api} was cut, and something on the way hid that`,
    );
  }

  return {
    order: 'oldest-first',
    origin: {
      kind: 'annals',
      endpoint: endpoint.api,
      ...(endpoint.organisation !== undefined && { organisation: endpoint.organisation }),
    },
    filters: { bySource: query.filters, byClient: {} },
    get log() {
      return log;
    },
    positionAfter,
    async *read(position, signal) {
      const retrier = new Retrier(dependencies.retry);
      // Once everything is read, or nobody reads on, no number of it is needed.
      const ended = new AbortController();
      const reading = AbortSignal.any([signal, ended.signal]);
      let reached = position;
      try {
        for (;;) {
          let last: Entry | undefined;
          try {
            for await (const batch of stream(reached, reading)) {
              last = batch.entries.at(-1) ?? last;
              retrier.reset();
              yield batch;
            }
            return;
          } catch (error) {
            await retrier.wait(error, signal);
          }
          if (last !== undefined) reached = positionAfter(last);
        }
      } finally {
        ended.abort();
      }
    },
  };
}

/** Undefined if the server does not send it. */
function readLogFacts(headers: ClientResponse['headers']): LogFacts | undefined {
  const numberIn = (name: string) => {
    const text = headers.get(name) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const size = numberIn('Annals-Snapshot');
  const keptFrom = numberIn(keptFromHeader);
  return size === undefined ? undefined : { size, ...(keptFrom !== undefined && { keptFrom }) };
}

/** How many events an export of this snapshot has. Undefined when the server does not say it. */
async function countEvents(
  dependencies: ClientDependencies,
  endpoint: AnnalsEndpoint,
  { window, filters }: SourceQuery,
  snapshot: string | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  const query = new URLSearchParams({ limit: '1' });
  setRangeAndFilters(query, window, filters);
  if (snapshot) query.set('snapshot', snapshot);
  const request = annalsRequest(endpoint, `/v1/audit?${query}`);
  const response = await sendRequest(dependencies, request, signal);
  // One event of 64 KiB, and what is around it.
  const { totalItems } = JSON.parse(await readText(response, 1024 * 1024)) as {
    totalItems?: unknown;
  };
  return typeof totalItems === 'number' ? totalItems : undefined;
}

function exportRequest(
  endpoint: AnnalsEndpoint,
  { window, filters, proofOf, redact }: SourceQuery,
  {
    after,
    snapshot,
    format,
  }: { after: string | undefined; snapshot: string | undefined; format: 'ndjson' | 'json' },
): ClientRequest {
  const query = new URLSearchParams({ format, order: 'asc' });
  setRangeAndFilters(query, window, filters);
  if (after) query.set('after', after);
  if (snapshot) query.set('snapshot', snapshot);
  if (redact !== undefined) query.set('redact', redact);
  else if (proofOf !== undefined && format === 'ndjson') query.set('salts', 'true');
  const accept = format === 'json' ? 'application/json' : 'application/x-ndjson';
  return annalsRequest(endpoint, `/v1/audit/export?${query}`, { accept });
}

/** The beginning of a body, more than an empty list has; the rest is not read. */
async function readStart({ body, discard }: ClientResponse): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length <= 16) continue;
    discard();
    break;
  }
  return text;
}

function setRangeAndFilters(
  query: URLSearchParams,
  { from, to }: SourceQuery['window'],
  filters: ExportFilters,
): void {
  query.set('from', formatInstant(from));
  query.set('to', formatInstant(to));
  for (const [name, values] of Object.entries(filterParameters(filters))) {
    for (const value of values) query.append(name, value);
  }
}

function readEntry(text: string): Entry {
  const [id, createdAt] = textMembers(text, ['eventID', 'createdAt']);
  const at = createdAt === undefined ? undefined : parseInstant(createdAt);
  if (id === undefined || typeof at !== 'number') {
    throw new AnnalsError('corrupt', 'Cannot read an exported event: it has no id or no time');
  }
  return { text, id, at };
}

/** `{"salt":"…","event":{…}}`, the event in the server's own spelling, whose hash the log has. */
function readSaltedEntry(line: string): Entry {
  const [head, base64] = /^\{"salt":(?:null|"([^"]*)"),"event":/.exec(line) ?? [];
  const salt = base64 === undefined ? undefined : decodeBase64(base64);
  if (head === undefined || (base64 !== undefined && salt === undefined) || !line.endsWith('}')) {
    throw new AnnalsError('corrupt', 'Cannot read an exported event: it came without its salt');
  }
  const entry = readEntry(line.slice(head.length, -1));
  return salt === undefined ? entry : { ...entry, salt };
}

/**
 * Whether a body says that it is whole, which it does in its trailers. Throws `incomplete` when they do not agree with what
 * arrived. Proxies remove trailers (nginx), and end a body that was cut as if it were whole (Caddy 2.6), so a body
 * without trailers says nothing; one that only ends with its connection may have been cut.
 */
function saysItIsWhole({ headers, trailers }: ClientResponse, received: number): boolean {
  const shown = trailers();
  if (shown === undefined) return true;
  const count = shown['annals-export-count'];
  if (count !== undefined && Number(count) === received) return true;
  const framed = headers.has('content-length') || headers.has('transfer-encoding');
  if (count === undefined && framed) return false;
  const statement = count === undefined ? 'did not say that this was everything' : `sent ${count}`;
  throw new AnnalsError(
    'incomplete',
    `The export ended after ${received} events, and the server ${statement}`,
  );
}
