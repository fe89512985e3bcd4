import { addressOf, type ClientRequest, readText } from '../../client/request.ts';
import { type ClientDependencies, sendRequest } from '../../client/send-request.ts';
import { AnnalsError, messageOf } from '../../core/errors.ts';
import { type Micros, second } from '../../core/micros.ts';
import { memberOf, nonEmptyText } from '../config-members.ts';
import type { ThalassaCredential, ThalassaSettings } from './settings.ts';

/** Gives the value of `Authorization`. */
export interface Credentials {
  header(signal: AbortSignal): Promise<string>;
  /** Call it after a failed request. True if the credential was rejected and can be renewed; the next header is new. */
  renew(error: unknown): boolean;
}

/** A token is renewed when it has less than this to live (wire: Thalassa 2.2). */
const renewalMargin: Micros = 10 * second;
const maxTokenResponseBytes = 64 * 1024;

/** wire: Thalassa 2. */
export function thalassaCredentials(
  dependencies: ClientDependencies,
  settings: ThalassaSettings,
): Credentials {
  const { credential } = settings;
  if (credential.kind === 'personal' || credential.kind === 'access-token') {
    const { token } = credential;
    // The prefix shows an access token that was given as a personal one, or the other way round.
    const scheme = token.startsWith('tc_pat_') ? 'Token' : 'Bearer';
    return { header: async () => `${scheme} ${token}`, renew: () => false };
  }
  let held: { readonly token: string; readonly until: Micros } | undefined;
  return {
    async header(signal) {
      if (held === undefined || dependencies.clock() >= held.until - renewalMargin) {
        held = await requestToken(dependencies, settings, credential, signal);
      }
      return `Bearer ${held.token}`;
    },
    renew(error) {
      if (!(error instanceof AnnalsError) || error.code !== 'unauthenticated') return false;
      const could = held !== undefined;
      held = undefined;
      return could;
    },
  };
}

type ExchangeableCredential = Exclude<ThalassaCredential, { readonly token: string }>;

/** Tries the forms of a token request in the order of the vendor's client, until one is accepted (wire: Thalassa 2.2). */
async function requestToken(
  dependencies: ClientDependencies,
  { api, organisation }: ThalassaSettings,
  credential: ExchangeableCredential,
  signal: AbortSignal,
): Promise<{ token: string; until: Micros }> {
  let rejection: unknown;
  for (const { form, authorization } of tokenForms(credential, organisation)) {
    const request: ClientRequest = {
      url: new URL(`${api}/oidc/token`),
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization !== undefined && { authorization }),
      },
      body: new URLSearchParams(form).toString(),
    };
    try {
      return await sendTokenRequest(dependencies, request, signal);
    } catch (error) {
      const code = error instanceof AnnalsError ? error.code : undefined;
      if (code !== 'unauthenticated' && code !== 'invalid') throw error;
      rejection = error;
    }
  }
  throw new AnnalsError('unauthenticated', `Cannot get an access token: ${messageOf(rejection)}`, {
    cause: rejection,
  });
}

interface TokenForm {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

function tokenForms(
  credential: ExchangeableCredential,
  organisation: string | undefined,
): TokenForm[] {
  if (credential.kind === 'exchange') {
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: credential.subjectToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      organisation_id: organisation ?? '',
      service_account_id: credential.serviceAccount,
    };
    return [{ form }];
  }
  const { id, secret } = credential;
  const pair = `${formEncoded(id)}:${formEncoded(secret)}`;
  const grant = { grant_type: 'client_credentials' };
  return [
    { form: grant, authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    { form: { ...grant, client_id: id, client_secret: secret } },
  ];
}

const formEncoded = (value: string): string =>
  new URLSearchParams({ v: value }).toString().slice(2);

async function sendTokenRequest(
  dependencies: ClientDependencies,
  request: ClientRequest,
  signal: AbortSignal,
): Promise<{ token: string; until: Micros }> {
  const response = await sendRequest(dependencies, request, signal);
  const body = parseTokenResponse(await readText(response, maxTokenResponseBytes), request);
  const problem = nonEmptyText(memberOf(body, 'error'));
  if (problem !== undefined) {
    throw new AnnalsError(
      'unauthenticated',
      nonEmptyText(memberOf(body, 'error_description')) ?? problem,
    );
  }
  const token = nonEmptyText(memberOf(body, 'access_token'));
  if (token === undefined) throw noTokenError(request);
  // A number, or a number as a text. Without it the token is used as long as it works (wire: Thalassa 2.2).
  const seconds = Number(memberOf(body, 'expires_in') ?? 0);
  const until = seconds > 0 ? dependencies.clock() + seconds * second : Number.POSITIVE_INFINITY;
  return { token, until };
}

function parseTokenResponse(body: string, request: ClientRequest): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw noTokenError(request, cause);
  }
}

const noTokenError = (request: ClientRequest, cause?: unknown): AnnalsError =>
  new AnnalsError('unavailable', `The response of ${addressOf(request)} has no token`, {
    cause,
  });
