/**
 * The query string of an address, as lists of texts by name. The router's own parser guesses types: it would read the id
 * `662E41` as a number. Here text stays text, and a name may occur several times.
 */
export type Search = Readonly<Record<string, readonly string[]>>;

export function parseSearch(query: string): Record<string, string[]> {
  const search: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    search[name] ??= [];
    search[name].push(value);
  }
  return search;
}

/** With the question mark; empty when there is nothing to say. Names keep their order, so equal states have one address. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The first value of a name. */
export function firstOf(search: Search, name: string): string | undefined {
  return search[name]?.[0];
}

/** The same search with other values for some names; undefined or no values take the name away. */
export function withValues(
  search: Search,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string[]> {
  const changed: Record<string, string[]> = Object.create(null);
  for (const [name, values] of Object.entries(search)) changed[name] = [...values];
  for (const [name, values] of Object.entries(changes)) {
    const list = values === undefined ? [] : typeof values === 'string' ? [values] : [...values];
    if (list.length === 0) delete changed[name];
    else changed[name] = list;
  }
  return changed;
}
