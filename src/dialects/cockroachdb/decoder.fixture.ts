import assert from 'node:assert/strict';

/**
 * A client as strict as the vendor's schema allows. It is written from the field tables (wire: CockroachDB 3, 5.1, 9)
 * and uses nothing of ours, so that an error in our schema cannot hide itself. As clients in Go do, it takes a member
 * whose name differs in case alone for the one that it knows.
 */

const dateTime =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const texts =
  'id trace_id session_id source user_email service_account_name system_actor_name cluster_id cluster_name action error';

type Decoded = Record<string, unknown>;

/** No member passes for another one of these by the case of its letters. */
function checkNames(object: Decoded, names: readonly string[]): void {
  for (const key of Object.keys(object)) {
    const name = key.replaceAll('ſ', 's').replaceAll('\u212a', 'k').toLowerCase();
    assert.ok(name === key || !names.includes(name), key);
  }
}

/** An entry as the schema has it: everything optional. */
export function decodeEntry(value: unknown): Decoded {
  const entry = plainObject(value);
  checkNames(entry, [...texts.split(' '), 'payload', 'metadata', 'created_at']);
  const has = (name: string) => Object.hasOwn(entry, name);
  for (const name of texts.split(' ')) {
    if (has(name)) assert.equal(typeof entry[name], 'string', name);
  }
  if (has('created_at')) assert.match(String(entry.created_at), dateTime);
  if (has('action')) assert.match(String(entry.action), /^AUDIT_LOG_ACTION_/);
  if (has('source')) assert.match(String(entry.source), /^AUDIT_LOG_SOURCE_/);
  if (has('payload') && typeof entry.payload !== 'string') plainObject(entry.payload);
  if (has('metadata') && entry.metadata !== null) {
    const metadata = plainObject(entry.metadata);
    checkNames(metadata, ['ip_address']);
    if (Object.hasOwn(metadata, 'ip_address')) assert.equal(typeof metadata.ip_address, 'string');
  }
  return entry;
}

/** A page as the vendor sends it: every member of the version is there, and times are in UTC. */
export function decodePage(value: unknown, payload: 'string' | 'object', systemActor: boolean) {
  const { entries, next_starting_from, ...others } = plainObject(value);
  assert.deepEqual(others, {});
  if (next_starting_from !== undefined) assert.match(String(next_starting_from), dateTime);
  assert.ok(Array.isArray(entries));
  for (const value of entries) {
    const entry = decodeEntry(value);
    const expected = texts.split(' ').filter((name) => systemActor || name !== 'system_actor_name');
    for (const name of [...expected, 'payload', 'metadata', 'created_at']) {
      assert.ok(Object.hasOwn(entry, name), name);
    }
    assert.equal(typeof entry.payload, payload);
    assert.match(String(entry.created_at), /:\d\d(\.\d{6})?Z$/);
    assert.doesNotMatch(String(entry.created_at), /\.000000Z$/);
  }
  return {
    entries: entries as Decoded[],
    next: next_starting_from as string | undefined,
  };
}

/** A gRPC status: these three members and no others. */
export function decodeStatus(value: unknown): Decoded {
  const { code, message, details, ...others } = plainObject(value);
  assert.deepEqual(others, {});
  assert.ok(Number.isInteger(code) && Number(code) >= 1 && Number(code) <= 16);
  assert.equal(typeof message, 'string');
  assert.ok(Array.isArray(details));
  return plainObject(value);
}

function plainObject(value: unknown): Decoded {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Decoded;
}
