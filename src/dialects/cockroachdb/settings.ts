import { AnnalsError } from '../../core/errors.ts';

export interface CockroachdbSettings {
  /** Base URL, without a slash at the end. */
  readonly api: string;
  readonly token: string;
  /** Needed beside a JWT (wire: CockroachDB 2.1). */
  readonly vanityName: string | undefined;
  readonly username: string | undefined;
}

export interface CockroachdbFlags {
  readonly api?: string;
  readonly token?: string;
  readonly organisation?: string;
}

const cockroachdbApi = 'https://cockroachlabs.cloud';

/** Flags, then the environment; a key wins over a JWT (wire: CockroachDB 8). */
export function cockroachdbSettings(
  flags: CockroachdbFlags,
  env: Readonly<Record<string, string | undefined>>,
): CockroachdbSettings {
  const token =
    flags.token ?? (env.COCKROACH_API_KEY || env.COCKROACH_API_JWT || env.CC_API_KEY || undefined);
  if (token === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot read CockroachDB Cloud: there is no credential. Give --token-file, or set COCKROACH_API_KEY (or COCKROACH_API_JWT)',
    );
  }
  return {
    api: (flags.api ?? (env.COCKROACH_SERVER || cockroachdbApi)).replace(/\/+$/, ''),
    token,
    vanityName: flags.organisation ?? (env.COCKROACH_VANITY_NAME || undefined),
    username: env.COCKROACH_USERNAME || undefined,
  };
}
