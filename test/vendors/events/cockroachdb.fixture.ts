import type { SeededRandom } from '../random.fixture.ts';
import {
  awkwardText,
  hex,
  ipAddress,
  strangeFields,
  type Traits,
  uuid,
} from './awkward-values.fixture.ts';

// wire: cockroachdb 9. A few of many; the set is open.
const ACTIONS = [
  'CREATE_CLUSTER',
  'DELETE_CLUSTER',
  'USER_LOGIN',
  'CREATE_API_KEY',
  'ADD_IP_ALLOWLIST',
  'SET_EGRESS_TRAFFIC_POLICY',
  'UPDATE_CMEK',
];
const SOURCES = ['CC_API', 'CLI', 'UI', 'INTERNAL', 'MCP'];

/**
 * One entry. Every key is present, unset strings are empty and unset metadata is null (wire:
 * cockroachdb 3.2); a strange one leaves members out instead, which must mean the same.
 */
export function cockroachdbEvent(random: SeededRandom, createdAt: string, traits: Traits) {
  const person = random.chance(0.5);
  const cluster = random.chance(0.6);
  return {
    id: uuid(random),
    trace_id: hex(random, 32),
    ...(!traits.strange && { session_id: person ? hex(random, 16) : '' }),
    source: `AUDIT_LOG_SOURCE_${traits.strange ? 'CARRIER_PIGEON' : random.pick(SOURCES)}`,
    user_email: person ? random.pick(['noor@example.org', 'maria@example.org']) : '',
    service_account_name: person ? '' : 'ci-deployer',
    cluster_id: cluster ? uuid(random) : '',
    cluster_name: cluster ? random.pick(['orders-eu', 'orders-us']) : '',
    action: `AUDIT_LOG_ACTION_${traits.strange ? 'FOLD_SPACE' : random.pick(ACTIONS)}`,
    payload: payload(random, traits.payload ?? 'text'),
    metadata: random.chance(0.8) ? { ip_address: ipAddress(random) } : null,
    error: random.chance(0.1) ? awkwardText(random) : '',
    created_at: createdAt,
    ...(traits.strange && strangeFields(random)),
  };
}

/** The same content as JSON text in a string, or as an object (wire: cockroachdb 3.3). */
function payload(random: SeededRandom, form: 'text' | 'object'): unknown {
  const content = { request: { cidrIp: ipAddress(random), note: awkwardText(random), sql: true } };
  return form === 'text' ? JSON.stringify(content) : content;
}
