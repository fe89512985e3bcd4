import { isDeepStrictEqual } from 'node:util';
import { type Draft, draftSchema } from '../core/event.ts';

/**
 * What the mappings between native events and a vendor's shape have in common. A mapping loses nothing, because it
 * checks its own result: what the result does not say of the input is the `remainder`, and is kept.
 */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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

/** A native field with this value, if the field can hold it. */
export function validField<F extends keyof Draft>(
  field: F,
  value: unknown,
): Required<Pick<Draft, F>> | undefined {
  if (value === undefined || !draftSchema.shape[field].safeParse(value).success) return undefined;
  return { [field]: value } as Required<Pick<Draft, F>>;
}
