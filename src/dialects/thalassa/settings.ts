import { AnnalsError } from '../../core/errors.ts';
import { memberOf, memberOfNamed, nonEmptyText } from '../config-members.ts';

/** A credential, in the order in which `tcloud` chooses (wire: Thalassa 8). */
export type ThalassaCredential =
  | { readonly kind: 'access-token'; readonly token: string }
  | { readonly kind: 'client'; readonly id: string; readonly secret: string }
  | { readonly kind: 'exchange'; readonly subjectToken: string; readonly serviceAccount: string }
  | { readonly kind: 'personal'; readonly token: string };

export interface ThalassaSettings {
  /** Base URL, without a slash at the end. */
  readonly api: string;
  readonly organisation: string | undefined;
  readonly credential: ThalassaCredential;
}

export interface ThalassaFlags {
  readonly api?: string;
  readonly organisation?: string;
  readonly token?: string;
  readonly accessToken?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const thalassaApi = 'https://api.thalassa.cloud';

/** Where `tcloud` keeps its contexts. */
export function thalassaConfigFile(env: Env, home: string): string {
  return env.THALASSA_CONFIG || env.THALASSACONFIG || `${home}/.tcloud`;
}

/**
 * Flags, then the environment (also the names the Terraform provider and the printed recipes use), then the current
 * context of `tcloud`'s own file, given as it was read or undefined where there is none.
 */
export function thalassaSettings(
  flags: ThalassaFlags,
  env: Env,
  config: unknown,
): ThalassaSettings {
  const context = memberOfNamed(
    memberOf(config, 'contexts'),
    nonEmptyText(memberOf(config, 'current-context')),
    'context',
  );
  const server = memberOfNamed(
    memberOf(config, 'servers'),
    nonEmptyText(memberOf(context, 'api')),
    'api',
  );
  const user = memberOfNamed(
    memberOf(config, 'users'),
    nonEmptyText(memberOf(context, 'user')),
    'user',
  );
  const api =
    flags.api ??
    (env.THALASSA_API_ENDPOINT || nonEmptyText(memberOf(server, 'server')) || thalassaApi);
  const organisation =
    flags.organisation ??
    (env.THALASSA_ORGANISATION_ID ||
      env.THALASSA_ORGANISATION ||
      nonEmptyText(memberOf(context, 'organisation')) ||
      undefined);
  const credential =
    credentialOf({
      accessToken: flags.accessToken,
      id: flags.clientId,
      secret: flags.clientSecret ?? (flags.clientId && env.THALASSA_CLIENT_SECRET),
      personal: flags.token,
    }) ??
    credentialOf({
      accessToken: env.THALASSA_ACCESS_TOKEN,
      id: env.THALASSA_CLIENT_ID,
      secret: env.THALASSA_CLIENT_SECRET,
      subjectToken: env.THALASSA_SUBJECT_ID_TOKEN ?? env.THALASSA_ID_TOKEN,
      serviceAccount: env.THALASSA_SERVICE_ACCOUNT_ID,
      personal: env.THALASSA_PERSONAL_ACCESS_TOKEN || env.THALASSA_API_TOKEN || env.THALASSA_TOKEN,
    }) ??
    credentialOf({
      accessToken: nonEmptyText(memberOf(user, 'accessToken')),
      id: nonEmptyText(memberOf(user, 'clientID')),
      secret: nonEmptyText(memberOf(user, 'clientSecret')),
      personal: nonEmptyText(memberOf(user, 'token')),
    });
  if (credential === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot read Thalassa: there is no credential. Give --token-file, set THALASSA_PERSONAL_ACCESS_TOKEN (or THALASSA_CLIENT_ID and THALASSA_CLIENT_SECRET), or log in with tcloud',
    );
  }
  return { api: api.replace(/\/+$/, ''), organisation, credential };
}

interface CredentialValues {
  readonly accessToken?: string | undefined;
  readonly id?: string | undefined;
  readonly secret?: string | undefined;
  readonly subjectToken?: string | undefined;
  readonly serviceAccount?: string | undefined;
  readonly personal?: string | undefined;
}

function credentialOf(values: CredentialValues): ThalassaCredential | undefined {
  const { accessToken, id, secret, subjectToken, serviceAccount, personal } = values;
  if (accessToken) return { kind: 'access-token', token: accessToken };
  if (id && secret) return { kind: 'client', id, secret };
  if (subjectToken && serviceAccount) return { kind: 'exchange', subjectToken, serviceAccount };
  return personal ? { kind: 'personal', token: personal } : undefined;
}
