import { AnnalsError, messageOf } from '../../core/errors.ts';
import { type Micros, second } from '../../core/micros.ts';
import { at, text } from '../../core/tree.ts';
import { readSmallText, refusalOf } from '../../export/asking/answers.ts';
import { place, type Question } from '../../export/asking/ask.ts';
import type { ClientParts } from '../../export/asking/client-parts.ts';
import type { ThalassaCredential, ThalassaSettings } from './settings.ts';

/** What to send as `Authorization`. */
export interface Credentials {
  header(signal: AbortSignal): Promise<string>;
  /** After a failed request: true when it was refused for a credential that can be had anew, and now will be. */
  renew(error: unknown): boolean;
}

/** A token is renewed when it has less than this to live (wire: Thalassa 2.2). */
const slack: Micros = 10 * second;
const maxTokenAnswerBytes = 64 * 1024;

/** wire: Thalassa 2. */
export function thalassaCredentials(parts: ClientParts, settings: ThalassaSettings): Credentials {
  const { credential } = settings;
  if (credential.kind === 'personal' || credential.kind === 'access-token') {
    const { token } = credential;
    // An access token given as a personal one, or the other way round, is told by its prefix.
    const scheme = token.startsWith('tc_pat_') ? 'Token' : 'Bearer';
    return { header: async () => `${scheme} ${token}`, renew: () => false };
  }
  let held: { readonly token: string; readonly until: Micros } | undefined;
  return {
    async header(signal) {
      if (held === undefined || parts.clock() >= held.until - slack) {
        held = await requestToken(parts, settings, credential, signal);
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

type Exchangeable = Exclude<ThalassaCredential, { readonly token: string }>;

/** Says who one is in each way the vendor's client tries, in its order, until one is taken (wire: Thalassa 2.2). */
async function requestToken(
  parts: ClientParts,
  { api, organisation }: ThalassaSettings,
  credential: Exchangeable,
  signal: AbortSignal,
): Promise<{ token: string; until: Micros }> {
  let refused: unknown;
  for (const { form, authorization } of tokenForms(credential, organisation)) {
    const question: Question = {
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
      return await askForToken(parts, question, signal);
    } catch (error) {
      const code = error instanceof AnnalsError ? error.code : undefined;
      if (code !== 'unauthenticated' && code !== 'invalid') throw error;
      refused = error;
    }
  }
  throw new AnnalsError('unauthenticated', `Cannot get an access token: ${messageOf(refused)}`, {
    cause: refused,
  });
}

interface TokenForm {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

function tokenForms(credential: Exchangeable, organisation: string | undefined): TokenForm[] {
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

async function askForToken(
  parts: ClientParts,
  question: Question,
  signal: AbortSignal,
): Promise<{ token: string; until: Micros }> {
  const answer = await parts.ask(question, signal);
  if (answer.status !== 200) throw await refusalOf(answer, question, parts.clock);
  const said = parseAnswer(await readSmallText(answer, maxTokenAnswerBytes), question);
  const problem = text(at(said, 'error'));
  if (problem !== undefined) {
    throw new AnnalsError('unauthenticated', text(at(said, 'error_description')) ?? problem);
  }
  const token = text(at(said, 'access_token'));
  if (token === undefined) throw notAToken(question);
  // A number, or a text holding one; without either it is good for as long as it works (wire: Thalassa 2.2).
  const seconds = Number(at(said, 'expires_in') ?? 0);
  const until = seconds > 0 ? parts.clock() + seconds * second : Number.POSITIVE_INFINITY;
  return { token, until };
}

function parseAnswer(body: string, question: Question): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw notAToken(question, cause);
  }
}

const notAToken = (question: Question, cause?: unknown): AnnalsError =>
  new AnnalsError('unavailable', `${place(question)} answered without a token`, { cause });
