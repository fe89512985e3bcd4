import { z } from 'zod';
import { draftSchema, eventSchema } from '../core/event.ts';
import { keptFromHeader } from '../dialects/dropped-events.ts';
import { erasureSchema, newErasureSchema } from './admin/erasures.ts';
import { createdKeySchema, keySchema, newKeySchema } from './admin/keys.ts';
import { newOrganisationSchema, organisationSchema } from './admin/organisations.ts';
import { withNamedSchemas } from './named-schemas.ts';
import { exportParameters, followParameters, listParameters } from './parameters.ts';
import { checkpointParameters, verifierKeysSchema } from './proofs/checkpoints.ts';
import {
  consistencyParameters,
  consistencySchema,
  inclusionParameters,
  inclusionSchema,
  multiproofRequestSchema,
  multiproofSchema,
} from './proofs/proofs.ts';
import { receiptSchema } from './record/record.ts';
import { tokenErrorSchema, tokenRequestSchema, tokenSchema } from './token.ts';

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
    keptFrom: z
      .number()
      .int()
      .describe(
        'Only with fromSequence: the first sequence there is, when earlier ones were asked for and are dropped',
      )
      .exactOptional(),
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
  410: 'It was there, and is not kept any more',
  413: 'More than a stated limit',
  415: 'A content type or encoding that is not read',
  429: 'Come back after Retry-After seconds',
};

const queryOf = (schema: z.ZodObject, required: readonly string[] = []) =>
  Object.entries(schema.shape).map(([name, parameter]) => {
    const { description, ...rest } = schemaOf(parameter as z.ZodType);
    return {
      name,
      in: 'query',
      required: required.includes(name),
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

/** Of lists and exports. */
const listHeaders = {
  'Annals-Snapshot': {
    description: 'Size of the log that was looked at; asking with it again finds the same events',
    schema: { type: 'integer' },
  },
  [keptFromHeader]: {
    description:
      'Only when events were dropped that might have been among these, because their retention is over: the first sequence that the log has',
    schema: { type: 'integer' },
  },
};
const nextPage = {
  description: 'The next page, as rel="next"; absent on the last page',
  schema: { type: 'string' },
};
const acceptEncoding = {
  name: 'Accept-Encoding',
  in: 'header',
  required: false,
  description:
    'Names zstd, and not identity before it, for a body packed as zstd: several frames, one after the other (RFC 8878)',
  schema: { type: 'string', example: 'zstd' },
};
const exportHeaders = {
  'Content-Encoding': {
    description: 'zstd when it was asked for and the body is packed; absent otherwise',
    schema: { type: 'string', enum: ['zstd'] },
  },
  Trailer: {
    description:
      'What comes behind a whole body, except by HTTP/1.0: Annals-Export-Complete, which is true, and Annals-Export-Count, the number of events',
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'A name for whoever saves the body as a file',
    schema: { type: 'string' },
  },
};
const plainText = { 'text/plain': { schema: { type: 'string' } } };
const tileBytes = {
  description: 'The tile, byte by byte as in C2SP tlog-tiles',
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
};
const tileIndex = pathParameter('N', 'Index of the tile, such as 067 or x001/x234/067');

/** What makes a trail provable. */
const proofPaths = {
  '/v1/audit/checkpoint': {
    get: {
      summary: 'The newest checkpoint, signed on request, or the one issued at a size',
      parameters: queryOf(checkpointParameters),
      responses: {
        200: { description: 'A signed note (C2SP tlog-checkpoint)', content: plainText },
        ...failures(400, 401, 403, 404),
      },
    },
  },
  '/v1/audit/checkpoint/cosignatures': {
    post: {
      summary: 'Keep what witnesses say of a checkpoint',
      requestBody: {
        required: true,
        description: 'The checkpoint with the witnesses’ lines below it',
        content: plainText,
      },
      responses: {
        200: { description: 'The checkpoint with all that is kept', content: plainText },
        ...failures(400, 401, 403, 404, 409, 413),
      },
    },
  },
  '/v1/audit/keys': {
    get: {
      summary: 'The keys by which checkpoints are verified',
      responses: {
        200: { description: 'Verifier keys', content: content(verifierKeysSchema) },
        ...failures(401, 403),
      },
    },
  },
  '/v1/audit/proof/inclusion': {
    get: {
      summary: 'Proof that an event is in the log',
      parameters: queryOf(inclusionParameters),
      responses: {
        200: { description: 'The proof', content: content(inclusionSchema) },
        ...failures(400, 401, 403, 404),
      },
    },
  },
  '/v1/audit/proof/consistency': {
    get: {
      summary: 'Proof that the log only grew',
      parameters: queryOf(consistencyParameters, ['from']),
      responses: {
        200: { description: 'The proof', content: content(consistencySchema) },
        ...failures(400, 401, 403),
      },
    },
  },
  '/v1/audit/proof/multiproof': {
    post: {
      summary: 'One proof for many events',
      requestBody: { required: true, content: content(multiproofRequestSchema) },
      responses: {
        200: { description: 'The proof', content: content(multiproofSchema) },
        ...failures(400, 401, 403, 413),
      },
    },
  },
  '/v1/audit/tile/{L}/{N}': {
    get: {
      summary: 'A tile of the log’s tree; ends with .p/<width> when it is partial',
      parameters: [pathParameter('L', 'Level, 0 to 63'), tileIndex],
      responses: { 200: tileBytes, ...failures(401, 403, 404) },
    },
  },
  '/v1/audit/tile/entries/{N}': {
    get: {
      summary: 'A bundle of the log’s entries; ends with .p/<width> when it is partial',
      parameters: [tileIndex],
      responses: { 200: tileBytes, ...failures(401, 403, 404, 410) },
    },
  },
};

/** The OpenAPI description of the native routes, made from the schemas that check them. */
export function openApiDocument(version: string): JsonSchema {
  return withNamedSchemas({
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
            200: {
              description: 'A page',
              headers: { ...listHeaders, Link: nextPage },
              content: content(listSchema),
            },
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
            'The body ends cleanly only when everything was sent; otherwise the connection breaks. It does for a client that takes nothing for ten minutes.',
          parameters: [...queryOf(exportParameters), acceptEncoding],
          responses: {
            200: {
              description: 'The events',
              headers: { ...listHeaders, ...exportHeaders },
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
      '/v1/audit/erasures': {
        post: {
          summary: 'Erase what is personal in the events of a user; what remains is still proved',
          requestBody: { required: true, content: content(newErasureSchema) },
          responses: {
            200: { description: 'Erased', content: content(erasureSchema) },
            ...failures(400, 401, 403),
          },
        },
      },
      ...proofPaths,
      '/oidc/token': {
        post: {
          summary: 'An access token for an hour (RFC 6749, client credentials)',
          description: 'The client is a key: its id and its secret, by Basic or in the form.',
          security: [{ basic: [] }, {}],
          requestBody: {
            required: true,
            content: {
              'application/x-www-form-urlencoded': { schema: schemaOf(tokenRequestSchema) },
            },
          },
          responses: {
            200: { description: 'The token', content: content(tokenSchema) },
            400: { description: 'The request is wrong', content: content(tokenErrorSchema) },
            401: { description: 'The client is unknown', content: content(tokenErrorSchema) },
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
            201: { description: 'Made', content: content(createdKeySchema) },
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
  });
}
