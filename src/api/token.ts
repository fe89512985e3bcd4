import { z } from 'zod';
import { type AccessTokens, maxTokenLifetime } from '../access/access-token.ts';
import { keyFromFields } from '../access/credential.ts';
import type { Gate, Principal } from '../access/gate.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, second } from '../core/micros.ts';
import { readBody } from '../http/body.ts';
import { mediaTypeOf } from '../http/media-type.ts';
import { decodeBase64 } from '../integrity/base64.ts';
import { type ApiRoute, json, route } from './route.ts';

export interface TokenRouteDependencies {
  readonly gate: Gate;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
}

const maxBytes = 16 * 1024;

/** Error codes of OAuth 2.0 (RFC 6749, 5.2) and their statuses. */
const statuses = {
  invalid_request: 400,
  invalid_client: 401,
  unsupported_grant_type: 400,
} as const;

type TokenError = keyof typeof statuses;

const tokenRequestSchema = z
  .object({
    grant_type: z.literal('client_credentials'),
    client_id: z.string().describe('Id of a key; not with Basic').exactOptional(),
    client_secret: z.string().describe('Its secret, or the whole key').exactOptional(),
    scope: z.string().describe('Is ignored').exactOptional(),
  })
  .meta({ id: 'TokenRequest' });

const tokenSchema = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(1).describe('Seconds'),
  })
  .meta({ id: 'AccessToken' });

const tokenErrorSchema = z
  .strictObject({
    error: z.enum(Object.keys(statuses) as [TokenError, ...TokenError[]]),
    error_description: z.string(),
  })
  .meta({ id: 'TokenError' });

/**
 * The client-credentials grant (wire: Thalassa 2.2). The client id is a key's id; the client secret is its secret, or
 * the whole key. They come by Basic, each form-url-encoded, or in the form. The token stands for the key for an hour,
 * and is worthless when the key is.
 */
export const tokenRoute = (dependencies: TokenRouteDependencies): ApiRoute => ({
  ...route(
    'POST',
    '/oidc/token',
    {
      operationId: 'createToken',
      tag: 'tokens',
      summary: 'Create an access token for an hour (RFC 6749, client credentials)',
      description: 'The client is a key: its id and its secret, by Basic or in the form.',
      content: { 'application/x-www-form-urlencoded': tokenRequestSchema },
      success: { status: 200, description: 'The token', content: json(tokenSchema) },
      withoutKey: {
        400: { description: 'The request is wrong', content: json(tokenErrorSchema) },
        401: { description: 'The client is unknown', content: json(tokenErrorSchema) },
      },
    },
    (c) => createToken(c.req.raw, dependencies),
  ),
  rejectMethod: (_method, allowed) => {
    const { body } = tokenErrorResponse('invalid_request', 'A token is requested by POST');
    return new Response(body, { status: 405, headers: { ...jsonHeaders, Allow: allowed } });
  },
});

async function createToken(
  request: Request,
  { gate, tokens, clock }: TokenRouteDependencies,
): Promise<Response> {
  if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
    return tokenErrorResponse(
      'invalid_request',
      'The body must be application/x-www-form-urlencoded',
    );
  }
  const form = await readForm(request);
  if (form === undefined) return tokenErrorResponse('invalid_request', 'A parameter occurs twice');
  const grant = form.get('grant_type');
  if (grant === null) return tokenErrorResponse('invalid_request', 'grant_type is missing');
  if (grant !== 'client_credentials') {
    return tokenErrorResponse(
      'unsupported_grant_type',
      `${grant.slice(0, 100)} is not offered here: use client_credentials with a key`,
    );
  }
  const key = clientKey(request.headers.get('authorization'), form);
  if (key === undefined) return unknownClient();
  let principal: Principal;
  try {
    principal = gate.authenticateKey(key, request);
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'unauthenticated') throw error;
    return unknownClient();
  }
  const now = clock();
  const expiresAt = Math.min(now + maxTokenLifetime, principal.account.expiresAt ?? Infinity);
  const token = tokens.issue({ keyId: key.id, issuedAt: now, expiresAt });
  // Never 0: clients take that for a token without an end (wire: Thalassa 2.2).
  const expiresIn = Math.max(1, Math.floor((expiresAt - now) / second));
  return Response.json(
    { access_token: token, token_type: 'Bearer', expires_in: expiresIn },
    { headers: noStore },
  );
}

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
const jsonHeaders = { 'Content-Type': 'application/json', ...noStore };

/** Undefined when a parameter occurs twice, which RFC 6749 forbids. */
async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const form = new URLSearchParams(Buffer.from(await readBody(request, maxBytes)).toString());
  return new Set(form.keys()).size === form.size ? form : undefined;
}

/** The client's id and secret from Basic, else from the form. */
function clientKey(authorization: string | null, form: URLSearchParams) {
  const basic = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined)
    return keyFromFields(form.get('client_id') ?? '', form.get('client_secret') ?? '');
  const [id = '', ...secret] = (decodeBase64(basic)?.toString() ?? '').split(':');
  return keyFromFields(decodeFormValue(id), decodeFormValue(secret.join(':')));
}

function decodeFormValue(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}

function unknownClient(): Response {
  return tokenErrorResponse('invalid_client', 'The client is unknown or its secret wrong');
}

function tokenErrorResponse(error: TokenError, description: string): Response {
  return Response.json(
    { error, error_description: description },
    {
      status: statuses[error],
      headers: { ...noStore, ...(error === 'invalid_client' && { 'WWW-Authenticate': 'Basic' }) },
    },
  );
}
