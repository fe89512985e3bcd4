import { Hono } from 'hono';
import type { DescribeRouteOptions } from 'hono-openapi';
import { z } from 'zod';
import { type ApiRoute, type Content, json, type ResponseDescription, type Tag } from './route.ts';

/**
 * The OpenAPI document of these routes, as JSON. The library that generates it is loaded here, at the first request for
 * it: few servers are ever asked, and it takes some ten milliseconds and two megabytes.
 */
export async function openApiDocument(
  version: string,
  routes: readonly ApiRoute[],
): Promise<string> {
  const { describeRoute, generateSpecs, resolver } = await import('hono-openapi');
  const app = new Hono();
  for (const one of routes) {
    const { documentedPath = one.path } = one.description;
    app.on(one.method, documentedPath, describeRoute(operationOf(one, resolver)));
  }
  const document = await generateSpecs(app, {
    documentation: {
      // What most client generators understand.
      openapi: '3.0.3',
      info: {
        title: 'Annals',
        version,
        description:
          'An audit trail that can be proved. The dialects of other vendors follow their own descriptions.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'annals_<id>_<secret>. A key belongs to one organisation, whose trail it reaches. A request with the operator’s key and the header `X-Organisation-Identity: system` reaches the log of the server itself.',
          },
          basic: { type: 'http', scheme: 'basic', description: 'Key id and secret' },
        },
      },
      security: [{ key: [] }, { basic: [] }],
    },
  });
  return JSON.stringify(document, withNullable);
}

/** A value that may be null, as version 3.0 says it: the library writes the types of version 3.1. */
function withNullable(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value)) return value;
  const { type: types } = value;
  if (!Array.isArray(types) || !types.includes('null')) return value;
  const [type] = types.filter((one) => one !== 'null');
  return { ...value, type, nullable: true };
}

type Resolver = typeof import('hono-openapi').resolver;

const tags: Record<Tag, string> = {
  recording: 'Events into the trail',
  trail: 'Events out of the trail',
  proofs: 'Signed heads, proofs and tiles',
  erasures: 'Removal of personal fields',
  organisations: 'Tenants',
  keys: 'API keys',
  tokens: 'Access tokens in place of keys',
  sessions: 'Browsers that are signed in',
  links: 'Links that let people in',
  people: 'People who sign in with passkeys',
  searches: 'Saved searches',
};

const errorSchema = z
  .strictObject({
    message: z.string(),
    errors: z
      .array(
        z
          .strictObject({
            index: z.int().min(0).describe('Of the event in the request, from 0').exactOptional(),
            field: z.string(),
            message: z.string(),
          })
          .meta({ id: 'Issue' }),
      )
      .describe('What is wrong with each event or field, at most 20')
      .exactOptional(),
  })
  .meta({ id: 'ErrorResponse' });

const errorDescriptions = {
  400: 'Something in the request is wrong; `errors` says what',
  401: 'The credential is missing, unknown, revoked or expired',
  403: 'The role of the key does not allow this',
  404: 'Nothing of that name that this key may see',
  409: 'What is there already contradicts the request',
  410: 'It was there, and is not kept any more',
  413: 'More than a stated limit',
  415: 'A content type or encoding that is not read',
  429: 'Too many requests, bodies or waiting events; try again after Retry-After seconds',
  431: 'First line and headers have more than 16,384 bytes',
  503: 'The server is stopping, its disk is full, or the outcome is unknown: try again',
} as const;

type ErrorStatus = keyof typeof errorDescriptions;

