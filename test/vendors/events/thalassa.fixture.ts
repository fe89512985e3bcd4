import type { SeededRandom } from '../random.fixture.ts';
import {
  awkwardText,
  hex,
  ipAddress,
  strangeFields,
  type Traits,
} from './awkward-values.fixture.ts';

// wire: thalassa 5 and 9. The set is open.
const ACTIONS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'kms.decrypt', 'secrets.get_value'];
const RESOURCE_TYPES = ['cloud_vpc', 'cloud_subnet', 'kubernetes_cluster', 'dns_zone', 'kms_key'];

const ORGANISATION = 'org-5b19e0';
const USERS = ['usr-7f3c1d', 'usr-08aa42', 'usr-c0ffee'];
const SERVICE_ACCOUNTS = ['sa-4d01c2', 'sa-e8b0f7'];
const SYSTEM_ACCOUNT = 'sa-system-reconciler';

/** How these histories mark what `includeSystemServices` is about; the real mark is not known. */
export function isSystemEntry(event: Record<string, unknown>): boolean {
  return event.serviceAccountIdentity === SYSTEM_ACCOUNT;
}

/** One audit entry; optional members are absent, or null where it is strange (wire: thalassa 3.3). */
export function thalassaEvent(random: SeededRandom, createdAt: string, traits: Traits) {
  return {
    createdAt,
    eventID: `evt-${random.text(20, '0123456789abcdefghijklmnopqrstuv')}`,
    ...principal(random, traits),
    organizationIdentity: ORGANISATION,
    action: traits.strange ? 'quantum.teleport' : random.pick(ACTIONS),
    ...(random.chance(0.6) && { description: awkwardText(random) }),
    resourceType: traits.strange ? 'teapot' : random.pick(RESOURCE_TYPES),
    ...(random.chance(0.8) && { resourceIdentity: `res-${random.int(1, 20)}` }),
    ...(random.chance(0.3) && { projectId: `prj-${hex(random, 4)}` }),
    context: context(random),
    ...(traits.strange && { impersonator: null, ...strangeFields(random) }),
  };
}

/** A person, a service account, or the OIDC client that only the documentation knows. */
function principal(random: SeededRandom, traits: Traits): Record<string, unknown> {
  if (traits.system) return { serviceAccountIdentity: SYSTEM_ACCOUNT };
  const createdAt = '2025-02-11T09:00:00Z';
  const user = random.pick(USERS);
  const account = random.pick(SERVICE_ACCOUNTS);
  return random.pick<Record<string, unknown>>([
    {
      userIdentity: user,
      user: { subject: user, name: 'Noor Visser', email: 'noor@example.org', createdAt },
      ...(random.chance(0.2) && { impersonatorIdentity: random.pick(USERS) }),
    },
    {
      serviceAccountIdentity: account,
      serviceAccount: { identity: account, name: 'ci', slug: 'ci', createdAt, objectVersion: 3 },
    },
    { client: { identity: `client-${hex(random, 6)}` } },
  ]);
}

/** Request facts (wire: thalassa 3.4). */
function context(random: SeededRandom): Record<string, unknown> {
  return {
    client_ip: ipAddress(random),
    user_agent: 'thalassa-cloud-cli/0.33.0',
    method: 'GET',
    status: random.pick([200, 201, 204, 400, 403, 404, 500]),
    duration: random.int(1, 4000),
    headers: { 'X-Request-Id': hex(random, 32) },
  };
}
