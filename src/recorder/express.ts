import type { HttpAuditOptions, RequestAudit } from './http-audit.ts';
import { HttpCall } from './http-call.ts';
import {
  describeNodeRequest,
  endWithResponse,
  type NodeRequest,
  type NodeResponse,
} from './node-http.ts';

declare global {
  namespace Express {
    interface Request {
      audit: RequestAudit;
    }
  }
}

/** The part of Express's requests that is read. */
export interface ExpressRequest extends NodeRequest {
  /** The whole path; for a mounted router, `url` is only the rest of it. */
  readonly originalUrl: string;
}

type Next = (error?: unknown) => void;

export interface ExpressAudit<Request> {
  /** To be added before everything else. */
  (request: Request, response: NodeResponse, next: Next): void;
  /** To be added after the routes and before your own error handlers: notes what was thrown and passes it on. */
  errors(error: unknown, request: Request, response: NodeResponse, next: Next): void;
}

/** Records every call of an Express application when its response has been sent. Handlers have `request.audit`. */
export function expressAudit<Request extends ExpressRequest = ExpressRequest>(
  options: HttpAuditOptions<Request>,
): ExpressAudit<Request> {
  const calls = new WeakMap<Request, HttpCall<Request>>();
  const audit = (request: Request, response: NodeResponse, next: Next) => {
    const call = new HttpCall(options, request, describeNodeRequest(request, request.originalUrl));
    calls.set(request, call);
    Object.assign(request, { audit: call });
    endWithResponse(call, response);
    next();
  };
  // Express recognises an error handler by its four parameters.
  const errors = (error: unknown, request: Request, _response: NodeResponse, next: Next) => {
    calls.get(request)?.fail(error);
    next(error);
  };
  return Object.assign(audit, { errors });
}
