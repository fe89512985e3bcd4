import type { Draft } from '../core/event.ts';
import { clientAddress } from './client-address.ts';
import { maskQuery } from './secrets.ts';

/** A request as any framework can describe it. */
export interface HttpRequest {
  readonly method: string;
  /** What was asked for as it came: path and query. */
  readonly target: string;
  /** Address of the other end of the connection. */
  readonly peerAddress: string | undefined;
  /** Gives a header by its name in small letters. */
  readonly header: (name: string) => string | undefined;
}

/** How a call ended. */
export interface HttpOutcome {
  /** Absent when no answer was begun. */
  readonly status?: number | undefined;
  readonly durationMs: number;
  /** What was thrown, or that the client went away. */
  readonly error?: string | undefined;
}

export type HttpContext = NonNullable<Draft['context']>;

/** The only headers ever recorded. None of them is meant to carry a secret; of Referer the query is left out. */
const recordedHeaders = [
  'User-Agent',
  'Referer',
  'X-Forwarded-For',
  'Content-Type',
  'Accept',
  'X-Request-Id',
] as const;

/** A request may be of any length; its trace is not. */
const maxTargetChars = 4_096;
const maxHeaderChars = 1_024;

/** What of a request may be recorded. */
export function requestFacts(request: HttpRequest, trustedProxies: number): HttpContext {
  const forwardedFor = request.header('x-forwarded-for');
  const clientIp = clientAddress(request.peerAddress, forwardedFor, trustedProxies);
  const userAgent = request.header('user-agent');
  const { path, query } = splitTarget(request.target);
  return {
    ...(clientIp !== undefined && { client_ip: clientIp }),
    ...(userAgent !== undefined && { user_agent: cut(userAgent, maxHeaderChars) }),
    method: request.method,
    path: cut(path, maxTargetChars),
    url: cut(query === undefined ? path : `${path}?${maskQuery(query)}`, maxTargetChars),
    headers: safeHeaders(request),
  };
}

export function outcomeFacts(outcome: HttpOutcome): HttpContext {
  return {
    ...(outcome.status !== undefined && { status: outcome.status }),
    duration: Math.round(outcome.durationMs * 1_000) / 1_000,
  };
}

function safeHeaders(request: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of recordedHeaders) {
    const value = request.header(name.toLowerCase());
    if (value === undefined) continue;
    headers[name] = cut(name === 'Referer' ? withoutQuery(value) : value, maxHeaderChars);
  }
  return headers;
}

/** Also takes the form with an origin, which proxies get; its origin, and any password in it, is left out. */
function splitTarget(target: string): { path: string; query: string | undefined } {
  const [relative = ''] = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('#', 1);
  const question = relative.indexOf('?');
  if (question < 0) return { path: relative || '/', query: undefined };
  return { path: relative.slice(0, question) || '/', query: relative.slice(question + 1) };
}

/** An address without its query, fragment and password. */
function withoutQuery(address: string): string {
  const [bare = ''] = address.split(/[?#]/, 1);
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
