import { hash } from 'node:crypto';
import { AnnalsError } from '../core/errors.ts';
import type { Organisation } from '../core/organisation.ts';
import { canonicalJson, canonicalKeys } from './canonical.ts';

/**
 * The personal fields of an event enter the tree as a commitment, so that they can be erased later without breaking a
 * proof.
 *
 * What enters the tree is not the event but its *leaf text*: the event's canonical JSON without its personal fields, and
 * with one more top-level key, `personal`: SHA-256(salt ‖ canonical JSON of the personal fields) in lowercase hex. The
 * personal fields are an object that mirrors the event: `{"user":{"name":"Noor"}}`. The leaf text can be computed from
 * event and salt. An erased event is its leaf text: it can still be proved, but nobody can guess what its personal fields
 * were, because the salt is erased with them.
 *
 * The objects that had personal fields stay, empty if need be, so only the fields themselves are lost. An event without
 * personal fields is its own leaf text, and has no salt.
 *
 * Which paths are personal decides what a leaf means, so the list of a log never changes once it has an event.
 */
export interface EventTexts {
  /** The whole event. */
  readonly body: string;
  /** The text whose hash is the leaf. It is also the event after its erasure, and the event redacted in an export. */
  readonly leaf: string;
  /** Whether the event has personal fields, so that the salt must be kept to prove the body. */
  readonly personal: boolean;
}

export const saltBytes = 16;

/** The top-level key in place of the personal fields. */
export const commitmentKey = 'personal';

/** Dotted paths into an event. */
export const defaultPersonalPaths: readonly string[] = [
  'user.name',
  'user.email',
  'impersonator.name',
  'impersonator.email',
  'context.client_ip',
  'context.user_agent',
  'context.headers',
];

/** The paths of all personal fields in an organisation's events. An unknown organisation adds none of its own. */
export function personalPathsOf(
  organisation: Pick<Organisation, 'personalPaths'> | undefined,
): readonly string[] {
  return [...defaultPersonalPaths, ...(organisation?.personalPaths ?? [])];
}

/** Fields that every event needs: without them it can neither be found nor sequenced. */
const essential = [
  'eventID',
  'sequence',
  'createdAt',
  'recordedAt',
  'organizationIdentity',
  'action',
];

/** Paths as a tree of keys; `all` is where a path ends. */
export interface PersonalPaths extends ReadonlyMap<string, PersonalPaths | 'all'> {}

/**
 * Prepares a list of dotted paths. A path leads through objects only. The value at its end is personal, with all that is
 * in it; there may be none. Throws `invalid` for a path with an empty key, and for the path of a field that every event
 * needs.
 */
export function personalPaths(paths: readonly string[] = defaultPersonalPaths): PersonalPaths {
  const root: Branches = new Map();
  for (const path of paths) {
    const keys = path.split('.');
    if (keys.includes('') || essential.includes(path) || keys[0] === commitmentKey) {
      throw new AnnalsError(
        'invalid',
        `Cannot treat ${JSON.stringify(path)} as personal: it must be a path to a field that the log itself does not need`,
      );
    }
    addPath(root, keys);
  }
  return root;
}

type Branches = Map<string, Branches | 'all'>;

function addPath(branches: Branches, keys: readonly string[]): void {
  const [key = '', ...deeper] = keys;
  const known = branches.get(key);
  if (known === 'all') return;
  if (deeper.length === 0) {
    branches.set(key, 'all');
    return;
  }
  const next: Branches = known ?? new Map();
  branches.set(key, next);
  addPath(next, deeper);
}

/** Whether the personal fields of an event were erased or left out, so that it has only the commitment to them. */
export function isErased(event: object): boolean {
  return Object.hasOwn(event, commitmentKey);
}

/**
 * Writes body and leaf text in one pass. An erased event is its own leaf text. Throws `invalid` when there are personal
 * fields but no salt of 16 bytes, and what `canonicalJson` throws.
 */
export function eventTexts(
  event: object,
  salt: Uint8Array | undefined,
  paths: PersonalPaths,
): EventTexts {
  if (isErased(event)) {
    const text = canonicalJson(event);
    return { body: text, leaf: text, personal: false };
  }
  const { keys } = canonicalKeys(event);
  const gap = keys.filter((key) => key < commitmentKey).length;
  const before = split(event, paths, 0, gap);
  const after = split(event, paths, gap, keys.length);
  const body = closed(joined(before.whole, after.whole));
  const personal = joined(before.personal, after.personal);
  if (personal === '') return { body, leaf: body, personal: false };
  if (salt?.length !== saltBytes) {
    throw new AnnalsError(
      'invalid',
      `Cannot commit to the personal fields of an event: the salt has ${salt?.length ?? 0} bytes, not ${saltBytes}`,
    );
  }
  const member = `"${commitmentKey}":"${commitment(salt, closed(personal))}"`;
  const leaf = closed(joined(joined(before.rest, member), after.rest));
  return { body, leaf, personal: true };
}

export function commitment(salt: Uint8Array, personal: string): string {
  return hash('sha256', Buffer.concat([salt, Buffer.from(personal)]), 'hex');
}

/** Members of an object: all of them, those that stay, those that are personal. */
interface SplitMembers {
  readonly whole: string;
  readonly rest: string;
  readonly personal: string;
}

/** The members from index `from` to index `to` in canonical order. */
function split(object: object, paths: PersonalPaths, from: number, to: number): SplitMembers {
  const { keys, names } = canonicalKeys(object);
  let [whole, rest, personal] = ['', '', ''];
  /** Members that belong to both `whole` and `rest`, collected first: most are, and then one addition is enough. */
  let common = '';
  for (let at = from; at < to; at += 1) {
    const name = names[at]!;
    const value = (object as Record<string, unknown>)[keys[at]!];
    const path = paths.get(keys[at]!);
    if (path === undefined || (path !== 'all' && !isObject(value))) {
      common = joined(common, name + canonicalJson(value));
      continue;
    }
    whole = joined(whole, common);
    rest = joined(rest, common);
    common = '';
    if (path === 'all') {
      const member = name + canonicalJson(value);
      whole = joined(whole, member);
      personal = joined(personal, member);
    } else {
      const inner = split(value as object, path, 0, Object.keys(value as object).length);
      whole = joined(whole, name + closed(inner.whole));
      rest = joined(rest, name + closed(inner.rest));
      if (inner.personal !== '') personal = joined(personal, name + closed(inner.personal));
    }
  }
  return { whole: joined(whole, common), rest: joined(rest, common), personal };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function joined(members: string, more: string): string {
  if (members === '' || more === '') return members + more;
  return `${members},${more}`;
}

function closed(members: string): string {
  return `{${members}}`;
}
