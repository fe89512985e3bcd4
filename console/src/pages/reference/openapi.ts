import { quoted } from '../../fields/command-lines.ts';

/** What is read of an OpenAPI document, and what a page says about it. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface ResponseFacts {
  readonly description?: string;
  readonly content?: Content;
  readonly headers?: Readonly<
    Record<string, { readonly description?: string; readonly schema?: Schema }>
  >;
}

interface DocumentOperation {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, ResponseFacts>>;
  readonly security?: readonly unknown[];
}

export interface ApiDocument {
  readonly info: { readonly version: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export interface Operation extends DocumentOperation {
  readonly method: string;
  readonly path: string;
}

export interface OperationGroup {
  readonly name: string;
  readonly description: string | undefined;
  readonly operations: readonly Operation[];
}

/** The operations in the order of the document, by tag; of a search, those in which each of its words occurs. */
export function groupsOf(document: ApiDocument, search: string): readonly OperationGroup[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = operations.filter((operation) => {
    const text = textOf(operation);
    return words.every((word) => text.includes(word));
  });
  const tags = document.tags ?? [];
  const byTag = Map.groupBy(found, ({ tags: [tag = 'other'] = [] }) => tag);
  const names = new Set([...tags.map(({ name }) => name), ...byTag.keys()]);
  return [...names].flatMap((name) => {
    const ofTag = byTag.get(name);
    if (ofTag === undefined) return [];
    const description = tags.find((tag) => tag.name === name)?.description;
    return [{ name, description, operations: ofTag }];
  });
}

function textOf({ method, path, operationId, summary, description, parameters }: Operation) {
  const names = (parameters ?? []).map(({ name }) => name).join(' ');
  return `${method} ${path} ${operationId} ${summary} ${description} ${names}`.toLowerCase();
}

/** A schema, or that which it refers to. */
export function resolved(schema: Schema, document: ApiDocument): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const target = name === undefined ? undefined : document.components?.schemas?.[name];
  return target === undefined ? schema : { ...target, ...schema };
}

/** The type of a schema in a few words: `Key[]`, `"asc" or "desc"`, `text, date-time`. */
export function typeText(schema: Schema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    return schema.enum.map((one) => JSON.stringify(one)).join(' or ');
  }
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return [...new Set(several.map(typeText))].join(' or ');
  if (schema.allOf !== undefined) return schema.allOf.map(typeText).join(' and ');
  if (schema.items !== undefined) return `${typeText(schema.items)}[]`;
  const type = typeof schema.type === 'string' ? schema.type : (schema.type ?? []).join(' or ');
  return schema.format === undefined ? type || 'anything' : `${type}, ${schema.format}`;
}

/** A value that fits a schema: what must be there, and nothing else. */
export function exampleOf(schema: Schema, document: ApiDocument, depth = 0): unknown {
  const one = resolved(schema, document);
  const first = one.examples?.[0] ?? one.default ?? one.const ?? one.enum?.[0];
  if (first !== undefined) return first;
  const choice = one.anyOf?.[0] ?? one.oneOf?.[0];
  if (choice !== undefined && depth < 6) return exampleOf(choice, document, depth + 1);
  const type = typeof one.type === 'string' ? one.type : one.type?.[0];
  if (type === 'array') {
    return one.items === undefined || depth >= 6 ? [] : [exampleOf(one.items, document, depth + 1)];
  }
  if (type === 'object' || one.properties !== undefined) {
    if (depth >= 6) return {};
    const members = (one.required ?? []).map((name) => [
      name,
      exampleOf(one.properties?.[name] ?? {}, document, depth + 1),
    ]);
    return Object.fromEntries(members);
  }
  if (type === 'integer' || type === 'number') return one.minimum ?? 0;
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return one.format === 'date-time' ? '2026-06-01T00:00:00Z' : '…';
}

/** The operation with curl, as the pages of HTTP write it: the address and the key come from outside. */
export function curlOf(operation: Operation, document: ApiDocument): string {
  const { method, path, parameters = [], requestBody, security } = operation;
  const needed = parameters.filter((one) => one.in === 'query' && one.required === true);
  const query = needed.map(
    ({ name, schema = {} }) => `${name}=${encodeURIComponent(String(exampleOf(schema, document)))}`,
  );
  const place = path.replaceAll(/\{(\w+)\}/g, '<$1>');
  const address = `"$ANNALS_API${place}${query.length === 0 ? '' : `?${query.join('&')}`}"`;
  const lines = [method === 'GET' ? `curl ${address}` : `curl -X ${method} ${address}`];
  // A list of requirements that is empty says that none is needed.
  if (security === undefined || security.length > 0) lines.push('-H @acme.header');
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type !== undefined) {
    lines.push(`-H ${quoted(`Content-Type: ${type}`)}`);
    const example = exampleOf(body?.schema ?? {}, document);
    const text = typeof example === 'string' ? example : JSON.stringify(example);
    lines.push(`-d ${quoted(text)}`);
  }
  return lines.join(' \\\n  ');
}
