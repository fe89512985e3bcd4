import type { Accounts } from '../access/accounts.ts';
import {
  type ApiKey,
  createApiKey,
  formatKey,
  hashSecret,
  isSecretOf,
  parseKey,
} from '../access/key.ts';
import { AnnalsError } from '../core/errors.ts';
import type { Clock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';

const operatorId = 'operator_key_id';

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

/**
 * Ensures that there is one operator's key: the given one, or one that is created at the first start, which is returned
 * so that it can be shown. A given key replaces the one before.
 */
export async function ensureOperatorKey(
  accounts: Accounts,
  given: ApiKey | undefined,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<string | undefined> {
  const known = currentOperatorKey(accounts);
  if (known !== undefined && (given === undefined || given.id === known.id)) return undefined;
  const key = given ?? createApiKey(random);
  const name = "the operator's";
  const secretHash = hashSecret(key.secret);
  await accounts.addKey({ id: key.id, role: 'operator', name, secretHash, createdAt: clock() });
  await accounts.setSetting(operatorId, key.id);
  if (known !== undefined) await accounts.revokeKey(known.id, clock());
  return given === undefined ? formatKey(key) : undefined;
}
