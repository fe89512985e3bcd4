import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReadAccounts, readAccounts } from '../../access/sqlite/read-accounts.ts';
import { day, formatDay, type Micros } from '../../core/micros.ts';
import { openCheckpoint } from '../../integrity/checkpoint.ts';
import { formatVerifierKey, parsePrivateKey, verifierKey } from '../../integrity/keys.ts';
import { parseKnownKey } from '../../integrity/known-key.ts';
import { readNewest } from '../../ledger/checkpoints/sqlite/read-archive.ts';
import { accountsFile, archiveFile } from '../../server/databases.ts';
import { operatorId } from '../../server/operator-key.ts';
import { knownKeys, signingKeyFile } from '../../server/signing-key.ts';
import { counted } from '../quantities.ts';
import { exists, type Finding, findingsOf, reading, type Subject } from './finding.ts';

const { ok, warning, problem } = findingsOf('keys');

/** A key that expires within this time needs a successor. */
const soon = 30 * day;
/** An operator's key that is older has been on many screens. */
const oldOperatorKey = 400 * day;

/** The key that signs, the operator's, and the API keys that have expired or will soon. */
export async function* checkKeys(subject: Subject): AsyncIterable<Finding> {
  const file = join(subject.data, accountsFile);
  if (!exists(file)) {
    yield ok(
      'there are no keys yet: the first start creates the operator’s and the one that signs',
    );
    return;
  }
  const accounts = reading(file, readAccounts);
  yield* checkSigningKey(subject, accounts);
  yield* checkOperatorKey(subject, accounts);
  yield* apiKeyFindings(accounts, subject.context.clock());
}

async function* checkSigningKey(
  { data, settings: { name, signingKey } }: Subject,
  { settings }: ReadAccounts,
): AsyncIterable<Finding> {
  const known = settings.get(knownKeys)?.split('\n') ?? [];
  const file = signingKey ?? join(data, signingKeyFile);
  if (!exists(file)) {
    yield problem(
      `the signing key ${file} is missing`,
      signingKey === undefined
        ? 'Put it back from a backup; without it the next start creates another, which signs from then on'
        : 'Put it back, or correct --signing-key: the server does not start without it',
    );
    return;
  }
  const publicKey = createPublicKey(parsePrivateKey(await readFile(file, 'utf8')));
  const current = formatVerifierKey(verifierKey(name, publicKey));
  const [last] = known;
  if (last !== undefined && last !== current) {
    yield warning(
      `${file} is not the key that signed last: the next start replaces ${last} by ${current}`,
      'If that is not what you want, put the other file back, or correct --name',
    );
    return;
  }
  // Replaced keys have signed what came before them.
  const keys = [current, ...known].map(parseKnownKey);
  const archive = join(data, archiveFile);
  for (const { organisation, size, message } of exists(archive)
    ? reading(archive, readNewest)
    : []) {
    try {
      openCheckpoint(message, keys);
    } catch {
      yield problem(
        `the checkpoint of ${size} events of ${organisation} was signed by none of the keys of this server`,
        'Keep the directory as it is, and find out whether files come from different backups',
      );
      return;
    }
  }
  yield ok(`${file} signs as ${current}, and its checkpoints can be verified`);
}

async function* checkOperatorKey(
  { data, context: { clock } }: Subject,
  { keys, settings }: ReadAccounts,
): AsyncIterable<Finding> {
  const key = keys.find(({ id }) => id === settings.get(operatorId));
  if (key === undefined) return;
  const file = join(data, 'operator-key');
  const since = `the operator’s key is of ${formatDay(key.createdAt)}`;
  const isOld = clock() - key.createdAt > oldOperatorKey;
  if (exists(file)) {
    yield warning(
      `the operator’s key is in ${file}, and in every copy of its directory`,
      'Move it to a safe place',
    );
  }
  if (isOld) yield warning(since, 'Replace it: start the server with another one');
  else yield ok(since);
}

export function* apiKeyFindings({ keys }: ReadAccounts, now: Micros): Iterable<Finding> {
  const live = keys.filter(({ role, revokedAt }) => role !== 'operator' && revokedAt === undefined);
  const expiring = live.flatMap(({ id, name, expiresAt }) =>
    expiresAt === undefined || expiresAt > now + soon ? [] : [{ id, name, expiresAt }],
  );
  const expired = expiring.filter(({ expiresAt }) => expiresAt <= now);
  const next = expiring.filter(({ expiresAt }) => expiresAt > now);
  if (expired.length > 0) {
    yield warning(
      `${counted(expired.length, 'API key')} expired and not revoked: ${listed(expired)}`,
      'Give those who need them others, and revoke these: annals keys revoke',
    );
  }
  if (next.length > 0) {
    yield warning(
      `${counted(next.length, 'API key')} will expire within 30 days: ${listed(next)}`,
      'Create their successors: annals keys create',
    );
  }
  if (expiring.length === 0) {
    yield ok(`${counted(live.length, 'API key')} in use, and none will expire within 30 days`);
  }
}

function listed(
  keys: readonly { readonly id: string; readonly name: string; readonly expiresAt: Micros }[],
): string {
  const first = keys
    .toSorted((one, other) => one.expiresAt - other.expiresAt)
    .slice(0, 3)
    .map(({ id, name, expiresAt }) => `${id} (${name}, ${formatDay(expiresAt)})`);
  const more = keys.length - first.length;
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
