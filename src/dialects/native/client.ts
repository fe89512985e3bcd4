import { AnnalsError } from '../../core/errors.ts';
import { textMembers } from '../../core/json-members.ts';
import { readLines } from '../../core/lines.ts';
import { formatInstant, parseInstant } from '../../core/micros.ts';
import { refusalOf } from '../../export/asking/answers.ts';
import type { Answer, Question } from '../../export/asking/ask.ts';
import type { ClientParts, SourceQuestion } from '../../export/asking/client-parts.ts';
import { Patience } from '../../export/asking/patience.ts';
import type { ExportFilters } from '../../export/filters.ts';
import type { Batch, Entry, LogFacts, OrderedSource } from '../../export/stages.ts';
import { decodeBase64 } from '../../integrity/base64.ts';
import { keptFromHeader } from '../dropped.ts';

export interface NativeEndpoint {
  /** Base URL, without a slash at the end. */
  readonly api: string;
  readonly token: string;
  readonly organisation: string | undefined;
}

/**
 * Reads an Annals server: one stream, oldest first, that says itself when it is complete. A stream that is cut goes on
 * behind the last event received, in the log as it was when reading began.
 */
export function nativeSource(
  parts: ClientParts,
  endpoint: NativeEndpoint,
  question: SourceQuestion,
): OrderedSource {
  let snapshot = question.proved && String(question.proved.snapshot);
  let log: LogFacts | undefined;
  const read = question.proved && question.redact === undefined ? readSaltedEntry : readEntry;
  const placeAfter = ({ text }: Entry): string => {
    const { createdAt, sequence } = JSON.parse(text) as { createdAt: string; sequence: number };
    return `${createdAt}/${sequence}@${snapshot ?? ''}`;
  };

  async function* stream(position: string | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const [after, frozen] = position?.split('@') ?? [];
    snapshot = frozen || snapshot;
    const asked = exportRequest(endpoint, question, { after, snapshot });
    const answer = await parts.ask(asked, signal);
    if (answer.status !== 200) throw await refusalOf(answer, asked, parts.clock);
    snapshot ??= answer.headers.get('annals-snapshot') ?? undefined;
    log = logIn(answer.headers) ?? log;
    if (!/^application\/x-ndjson\b/.test(answer.headers.get('content-type') ?? '')) {
      answer.discard();
      throw new AnnalsError(
        'unavailable',
        `${endpoint.api} did not answer as an Annals server does: is it one?`,
      );
    }
    let count = 0;
    for await (const lines of readLines(answer.body)) {
      const entries = lines.map(read);
      count += entries.length;
      yield { entries, received: entries.length };
    }
    checkEnd(answer, count);
  }

  return {
    order: 'oldest-first',
    origin: {
      kind: 'annals',
      endpoint: endpoint.api,
      ...(endpoint.organisation !== undefined && { organisation: endpoint.organisation }),
    },
    filters: { bySource: question.filters, here: {} },
    get log() {
      return log;
    },
    placeAfter,
    async *read(position, signal) {
      const patience = new Patience(parts.patience);
      let reached = position;
      for (;;) {
        let last: Entry | undefined;
        try {
          for await (const batch of stream(reached, signal)) {
            last = batch.entries.at(-1) ?? last;
            patience.reset();
            yield batch;
          }
          return;
        } catch (error) {
          await patience.wait(error, signal);
        }
        if (last !== undefined) reached = placeAfter(last);
      }
    },
  };
}

/** Undefined where the server does not say it. */
function logIn(headers: Answer['headers']): LogFacts | undefined {
  const numberIn = (name: string) => {
    const text = headers.get(name) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const size = numberIn('Annals-Snapshot');
  const keptFrom = numberIn(keptFromHeader);
  return size === undefined ? undefined : { size, ...(keptFrom !== undefined && { keptFrom }) };
}

function exportRequest(
  { api, token, organisation }: NativeEndpoint,
  { window, filters, proved, redact }: SourceQuestion,
  { after, snapshot }: { after: string | undefined; snapshot: string | undefined },
): Question {
  const url = new URL(`${api}/v1/audit/export`);
  const query = url.searchParams;
  query.set('format', 'ndjson');
  query.set('order', 'asc');
  query.set('from', formatInstant(window.from));
  query.set('to', formatInstant(window.to));
  setFilters(query, filters);
  if (after) query.set('after', after);
  if (snapshot) query.set('snapshot', snapshot);
  if (redact !== undefined) query.set('redact', redact);
  else if (proved !== undefined) query.set('salts', 'true');
  return {
    url,
    headers: {
      accept: 'application/x-ndjson',
      authorization: `Bearer ${token}`,
      ...(organisation !== undefined && { 'x-organisation-identity': organisation }),
    },
  };
}

/** Thalassa's parameters (wire: Thalassa 3.1), which are ours too. */
function setFilters(query: URLSearchParams, filters: ExportFilters): void {
  const { actions, resourceTypes, includeSystemServices, responseStatus, ...texts } = filters;
  for (const [name, value] of Object.entries(texts)) query.set(name, value);
  for (const action of actions ?? []) query.append('action', action);
  for (const type of resourceTypes ?? []) query.append('resourceType', type);
  if (includeSystemServices === true) query.set('includeSystemServices', 'true');
  if (responseStatus !== undefined) query.set('responseStatus', String(responseStatus));
}

function readEntry(text: string): Entry {
  const [id, createdAt] = textMembers(text, ['eventID', 'createdAt']);
  const at = createdAt === undefined ? undefined : parseInstant(createdAt);
  if (id === undefined || typeof at !== 'number') {
    throw new AnnalsError('corrupt', 'Cannot read an exported event: it has no id or no time');
  }
  return { text, id, at };
}

/** `{"salt":"…","event":{…}}`, the event in the server's own spelling: it is what the log has the hash of. */
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
 * Where the transport shows trailers and no proxy took them away, they must agree with what arrived. Without them a body
 * whose end is nothing but the end of the connection may have been cut.
 */
function checkEnd({ headers, trailers }: Answer, received: number): void {
  const shown = trailers();
  if (shown === undefined) return;
  const count = shown['annals-export-count'];
  const framed = headers.has('content-length') || headers.has('transfer-encoding');
  if (count === undefined ? framed : Number(count) === received) return;
  const said = count === undefined ? 'did not say that this was all' : `sent ${count}`;
  throw new AnnalsError(
    'incomplete',
    `The export ended after ${received} events, and the server ${said}`,
  );
}
