import type { ApiKey } from '../../api/admin-queries.ts';

export type KeyState = 'valid' | 'expired' | 'revoked';

export function keyState({ expiresAt, revokedAt }: ApiKey, now: number): KeyState {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}

/** The valid keys that a key created, and that these created. */
export function createdBy(key: ApiKey, keys: readonly ApiKey[], now: number): readonly ApiKey[] {
  const byCreator = Map.groupBy(keys, (one) => one.createdBy);
  const created: ApiKey[] = [];
  for (const ids = [key.id]; ids.length > 0; ) {
    for (const one of byCreator.get(ids.shift()) ?? []) {
      ids.push(one.id);
      if (keyState(one, now) === 'valid') created.push(one);
    }
  }
  return created;
}
