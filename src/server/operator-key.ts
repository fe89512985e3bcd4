import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Accounts, accountsCreatedBy } from '../access/accounts.ts';
import {
  type ApiKey,
  createApiKey,
  formatKey,
  hashSecret,
  isSecretOf,
  parseKey,
} from '../access/key.ts';
import { isValid } from '../access/records.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import { writeFileAtomically } from '../runtime/write-file-atomically.ts';

export interface CreatedOperatorKey {
  readonly key: string;
  /** Where it is, readable for the owner alone. */
  readonly file: string;
}

/** The setting of the accounts that has the id of the operator's key. */
export const operatorId = 'operator_key_id';

const currentOperatorKey = (accounts: Accounts) => accounts.key(accounts.setting(operatorId) ?? '');

/**
 * The operator's key that was given, if one was. Throws `invalid` unless it is the present one, or has an id that no key
 * ever had: a key that was replaced or revoked stays worthless.
 */
export function readOperatorKey(accounts: Accounts, given: string | undefined): ApiKey | undefined {
  if (given === undefined) return undefined;
  const key = parseKey(given);
  if (key === undefined) throw new AnnalsError('invalid', 'Cannot read the operator’s key');
  const known = accounts.key(key.id);
  const same = known !== undefined && known === currentOperatorKey(accounts);
  if (known === undefined || (same && isSecretOf(key.secret, known.secretHash))) return key;
  throw new AnnalsError(
    'invalid',
    `Cannot start: the operator’s key that was given has the id ${key.id}, which is or was that of another key; create a new one`,
  );
}

export interface OperatorKeyDependencies {
  /** The data directory. */
  readonly data: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Ensures that there is one operator's key: the given one, or one that is created at the first start and written into
 * `operator-key` in the data directory. A given key replaces the one before, and that file.
 */
export async function ensureOperatorKey(
  accounts: Accounts,
  given: ApiKey | undefined,
  { data, clock, random, log }: OperatorKeyDependencies,
): Promise<CreatedOperatorKey | undefined> {
  const known = currentOperatorKey(accounts);
  const file = join(data, 'operator-key');
  if (known !== undefined && (given === undefined || given.id === known.id)) {
    if (existsSync(file)) {
      log.warn(
        { file },
        'the operator’s key is in the data directory, and in every copy of it: move it',
      );
    }
    return undefined;
  }
  const key = given ?? createApiKey(random);
  // Before the key is valid: a start that ends in between must not leave a key that nobody has seen.
  if (given === undefined) await writeFileAtomically(file, `${formatKey(key)}\n`);
  // The key that was created here is worth nothing now. But somebody may have put the given one in its place.
  else if ((await readText(file))?.trim() !== formatKey(given)) await rm(file, { force: true });
  const name = "the operator's";
  const secretHash = hashSecret(key.secret);
  await accounts.addKey({ id: key.id, role: 'operator', name, secretHash, createdAt: clock() });
  await accounts.setSetting(operatorId, key.id);
  if (known !== undefined) {
    await accounts.revokeKey(known.id, clock());
    const created = accountsCreatedBy(accounts, known.id);
    const stillValid = created.filter((one) => isValid(one, clock())).map(({ id }) => id);
    log.warn(
      { replaced: known.id, current: key.id, stillValid },
      'the operator’s key was replaced; the keys, links and people that it created are still valid',
    );
  }
  return given === undefined ? { key: formatKey(key), file } : undefined;
}

function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
