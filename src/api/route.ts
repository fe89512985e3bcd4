import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import type { HttpEnv } from '../http/env.ts';
import { type JsonBodyLimits, readJson } from '../http/json-body.ts';
import { isFault, methodNotAllowed, nativeErrorResponse } from './errors.ts';
import { readParameters, rejectUnknownParameters } from './parameters.ts';

/** Groups of routes. Client generators make a module or a class of each. */
export type Tag =
  | 'recording'
  | 'trail'
  | 'proofs'
  | 'erasures'
  | 'organisations'
  | 'keys'
  | 'tokens'
  | 'sessions'
  | 'links'
  | 'people'
  | 'searches';

/** A body by media type: how its text or its bytes look. */
export type Content = Readonly<Record<string, z.ZodType>>;

export const json = (schema: z.ZodType): Content => ({ 'application/json': schema });

export interface ResponseDescription {
  readonly description: string;
  readonly content: Content;
  /** Headers by name; each schema has a description. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
}

/**
 * What the OpenAPI document says about a route. `Q` and `B` are the schemas that its handler reads the query and the
 * JSON body with, so a parameter cannot be described in one way and read in another.
 */
export interface RouteDescription<Q extends z.ZodObject, B extends z.ZodType> {
  /** Unique. Client generators name a function after it. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The parameters in the path; each schema has a description. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  /** The path in the document, where Hono needs a wildcard that the document has no word for. */
  readonly documentedPath?: string;
  readonly query?: Q;
  /** Request headers that matter here, besides the credential; each schema has a description. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  /** The JSON that is sent. */
  readonly body?: B;
  /** Of the JSON body; those of `readJson` if absent. */
  readonly bodyLimits?: JsonBodyLimits;
  /** What is sent, where it is not JSON alone. */
  readonly content?: Content;
  readonly success: ResponseDescription & { readonly status: 200 | 201 };
  /** Errors besides those that every route has that takes a key, a query or a body. */
  readonly errors?: readonly (409 | 410)[];
  /** Where a request needs no key, because something in its body stands for one. */
  readonly key?: 'optional' | 'none';
  /** For the route that needs no key: its errors, which have a shape of their own. */
  readonly withoutKey?: Readonly<Record<number, ResponseDescription>>;
}

/** What a handler gets beside Hono's context: readers for the schemas of its description. */
export interface RouteInput<Q extends z.ZodObject, B extends z.ZodType> {
  /**
   * The query. Throws `invalid` naming each bad parameter.
   *
   * @param purpose completes the sentence "Cannot …"
   */
  query(purpose?: string): z.output<Q>;
  /** The body. Throws `invalid` naming each bad field, and what `readBody` throws. */
  body(purpose: string): Promise<z.output<B>>;
}

/** A route of the native API: what serves it, and what the document says about it. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly description: RouteDescription<z.ZodObject, z.ZodType>;
  readonly handler: (c: Context<HttpEnv>) => Response | Promise<Response>;
  /** The response to other methods on the path; the native one if absent. */
  readonly rejectMethod?: (method: string, allowed: string) => Response;
}

export function route<
  P extends string,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodUndefined,
>(
  method: ApiRoute['method'],
  path: P,
  description: RouteDescription<Q, B>,
  handler: (c: Context<HttpEnv, P>, input: RouteInput<Q, B>) => Response | Promise<Response>,
): ApiRoute {
  const { query, body, bodyLimits } = description;
  return {
    method,
    path,
    description,
    handler: (c) =>
      handler(c as Context<HttpEnv, P>, {
        query: (purpose) => readParameters(query!, new URL(c.req.url).searchParams, purpose),
        body: (purpose) => readJson(c.req.raw, body!, purpose, bodyLimits),
      }),
  };
}

export interface ServeOptions {
  /** For a vendor's clients, where that vendor ignores query parameters that it does not know. */
  readonly ignoreUnknownParameters?: boolean;
}

/**
 * Serves these routes. Of two paths that match a request, the first wins, so `/v1/audit/keys` comes before
 * `/v1/audit/:eventID`. Any other method on one of the paths is 405 with `Allow`.
 */
export function addRoutes(
  app: Hono<HttpEnv>,
  routes: readonly ApiRoute[],
  { ignoreUnknownParameters = false }: ServeOptions = {},
): void {
  for (const [path, ofPath] of Map.groupBy(routes, (one) => one.path)) {
    const methods = new Set(ofPath.map(({ method }) => method));
    for (const { method, handler, description } of ofPath) {
      app.on(method, path, (c) => {
        if (!ignoreUnknownParameters) {
          rejectUnknownParameters(description.query, new URL(c.req.url).searchParams);
        }
        return handler(c);
      });
    }
    const allowed = [...methods].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : name));
    const reject = ofPath[0]?.rejectMethod ?? methodNotAllowed;
    app.all(path, (c) => reject(c.req.method, allowed.join(', ')));
  }
}

/** An application of these routes alone. */
export function appOf(
  routes: readonly ApiRoute[],
  reportFault: (fault: unknown) => void = () => {},
  options: ServeOptions = {},
): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.onError((error) => {
    if (isFault(error)) reportFault(error);
    return nativeErrorResponse(error);
  });
  app.notFound((c) => pathNotFound(c.req.path));
  addRoutes(app, routes, options);
  return app;
}

export function pathNotFound(path: string): Response {
  return nativeErrorResponse(new AnnalsError('not-found', `There is no ${path}`));
}
