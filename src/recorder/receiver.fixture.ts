import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Draft, draftSchema, maxEventBytes } from '../core/event.ts';
import { parseJson } from '../core/json/parse-json.ts';
import { decodeUtf8 } from '../core/utf8.ts';

export type StoredDraft = Draft & { eventID: string; createdAt: string };

/** How the receiver treats one request. */
export type Behaviour =
  /** Like the log: all or nothing, idempotent by id, and rejects by index what its schema rejects. */
  | 'accept'
  /** Ends the connection without having stored anything. */
  | 'reset'
  /** Stores everything, then ends the connection: the worst kind of failure. */
  | 'store-and-reset'
  /** Never responds. */
  | 'hang'
  | ReceiverResponse;

interface ReceiverResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A small HTTP server that plays an Annals server on a free port of this machine. */
export interface Receiver {
  readonly api: string;
  /** What it stored, in the order in which it came. */
  readonly stored: StoredDraft[];
  /** Every request, in order. */
  readonly requests: { readonly count: number; readonly method: string; readonly key: string }[];
  /** Decides how to treat a request. A test may replace it at any time. */
  behave: (drafts: readonly StoredDraft[]) => Behaviour;
  /** Stops listening and ends all connections; `start` listens again at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Behaves in these ways one after another, then accepts. */
export function inTurn(...behaviours: Behaviour[]): () => Behaviour {
  return () => behaviours.shift() ?? 'accept';
}

/** Rejects, by index, the events that are bad to a test. */
export function rejecting(isBad: (draft: StoredDraft) => boolean): Receiver['behave'] {
  return (drafts) => {
    const bad = drafts.flatMap((draft, index) => (isBad(draft) ? [index] : []));
    return bad.length === 0 ? 'accept' : rejection(bad, 'is bad');
  };
}

export async function startReceiver(): Promise<Receiver> {
  let port = 0;
  const server = createServer(async (request, response) => {
    const drafts = await readDrafts(request);
    const { method = '', headers } = request;
    receiver.requests.push({ count: drafts.length, method, key: headers.authorization ?? '' });
    const behaviour = receiver.behave(drafts);
    if (behaviour === 'accept') send(response, store(receiver.stored, drafts));
    else if (behaviour === 'store-and-reset') store(receiver.stored, drafts);
    else if (typeof behaviour === 'object') send(response, behaviour);
    if (behaviour === 'reset' || behaviour === 'store-and-reset') request.socket.destroy();
  });
  const receiver: Receiver = {
    get api() {
      return `http://127.0.0.1:${port}`;
    },
    stored: [],
    requests: [],
    behave: () => 'accept',
    start: () =>
      new Promise((resolve) => {
        server.listen(port, '127.0.0.1', () => {
          port = (server.address() as AddressInfo).port;
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await receiver.start();
  return receiver;
}

function store(stored: StoredDraft[], drafts: readonly StoredDraft[]): ReceiverResponse {
  const bad = drafts.flatMap((draft, index) => (isAcceptable(draft) ? [] : [index]));
  if (bad.length > 0) return rejection(bad, 'is not valid');
  const fresh = drafts.filter(
    (draft) => !stored.some((earlier) => earlier.eventID === draft.eventID),
  );
  stored.push(...fresh);
  const body = { accepted: fresh.length, duplicates: drafts.length - fresh.length };
  return { status: 201, body };
}

function isAcceptable(draft: StoredDraft): boolean {
  const bytes = Buffer.byteLength(JSON.stringify(draft));
  return bytes <= maxEventBytes && draftSchema.safeParse(draft).success;
}

function rejection(indexes: readonly number[], message: string): ReceiverResponse {
  const errors = indexes.slice(0, 20).map((index) => ({ index, field: 'action', message }));
  return { status: 400, body: { message: `Cannot record: an event ${message}`, errors } };
}

/** Reads as strictly as the log does. What the recorder sends must always be readable, or the test fails. */
async function readDrafts(request: IncomingMessage): Promise<StoredDraft[]> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { value, problems } = parseJson(decodeUtf8(Buffer.concat(parts)));
  if (problems.length > 0) throw new Error(`Not faithful JSON: ${JSON.stringify(problems)}`);
  return (value as unknown as { events: StoredDraft[] }).events;
}

function send(response: ServerResponse, reply: ReceiverResponse): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body ?? {}));
}
