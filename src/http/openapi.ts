import { z } from 'zod';
import { draftSchema, eventSchema } from '../core/event.ts';
import { exportParameters, followParameters, listParameters } from '../dialects/native/query.ts';
import { receiptSchema } from './ingest.ts';
import { keySchema, madeKeySchema, newKeySchema } from './keys.ts';
import { newOrganisationSchema, organisationSchema } from './organisations.ts';

const errorSchema = z
  .object({
    message: z.string(),
    errors: z
      .array(
        z.object({
          index: z.number().int().exactOptional(),
          field: z.string(),
          message: z.string(),
        }),
      )
      .describe('What is wrong with each event or field, at most 20')
      .exactOptional(),
  })
  .meta({ id: 'Error' });

const listSchema = z
  .object({
    items: z.array(eventSchema),
    totalItems: z.number().int(),
    page: z.number().int(),
    itemsPerPage: z.number().int(),
    totalPages: z.number().int(),
    totalCount: z.number().int(),
    nextSequence: z.number().int().describe('Only with fromSequence').exactOptional(),
    snapshot: z.number().int().describe('Only in a walk by cursor').exactOptional(),
    nextCursor: z
      .string()
      .describe('Only in a walk by cursor; absent on the last page')
      .exactOptional(),
  })
  .meta({ id: 'EventList' });

const filterOptionsSchema = z
  .object({
    actions: z.array(z.string()),
    resourceTypes: z.array(z.string()),
    userIdentities: z.array(z.string()),
    serviceAccounts: z.array(z.string()),
    impersonatorIdentities: z.array(z.string()),
    truncated: z.array(z.string()).describe('Lists that hold only the most frequent values'),
  })
  .meta({ id: 'FilterOptions' });

const itemsOf = (schema: z.ZodType) => z.object({ items: z.array(schema) });

type JsonSchema = Record<string, unknown>;

const schemaOf = (schema: z.ZodType): JsonSchema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'openapi-3.0',
    unrepresentable: 'any',
  }) as JsonSchema;
  return rest;
};

const content = (schema: z.ZodType, mediaType = 'application/json') => ({
  [mediaType]: { schema: schemaOf(schema) },
});

const failures = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: descriptions[status] ?? 'Refused', content: content(errorSchema) },
    ]),
  );

const descriptions: Record<number, string> = {
  400: 'Something in the request is wrong; `errors` says what',
  401: 'The credential is missing, unknown, revoked or expired',
  403: 'The role of the key does not allow this',
  404: 'Nothing of that name that this key may see',
  409: 'What is there already contradicts the request',
  413: 'More than a stated limit',
  415: 'A content type or encoding that is not read',
  429: 'Come back after Retry-After seconds',
};

const queryOf = (schema: z.ZodObject) =>
  Object.entries(schema.shape).map(([name, parameter]) => {
    const { description, ...rest } = schemaOf(parameter as z.ZodType);
    return {
      name,
      in: 'query',
      required: false,
      ...(description ? { description } : {}),
      schema: rest,
    };
  });

const pathParameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

/** The OpenAPI description of the native routes, made from the schemas that check them. */
export function openApiDocument(version: string): JsonSchema {
  return {
    openapi: '3.0.3',
    info: {
      title: 'Annals',
      version,
      description:
        'An audit trail that can be proved. The dialects of other vendors follow their own descriptions.',
    },
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'annals_<id>_<secret>' },
        basic: { type: 'http', scheme: 'basic', description: 'Key id and secret' },
      },
    },
    security: [{ key: [] }, { basic: [] }],
    paths: {
      '/v1/audit/events': {
        post: {
          summary: 'Record events: all or none',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: schemaOf(
                  z.union([draftSchema, z.object({ events: z.array(draftSchema) })]),
                ),
              },
              'application/x-ndjson': { schema: { type: 'string', description: 'A draft a line' } },
            },
          },
          responses: {
            201: { description: 'Durable and readable', content: content(receiptSchema) },
            ...failures(400, 401, 403, 409, 413, 415, 429),
          },
        },
      },
      '/v1/audit': {
        get: {
          summary: 'List events, newest first',
          parameters: queryOf(listParameters.extend(followParameters.shape)),
          responses: {
            200: { description: 'A page', content: content(listSchema) },
            ...failures(400, 401, 403, 404),
          },
        },
      },
      '/v1/audit/{eventID}': {
        get: {
          summary: 'One event',
          parameters: [pathParameter('eventID', 'The event’s id')],
          responses: {
            200: { description: 'The event', content: content(eventSchema) },
            ...failures(401, 403, 404),
          },
        },
      },
      '/v1/audit/filter-options': {
        get: {
          summary: 'Values the trail can be filtered by',
          responses: {
            200: { description: 'The values', content: content(filterOptionsSchema) },
            ...failures(401, 403),
          },
        },
      },
      '/v1/audit/export': {
        get: {
          summary: 'All matching events as one stream, oldest first',
          description:
            'The body ends cleanly only when everything was sent; otherwise the connection breaks.',
          parameters: queryOf(exportParameters),
          responses: {
            200: {
              description: 'The events',
              content: {
                ...content(z.array(eventSchema)),
                'application/x-ndjson': { schema: { type: 'string' } },
                'text/csv': { schema: { type: 'string' } },
              },
            },
            ...failures(400, 401, 403),
          },
        },
      },
      '/v1/organisations': {
        get: {
          summary: 'Organisations this key may see',
          responses: {
            200: {
              description: 'The organisations',
              content: content(itemsOf(organisationSchema)),
            },
            ...failures(401, 403),
          },
        },
        post: {
          summary: 'Make an organisation (operator)',
          requestBody: { required: true, content: content(newOrganisationSchema) },
          responses: {
            201: { description: 'Made', content: content(organisationSchema) },
            ...failures(400, 401, 403, 409),
          },
        },
      },
      '/v1/keys': {
        get: {
          summary: 'Keys of an organisation, without their secrets',
          parameters: [
            { name: 'organisation', in: 'query', required: false, schema: { type: 'string' } },
          ],
          responses: {
            200: { description: 'The keys', content: content(itemsOf(keySchema)) },
            ...failures(400, 401, 403, 404),
          },
        },
        post: {
          summary: 'Make a key; the only time it is shown',
          requestBody: { required: true, content: content(newKeySchema) },
          responses: {
            201: { description: 'Made', content: content(madeKeySchema) },
            ...failures(400, 401, 403, 404),
          },
        },
      },
      '/v1/keys/{id}': {
        delete: {
          summary: 'Revoke a key, from the next request on',
          parameters: [pathParameter('id', 'The key’s id')],
          responses: {
            200: { description: 'Revoked', content: content(keySchema) },
            ...failures(401, 403, 404),
          },
        },
      },
    },
  };
}
