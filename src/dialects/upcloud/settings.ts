import { AnnalsError } from '../../core/errors.ts';
import { memberOf, nonEmptyText } from '../config-members.ts';

export interface UpcloudSettings {
  /** Base URL without the version, and without a slash at the end. */
  readonly api: string;
  /** The value of the header. */
  readonly authorization: string;
  readonly verifyCertificates: boolean;
  /** Something that the user should know about the choice. */
  readonly warning?: string;
}

export interface UpcloudFlags {
  readonly api?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const upcloudApi = 'https://api.upcloud.com';

/** Where `upctl` keeps its settings. */
export function upcloudConfigFile(env: Env, home: string): string {
  return `${env.XDG_CONFIG_HOME || `${home}/.config`}/upctl.yaml`;
}

/** Flags, then the environment, then `upctl`'s file as it was read (wire: UpCloud 8). A token wins over a password. */
export function upcloudSettings(flags: UpcloudFlags, env: Env, config: unknown): UpcloudSettings {
  const chosen = [
    {
      token: flags.token,
      username: flags.username,
      password: flags.password ?? passwordFor(flags, env),
    },
    { token: env.UPCLOUD_TOKEN, username: env.UPCLOUD_USERNAME, password: env.UPCLOUD_PASSWORD },
    {
      token: nonEmptyText(memberOf(config, 'token')),
      username: nonEmptyText(memberOf(config, 'username')),
      password: nonEmptyText(memberOf(config, 'password')),
    },
  ].find(({ token, username, password }) => token || (username && password));
  if (chosen === undefined) {
    throw new AnnalsError(
      'invalid',
      'Cannot read UpCloud: there is no credential. Give --token-file, set UPCLOUD_TOKEN (or UPCLOUD_USERNAME and UPCLOUD_PASSWORD), or configure upctl',
    );
  }
  const { token, username = '', password = '' } = chosen;
  const base = env.UPCLOUD_DEBUG_API_BASE_URL ?? '';
  return {
    // The vendor's clients ignore an address without scheme and host.
    api: (flags.api ?? (URL.canParse(base) ? base : upcloudApi)).replace(/\/+$/, ''),
    authorization: token
      ? `Bearer ${token}`
      : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    verifyCertificates: env.UPCLOUD_DEBUG_SKIP_CERTIFICATE_VERIFY !== '1',
    ...(token &&
      username &&
      password && { warning: 'There are a token and a password for UpCloud: the token is used' }),
  };
}

/** A name on the command line may be used with the password of the environment, which a list of processes hides. */
function passwordFor({ username }: UpcloudFlags, env: Env): string | undefined {
  return username === undefined ? undefined : env.UPCLOUD_PASSWORD;
}
