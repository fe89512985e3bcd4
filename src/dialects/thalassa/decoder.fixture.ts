import assert from 'node:assert/strict';

/**
 * A client that decodes as the vendor's own, which is in Go, does. It is written from the field tables (wire: Thalassa
 * 3.2, 3.3) and from what Go's encoding/json and time packages accept, and uses nothing of ours, so that an error in our
 * types cannot hide itself. Go ignores the case of names, and of members that are the same to it the last one counts.
 */

type Decode = (value: unknown, path: string) => unknown;
type Decoded = Record<string, unknown>;

const typeOf =
  (type: 'string' | 'boolean'): Decode =>
  (value, path) => {
    assert.equal(typeof value, type, path);
    return value;
  };

const string = typeOf('string');
const boolean = typeOf('boolean');

const int: Decode = (value, path) => {
  assert.match(JSON.stringify(value), /^-?(0|[1-9]\d{0,17})$/, path);
  return value;
};

const time: Decode = (value, path) => {
  const [, year, month, day] =
    /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
      String(value),
    ) ?? [];
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  assert.ok(typeof value === 'string' && year !== undefined, `${path}: ${value}`);
  assert.ok(Number(month) >= 1 && Number(month) <= 12, `${path}: ${value}`);
  assert.ok(Number(day) >= 1 && Number(day) <= days, `${path}: ${value}`);
  return value;
};

const map: Decode = (value, path) => {
  for (const [name, member] of Object.entries(plainObject(value, path))) {
    if (member !== null) string(member, `${path}.${name}`);
  }
  return value;
};

const list =
  (of: Decode): Decode =>
  (value, path) => {
    assert.ok(Array.isArray(value), path);
    return value.map((each, index) => (each === null ? each : of(each, `${path}[${index}]`)));
  };

const struct =
  (fields: () => Record<string, Decode>): Decode =>
  (value, path) => {
    const decoded: Decoded = {};
    const byFoldedName = new Map(
      Object.entries(fields()).map(([name, of]) => [fold(name), [name, of] as const]),
    );
    for (const [key, member] of Object.entries(plainObject(value, path))) {
      const [name, of] = byFoldedName.get(fold(key)) ?? [];
      if (name === undefined || of === undefined || member === null) continue;
      decoded[name] = of(member, `${path}.${key}`);
    }
    return decoded;
  };

/** As Go's `strings.EqualFold`, for the letters that occur. */
const fold = (name: string) => name.replaceAll('ſ', 's').replaceAll('\u212a', 'k').toLowerCase();

const anyObject: Decode = (value, path) => plainObject(value, path);

const names = { identity: string, name: string, slug: string, description: string };
const times = { createdAt: time, updatedAt: time };
const rest = { objectVersion: int, labels: map, annotations: map };

const appUser = struct(() => ({ subject: string, name: string, email: string, createdAt: time }));
const organisation = struct(() => ({
  ...names,
  ...times,
  ...rest,
  featureGates: struct(() => ({ dbaas: boolean, betaUser: boolean })),
}));
const binding: Decode = struct(() => ({
  ...names,
  ...times,
  ...rest,
  user: appUser,
  organisationRole: role,
  team: struct(() => ({
    ...names,
    ...times,
    labels: map,
    annotations: map,
    members: list(struct(() => ({ ...times, identity: string, role: string, user: appUser }))),
  })),
}));
const role: Decode = struct(() => ({
  ...names,
  ...times,
  ...rest,
  isReadOnly: boolean,
  system: boolean,
  organisation,
  bindings: list(binding),
  rules: list(
    struct(() => ({
      identity: string,
      note: string,
      organisationRole: role,
      resources: list(string),
      resourceIdentities: list(string),
      permissions: list(string),
    })),
  ),
}));
const entry = struct(() => ({
  createdAt: time,
  eventID: string,
  action: string,
  userIdentity: string,
  user: appUser,
  serviceAccountIdentity: string,
  serviceAccount: struct(() => ({
    ...names,
    ...times,
    ...rest,
    deletedAt: time,
    organisation,
    createdBy: appUser,
    roleBindings: list(binding),
  })),
  organizationIdentity: string,
  organization: organisation,
  impersonatorIdentity: string,
  impersonator: appUser,
  description: string,
  resourceType: string,
  resourceIdentity: string,
  context: anyObject,
  // The documents alone have these two (wire: Thalassa 3.3).
  client: anyObject,
  projectId: string,
}));

/** What the client has of an entry. Throws where it would fail, and on an entry without what every entry has. */
export function decodeEntry(value: unknown): Decoded {
  const decoded = entry(value, 'entry') as Decoded;
  for (const name of ['createdAt', 'eventID', 'action'])
    assert.ok(decoded[name] !== undefined, name);
  return decoded;
}

function plainObject(value: unknown, path: string): Decoded {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), path);
  return value as Decoded;
}
