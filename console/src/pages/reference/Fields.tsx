import { type ApiDocument, resolved, type Schema, typeText } from './openapi.ts';

interface FieldsProps {
  readonly schema: Schema;
  readonly document: ApiDocument;
  /** How many schemas this one is within. */
  readonly depth?: number;
}

/** The members of a schema, each with those that it has in turn, closed at first. */
export function Fields({ schema, document, depth = 0 }: FieldsProps) {
  const { name, members } = membersOf(schema, document);
  if (members.length === 0) {
    return (
      <p>
        <code>{typeText(schema)}</code> {schema.description}
      </p>
    );
  }
  return (
    <>
      {name !== undefined && depth === 0 && (
        <p>
          <code>{name}</code>
        </p>
      )}
      <dl className="schema-fields">
        {members.map(([member, one, isRequired]) => (
          <div key={member}>
            <dt>
              <code>{member}</code>
              {isRequired && <span className="faint"> required</span>}
            </dt>
            <dd>
              <code className="schema-type">{typeText(one)}</code>{' '}
              {one.description ?? resolved(one, document).description}
              {depth < 4 && membersOf(one, document).members.length > 0 && (
                <details>
                  <summary>Members</summary>
                  <Fields schema={one} document={document} depth={depth + 1} />
                </details>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface Members {
  readonly name: string | undefined;
  readonly members: readonly (readonly [string, Schema, boolean])[];
}

/** Of an object, or of the objects of a list. */
function membersOf(schema: Schema, document: ApiDocument): Members {
  const inner = resolved(schema, document);
  const object = inner.items === undefined ? inner : resolved(inner.items, document);
  const parts = [object, ...(object.allOf ?? []).map((part) => resolved(part, document))];
  return {
    name:
      schema.$ref === undefined && inner.items?.$ref === undefined ? undefined : typeText(schema),
    members: parts.flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).map(
        ([name, one]) => [name, one, required.includes(name)] as const,
      ),
    ),
  };
}
