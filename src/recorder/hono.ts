import type { Context, Env, MiddlewareHandler } from 'hono';
import type { HttpAuditOptions, RequestAudit } from './http-audit.ts';
import { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-facts.ts';
import { endWithResponse, type NodeRequest, type NodeResponse } from './node-http.ts';

declare module 'hono' {
  interface ContextVariableMap {
    audit: RequestAudit;
  }
}

/**
 * Records every call of a Hono application. Handlers have `c.get('audit')`. To be added before everything else. On Node
 * (`@hono/node-server`) a call is recorded when its response has been sent; elsewhere, and in `app.request()`, when its
 * handler has returned the response.
 */
export function honoAudit<E extends Env = Env>(
  options: HttpAuditOptions<Context<E>>,
): MiddlewareHandler<E> {
  return async (c, next) => {
    const { incoming, outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
    const call = new HttpCall(options, c, describeRequest(c, incoming));
    c.set('audit', call);
    if (outgoing !== undefined) endWithResponse(call, outgoing);
    try {
      await next();
    } catch (error) {
      call.fail(error);
      if (outgoing === undefined) call.end(500, true);
      throw error;
    }
    if (c.error !== undefined) call.fail(c.error);
    if (outgoing === undefined) call.end(c.res.status, true);
  };
}

interface NodeBindings {
  readonly incoming: NodeRequest;
  readonly outgoing: NodeResponse;
}

function describeRequest(c: Context, incoming: NodeRequest | undefined): HttpRequest {
  const { pathname, search } = new URL(c.req.url);
  return {
    method: c.req.method,
    target: `${pathname}${search}`,
    peerAddress: incoming?.socket?.remoteAddress,
    header: (name) => c.req.header(name),
  };
}
