/** An object of JSON: its members by name. Apart from the mappings, so that a client loads no schema for it. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
