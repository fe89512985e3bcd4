import { isDeepStrictEqual } from 'node:util';
import { type AuditEvent, type Draft, draftSchema } from '../core/event.ts';
import { parseInstant } from '../core/micros.ts';
import { isMembers, type Members } from './members.ts';

/*
 * What the mappings between native events and a vendor's shape have in common. A mapping loses nothing, because it
 * checks its own result: what the result does not say of the input is the `remainder`, and is kept.
 */

export function isEmpty(members: Members): boolean {
  return Object.keys(members).length === 0;
}

/** The members of `whole` that are missing in `shown` or different there; of objects, these members of theirs. */
export function remainder(whole: Members, shown: Members): Members {
  const missing: [string, unknown][] = [];
  for (const [name, value] of Object.entries(whole)) {
    const other = Object.hasOwn(shown, name) ? shown[name] : undefined;
    if (isMembers(value) && isMembers(other)) {
      const inner = remainder(value, other);
      if (!isEmpty(inner)) missing.push([name, inner]);
    } else if (!isDeepStrictEqual(value, other)) {
      missing.push([name, value]);
    }
  }
  return Object.fromEntries(missing);
}

/** The members for which a rule holds. */
export function pick(members: Members, rule: (name: string, value: unknown) => boolean): Members {
  return Object.fromEntries(Object.entries(members).filter(([name, value]) => rule(name, value)));
}

/**
 * The name as a decoder in Go compares it, which ignores case: to it `EventID` and `eventid` are the same member, and of
 * two the later counts.
 */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll('ſ', 's');
}

/**
 * Whether a member by this name may be shown beside the vendor's own ones, whose folded names are `known`: no decoder
 * takes it for one of them, and it does not speak of a field that the log knows.
 */
export function isFurtherMember(
  name: string,
  known: ReadonlySet<string>,
  event: Members | AuditEvent,
): boolean {
  return !known.has(foldName(name)) && (name === 'details' || !Object.hasOwn(event, name));
}

/**
 * Whether a value may be shown in the place of a native field: the log knows nothing there, and the field cannot hold
 * the value, so that a mapping had to keep it elsewhere. A value that the field can hold was put there by a producer.
 */
export function isKeptFor(
  field: keyof Draft,
  value: unknown,
  event: Members | AuditEvent,
): boolean {
  return !Object.hasOwn(event, field) && validField(field, value) === undefined;
}

/**
 * RFC 3339 as clients in Go read it and write it again: capital T and Z, no leap second, any year of four digits. Others
 * read it too.
 */
export function isClientTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    typeof parseInstant(value, { truncate: true, clamp: true }) === 'number'
  );
}

/** A native field with this value, if the field can hold it. */
export function validField<F extends keyof Draft>(
  field: F,
  value: unknown,
): Required<Pick<Draft, F>> | undefined {
  if (value === undefined || !draftSchema.shape[field].safeParse(value).success) return undefined;
  return { [field]: value } as Required<Pick<Draft, F>>;
}
