import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readText, type Send } from '../../client/request.ts';
import { messageOf } from '../../core/errors.ts';
import { day, formatDay } from '../../core/micros.ts';
import { readTlsIdentity } from '../../server/tls-identity.ts';
import { createSend } from '../client-dependencies.ts';
import { exists, type Finding, findingsOf, reading, type Subject } from './finding.ts';

/** Long enough for a server that is busy. */
const timeoutMillis = 10_000;
const maxResponseBytes = 1024 * 1024;
const soon = 14 * day;

/** Whether a server runs on the directory, answers, can record, and what it counts that should not be there. */
export async function* checkServer(subject: Subject): AsyncIterable<Finding> {
  const { ok, warning, problem } = findingsOf('server');
  const { data, settings, context } = subject;
  const lock = join(data, 'store.lock');
  const isRunning = exists(lock) && reading(lock, isLocked);
  const url = addressOf(settings);
  // Nothing secret is sent, and the certificate is not one for this address.
  const send = createSend(context, { idleMilliseconds: timeoutMillis, verifyCertificates: false });
  const get = (path: string) => getText(send, new URL(path, url), context.signal);
  const ready = await get('/readyz').catch((error: unknown) => messageOf(error));
  if (typeof ready === 'string') {
    if (isRunning) {
      const help =
        settings.tlsClientCa === undefined
          ? 'Give the flags and variables of that server, or look at its log'
          : 'It asks for client certificates: name one in ANNALS_CLIENT_CERT and ANNALS_CLIENT_KEY';
      yield warning(`a server runs on ${data}, and none answers at ${url}: ${ready}`, help);
    } else yield ok(`no server runs on ${data}`);
    return;
  }
  if (!isRunning) {
    yield warning(
      `no server runs on ${data}, and something answers at ${url}`,
      'Correct --data or --port, if that is the server that you mean',
    );
    return;
  }
  if (ready.status === 200) yield ok(`a server runs on ${data}, and one is ready at ${url}`);
  else {
    yield problem(
      `the server at ${url} cannot record: ${messageIn(ready.text)}`,
      'See what docs/operate/limits-and-failures.md says of that',
    );
  }
  const address = settings.metricsAddress;
  const metrics = address === undefined ? url : addressOf({ ...address, tlsCert: undefined });
  const counts = await getText(send, new URL('/metrics', metrics), context.signal).catch(
    () => undefined,
  );
  if (counts?.status === 200) yield* metricFindings(counts.text);
}

/** What the counts of a server say since its start. */
export function* metricFindings(metrics: string): Iterable<Finding> {
  const { warning, problem } = findingsOf('server');
  const countOf = (name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0);
  const lost = countOf('annals_own_records_lost_total');
  if (lost > 0) {
    yield problem(
      `${lost} records of the server’s own are lost: reads or denials of keys are missing in the trail`,
      'Its log says when and why',
    );
  }
  if (countOf('annals_checkpoints_refused_total') > 0) {
    yield problem('a log could not be signed', 'Its log says which: keep the directory as it is');
  }
  const [open, limit] = [countOf('process_open_fds'), countOf('process_max_fds')];
  if (open > 0.8 * limit) {
    yield warning(
      `the server has ${open} of ${limit} files open`,
      'Raise the limit (LimitNOFILE= of systemd), or find who keeps connections open',
    );
  }
}

/** The certificate of a server that speaks TLS; of one that does not, whether others can listen in. */
export async function* checkTls({ settings, context }: Subject): AsyncIterable<Finding> {
  const { ok, warning, problem } = findingsOf('tls');
  const { tlsCert: cert, tlsKey: key, tlsClientCa: clientCa, host } = settings;
  if (cert === undefined || key === undefined) {
    if (/^(127\.|::1$|localhost$)/.test(host)) yield ok(`plain HTTP, for this machine alone`);
    else {
      yield warning(
        `keys and events cross the network unencrypted: the server listens on ${host}`,
        'Give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that speaks TLS',
      );
    }
    return;
  }
  // Throws a sentence of its own.
  const { validFrom, validTo, subject } = await readTlsIdentity({ cert, key, clientCa });
  const now = context.clock();
  const help = 'Put a new certificate into its file: the server takes it without a restart';
  if (validTo <= now) yield problem(`the certificate has expired on ${formatDay(validTo)}`, help);
  else if (validFrom > now) {
    yield problem(
      `the certificate is not valid before ${formatDay(validFrom)}`,
      'Correct the clock, or put a certificate that is valid now into its file',
    );
  } else if (validTo < now + soon) {
    yield warning(`the certificate will expire on ${formatDay(validTo)}`, help);
  } else yield ok(`the certificate of ${subject} is valid until ${formatDay(validTo)}`);
}

interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string | undefined;
}

/** Where a server that listens on all addresses can be reached from here. */
function addressOf({ host, port, tlsCert }: ServerAddress): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? host;
  const shown = reached.includes(':') && !reached.startsWith('[') ? `[${reached}]` : reached;
  return `${tlsCert === undefined ? 'http' : 'https'}://${shown}:${port}`;
}

/** A server holds the lock as long as it lives. To look at it changes nothing. */
function isLocked(path: string): boolean {
  const lock = new DatabaseSync(path, { readOnly: true });
  try {
    lock.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return true;
    throw error;
  } finally {
    lock.close();
  }
}

/** `SQLITE_BUSY` */
const busy = 5;

async function getText(send: Send, url: URL, signal: AbortSignal) {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]);
  const response = await send({ url, headers: {} }, limited);
  return { status: response.status, text: await readText(response, maxResponseBytes) };
}

/** The sentence of a response that is not ready, or what there is of another program. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {}
  return text.slice(0, 100);
}
