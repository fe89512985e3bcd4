import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { HttpAuditOptions, RequestAudit } from './http-audit.ts';
import { HttpCall } from './http-call.ts';
import { describeNodeRequest, endWithResponse } from './node-http.ts';

declare module 'fastify' {
  interface FastifyRequest {
    audit: RequestAudit;
  }
}

/**
 * Records every call of a Fastify application when its response has been sent. Handlers have `request.audit`. To be
 * registered before everything else.
 */
export const fastifyAudit: FastifyPluginCallback<HttpAuditOptions<FastifyRequest>> = (
  app,
  options,
  done,
) => {
  const calls = new WeakMap<FastifyRequest, HttpCall<FastifyRequest>>();
  app.decorateRequest('audit');
  app.addHook('onRequest', (request, reply, next) => {
    const call = new HttpCall(options, request, describeNodeRequest(request.raw));
    calls.set(request, call);
    request.audit = call;
    endWithResponse(call, reply.raw);
    next();
  });
  app.addHook('onError', (request, _reply, error, next) => {
    calls.get(request)?.fail(error);
    next();
  });
  done();
};

// Without this Fastify would limit the hooks to the plugin's own routes, and it has none.
Object.assign(fastifyAudit, { [Symbol.for('skip-override')]: true });
