/** One difference between two values: where, and what became of what. */
export interface Difference {
  /** `policy.rules[2].effect`; empty for the whole. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly kind: 'added' | 'removed' | 'changed';
}

/**
 * What differs, member by member and element by element, in the order of the values. An absent side is `undefined`. Of
 * lists, elements that moved are not told from elements that changed, except that a list that only grew or shrank at its
 * end says so.
 */
export function differences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      differences(own(before, name), own(after, name), path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) =>
      differences(before[at], after[at], `${path}[${at}]`),
    );
  }
  if (Object.is(before, after)) return [];
  if (before === undefined) return [{ path, before, after, kind: 'added' }];
  if (after === undefined) return [{ path, before, after, kind: 'removed' }];
  return [{ path, before, after, kind: 'changed' }];
}

/** A member of the value itself: an event may have one that is called `__proto__`. */
function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