/** What the library is told about a route. It adds the parameters of the path that are not among these. */
function operationOf({ description: route }: ApiRoute, resolver: Resolver): DescribeRouteOptions {
  const contentOf = (content: Content) =>
    mapValues(content, (schema) => ({ schema: resolver(schema, { options: jsonSchemaOptions }) }));
  const responseOf = ({ description, headers, content }: ResponseDescription) => ({
    description,
    ...(headers !== undefined && { headers: mapValues(headers, describedSchema) }),
    content: contentOf(content),
  });
  const { operationId, tag, summary, description, success } = route;
  const request = route.content ?? (route.body && json(route.body));
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(route.withoutKey !== undefined && { security: [{ basic: [] }, {}] }),
    ...(route.key === 'optional' && { security: [{ key: [] }, { basic: [] }, {}] }),
    ...(route.key === 'none' && { security: [] }),
    parameters: parametersOf(route),
    ...(request !== undefined && {
      requestBody: { required: true, content: contentOf(request) },
    }),
    responses: {
      [success.status]: responseOf(success),
      ...Object.fromEntries(
        errorStatuses(route).map((status) => [
          status,
          responseOf({
            description: errorDescriptions[status],
            content: json(errorSchema),
            ...(status === 429 && {
              headers: { 'Retry-After': z.int().min(1).describe('Seconds') },
            }),
          }),
        ]),
      ),
      ...mapValues(route.withoutKey ?? {}, responseOf),
    },
  };
}

function errorStatuses(route: ApiRoute['description']): ErrorStatus[] {
  const hasBody = (route.body ?? route.content) !== undefined;
  return [
    // 400 also for a query parameter that the route does not have.
    400,
    // 404 also for a request that names an organisation which is not the key's.
    ...(route.withoutKey === undefined ? ([401, 403, 404] as const) : []),
    ...(hasBody ? ([413, 415] as const) : []),
    ...(route.errors ?? []),
    429,
    431,
    503,
  ];
}

type Parameters = NonNullable<DescribeRouteOptions['parameters']>;

function parametersOf({ path = {}, query, headers = {} }: ApiRoute['description']): Parameters {
  const shape = Object.entries((query?.shape ?? {}) as Record<string, z.ZodType>);
  const negated = shape.filter(([name]) => name.startsWith('-'));
  return [
    ...Object.entries(path).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      ...describedSchema(schema),
    })),
    ...shape
      .filter(([name]) => !name.startsWith('-'))
      .map(([name, schema]) => {
        const isOptional = schema._zod.optin === 'optional';
        return {
          name,
          in: 'query',
          required: !isOptional,
          // An empty parameter is unset.
          ...(isOptional && { allowEmptyValue: true }),
          ...describedSchema(schema),
        };
      }),
    ...(negated.length === 0 ? [] : [negatedParameters(negated)]),
    ...Object.entries(headers).map(([name, schema]) => ({
      name,
      in: 'header',
      required: false,
      ...describedSchema(schema),
    })),
  ];
}

/**
 * Parameters such as `-action`, as the members of one object that are sent as parameters. Generators of clients name
 * things by letters alone: beside `action` they could not have a second parameter of that name. A member has one value,
 * because what a list in such an object looks like is not said in OpenAPI 3.0.
 */
function negatedParameters(parameters: readonly (readonly [string, z.ZodType])[]) {
  const members = parameters.map(([name, parameter]) => {
    const { description, schema } = describedSchema(parameter);
    return [name, { ...('items' in schema && (schema.items as object)), description }];
  });
  return {
    name: 'without',
    in: 'query',
    required: false,
    description: 'What to leave out: each member is a parameter of its own, such as -action=GET',
    style: 'form',
    explode: true,
    schema: {
      type: 'object',
      properties: Object.fromEntries(members),
      additionalProperties: false,
    },
  };
}

/** A schema whose description is beside it, as in parameters and headers. */
function describedSchema(schema: z.ZodType) {
  const { $schema: _version, description, ...rest } = z.toJSONSchema(schema, jsonSchemaOptions);
  // Zod's type has all versions of JSON Schema, the library's that of OpenAPI alone.
  return { ...(description !== undefined && { description }), schema: rest as object };
}

const jsonSchemaOptions = {
  io: 'input',
  target: 'openapi-3.0',
  unrepresentable: 'any',
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    // Generated clients would take 32 bits for either, and without bounds zod writes those of a double.
    if (jsonSchema.type === 'number') jsonSchema.format = 'double';
    if (jsonSchema.type !== 'integer') return;
    jsonSchema.format = 'int64';
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
} as const;

function mapValues<V, R>(
  members: Readonly<Record<string, V>>,
  map: (value: V) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}
