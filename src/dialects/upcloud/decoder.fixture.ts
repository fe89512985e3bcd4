import assert from 'node:assert/strict';

/**
 * A client as strict as the vendor's schema allows. It is written from the field tables (wire: UpCloud 3.3, 4, 5, 7, 9)
 * and uses nothing of ours, so that an error in our schema cannot hide itself. As clients in Go do, it takes a member
 * whose name differs in case alone for the one that it knows.
 */

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const dateTime =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const listed = {
  resource_type:
    'account auth init-script managed-database managed-loadbalancer managed-loadbalancer-certificate-bundle managed-object-storage network-gateway server ssh-key storage uks',
  action:
    'create read update delete access-granted access-granted-kubeconfig access-modified access-update maintenance-start writes-enable attach clone detach login logout start stop owner-change',
  origin: 'api gui upcloud_internal',
};

const memberNames = [
  ...Object.keys(listed),
  ...'time auth_type cloud_event_id upcloud_correlation_id resource_sub_type account_username ip_address resource_id current_state previous_state'.split(
    ' ',
  ),
];

type Decoded = Record<string, unknown>;

/** No member passes for another one of these by the case of its letters. */
function checkNames(object: Decoded, names: readonly string[]): void {
  for (const key of Object.keys(object)) {
    const name = key.replaceAll('ſ', 's').replaceAll('\u212a', 'k').toLowerCase();
    assert.ok(name === key || !names.includes(name), key);
  }
}

export function decodeEvent(value: unknown): Decoded {
  const event = plainObject(value);
  checkNames(event, memberNames);
  assert.match(String(event.time), dateTime);
  assert.match(String(event.cloud_event_id), ulid);
  for (const name of [
    'time',
    'auth_type',
    'cloud_event_id',
    'upcloud_correlation_id',
    'account_username',
  ]) {
    assert.equal(typeof event[name], 'string', name);
  }
  for (const [name, words] of Object.entries(listed)) {
    assert.ok(words.split(' ').includes(String(event[name])), `${name}: ${event[name]}`);
  }
  for (const name of ['resource_sub_type', 'ip_address', 'resource_id']) {
    if (Object.hasOwn(event, name)) assert.equal(typeof event[name], 'string', name);
  }
  for (const name of ['current_state', 'previous_state']) {
    if (Object.hasOwn(event, name)) plainObject(event[name]);
  }
  return event;
}

export function decodeList(value: unknown): Decoded[] {
  const list = plainObject(value);
  assert.ok(Array.isArray(list.audit_logs));
  return list.audit_logs.map(decodeEvent);
}

/** The schema allows no further member. */
export function decodeProblem(value: unknown): Decoded {
  const { type, title, status, detail, invalid_params, correlation_id, ...others } =
    plainObject(value);
  assert.deepEqual(others, {});
  assert.ok(URL.canParse(String(type)));
  assert.equal(typeof title, 'string');
  assert.ok(Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599);
  if (detail !== undefined) assert.equal(typeof detail, 'string');
  if (correlation_id !== undefined) assert.match(String(correlation_id), ulid);
  for (const each of (invalid_params ?? []) as unknown[]) {
    const { name, reason, ...more } = plainObject(each);
    assert.deepEqual([typeof name, typeof reason, more], ['string', 'string', {}]);
  }
  return plainObject(value);
}

function plainObject(value: unknown): Decoded {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Decoded;
}
