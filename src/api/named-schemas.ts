type Json = unknown;

/**
 * Moves the schemas that a description repeats as `definitions` wherever they are used into `components.schemas`,
 * once each, and points every `$ref` there: a reference is read from the root of the whole document.
 */
export function withNamedSchemas<D extends { readonly components: object }>(
  document: D,
): D & { components: { schemas: Record<string, Json> } } {
  const schemas: Record<string, Json> = {};
  const moved = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    const { definitions = {}, ...rest } = value as Record<string, Json>;
    for (const [name, schema] of Object.entries(definitions as object))
      schemas[name] ??= moved(schema);
    return Object.fromEntries(
      Object.entries(rest).map(([key, inner]) => [
        key,
        key === '$ref'
          ? String(inner).replace('#/definitions/', '#/components/schemas/')
          : moved(inner),
      ]),
    );
  };
  const described = moved(document) as D;
  return { ...described, components: { ...described.components, schemas } };
}
