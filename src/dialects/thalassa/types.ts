import { foldName, isClientTime } from '../mapping.ts';
import { isMembers, type Members } from '../members.ts';

/**
 * The types that Thalassa's own clients decode an entry into (wire: Thalassa 3.3; the nested ones are those of its Go
 * client). A value of another type makes them fail on the whole page, and so on everything after it.
 */

/** A value in two parts: what the clients decode, and what they do not. A part that is absent is empty. */
interface Parts {
  readonly decodable?: unknown;
  readonly aside?: unknown;
}

type Type = (value: unknown) => Parts;

/** As in Go, null leaves a member unset, whatever its type. */
function type(fits: (value: unknown) => boolean): Type {
  return (value) => (value === null || fits(value) ? { decodable: value } : { aside: value });
}

const text = type((value) => typeof value === 'string');
const flag = type((value) => typeof value === 'boolean');
/** Larger numbers are not written as a whole number, or do not fit into the clients' type. */
const wholeNumber = type((value) => Number.isSafeInteger(value));
const time = type(isClientTime);

/** A list is decodable if all of it is: a part of it would look like the whole. */
function listOf(member: Type): Type {
  return type(
    (value) => Array.isArray(value) && value.every((each) => member(each).aside === undefined),
  );
}

/** An object whose members all have one type. */
const texts: Type = (value) => splitMembers(value, () => text);

/**
 * An object with these members and any others, which the clients ignore. The members are given by a function because
 * types contain each other.
 */
function object(members: () => Readonly<Record<string, Type>>): Type {
  let types: ReadonlyMap<string, Type> | undefined;
  let folded: ReadonlySet<string> | undefined;
  return (value) => {
    types ??= new Map(Object.entries(members()));
    folded ??= new Set([...types.keys()].map(foldName));
    const [ofName, names] = [types, folded];
    // Go takes another spelling of a name for the member itself.
    return splitMembers(
      value,
      (name) => ofName.get(name) ?? (names.has(foldName(name)) ? none : any),
    );
  };
}

const any: Type = (value) => ({ decodable: value });
const none: Type = (value) => ({ aside: value });

function splitMembers(value: unknown, typeOf: (name: string) => Type): Parts {
  if (value === null) return { decodable: value };
  if (!isMembers(value)) return { aside: value };
  const decodable: [string, unknown][] = [];
  const aside: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const parts = typeOf(name)(member);
    if (parts.decodable !== undefined) decodable.push([name, parts.decodable]);
    if (parts.aside !== undefined) aside.push([name, parts.aside]);
  }
  if (aside.length === 0) return { decodable: value };
  return { decodable: Object.fromEntries(decodable), aside: Object.fromEntries(aside) };
}

const named = { identity: text, name: text, slug: text, description: text };
const dated = { createdAt: time, updatedAt: time };
const labelled = { objectVersion: wholeNumber, labels: texts, annotations: texts };

const appUser = object(() => ({ subject: text, name: text, email: text, createdAt: time }));

const organisation = object(() => ({
  ...named,
  ...dated,
  ...labelled,
  featureGates: object(() => ({ dbaas: flag, betaUser: flag })),
}));

const serviceAccount = object(() => ({
  ...named,
  ...dated,
  ...labelled,
  deletedAt: time,
  organisation,
  createdBy: appUser,
  roleBindings: listOf(roleBinding),
}));

const roleBinding = object(() => ({
  ...named,
  ...dated,
  ...labelled,
  organisationRole: role,
  user: appUser,
  team,
}));

const role = object(() => ({
  ...named,
  ...dated,
  ...labelled,
  isReadOnly: flag,
  system: flag,
  organisation,
  rules: listOf(rule),
  bindings: listOf(roleBinding),
}));

const rule = object(() => ({
  identity: text,
  note: text,
  organisationRole: role,
  resources: listOf(text),
  resourceIdentities: listOf(text),
  permissions: listOf(text),
}));

const team = object(() => ({
  ...named,
  ...dated,
  labels: texts,
  annotations: texts,
  members: listOf(object(() => ({ ...dated, identity: text, role: text, user: appUser }))),
}));

/** The members of an entry. Of `client` and `projectId` only the documents speak; the Go client ignores them. */
export const entryTypes = {
  createdAt: time,
  eventID: text,
  action: text,
  userIdentity: text,
  user: appUser,
  serviceAccountIdentity: text,
  serviceAccount,
  organizationIdentity: text,
  organization: organisation,
  impersonatorIdentity: text,
  impersonator: appUser,
  description: text,
  resourceType: text,
  resourceIdentity: text,
  context: type(isMembers),
  client: type(isMembers),
  projectId: text,
} as const satisfies Record<string, Type>;

/** The fields of an event with objects that a producer may fill freely, and whose members have types here. */
export const typedObjects = ['user', 'impersonator', 'serviceAccount'] as const;

/** Whether this can be an entry: it has all that each one has, in valid form, and nothing that the vendor does not have. */
export function isThalassaEntry(entry: Members): boolean {
  return (
    ['createdAt', 'eventID', 'action'].every((name) => typeof entry[name] === 'string') &&
    Object.entries(entry).every(
      ([name, value]) => isEntryMember(name) && entryTypes[name](value).aside === undefined,
    )
  );
}

function isEntryMember(name: string): name is keyof typeof entryTypes {
  return Object.hasOwn(entryTypes, name);
}
