import type { Draft } from '../core/draft-fields.ts';
import { clientAddress } from './client-address.ts';
import { maskQuery } from './secrets.ts';

/** A request, as every framework can describe it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** Address of the other end of the connection. */
  readonly peerAddress: string | undefined;
  /** A header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** How a call ended. */
export interface HttpOutcome {
  /** Absent when no response was begun. */
  readonly status?: number | undefined;
  readonly durationMs: number;
  /** What was thrown, or that the client disconnected. */
  readonly error?: string | undefined;
}

export type HttpContext = NonNullable<Draft['context']>;

/** The only headers that are recorded. None of them should have a secret; the query of Referer is left out. */
const recordedHeaders = [
  'User-Agent',
  'Referer',
  'X-Forwarded-For',
  'Content-Type',
  'Accept',
  'X-Request-Id',
] as const;

/** A request may have any length, an entry may not. */
const maxTargetChars = 4_096;
const maxHeaderChars = 1_024;

/** What is recorded of a request. */
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

/** Also reads the form with an origin, which proxies get. The origin, and a password in it, is left out. */
function splitTarget(target: string): { path: string; query: string | undefined } {
  const [relative = ''] = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('#', 1);
  const mark = relative.indexOf('?');
  if (mark < 0) return { path: relative || '/', query: undefined };
  return { path: relative.slice(0, mark) || '/', query: relative.slice(mark + 1) };
}

/** An address without its query, fragment and password. */
function withoutQuery(address: string): string {
  const [bare = ''] = address.split(/[?#]/, 1);
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
