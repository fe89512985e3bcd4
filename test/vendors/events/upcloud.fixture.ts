import type { SeededRandom } from '../random.fixture.ts';
import {
  awkwardText,
  ipAddress,
  strangeFields,
  type Traits,
  uuid,
} from './awkward-values.fixture.ts';

/** What `/1.3/audit-logs/filter-options` lists, in its order (wire: upcloud 5 and 9). */
export const upcloudFilterOptions = {
  resource_types: [
    'account',
    'auth',
    'init-script',
    'managed-database',
    'managed-loadbalancer',
    'managed-loadbalancer-certificate-bundle',
    'managed-object-storage',
    'network-gateway',
    'server',
    'storage',
    'uks',
    'ssh-key',
  ],
  actions: [
    'create',
    'read',
    'update',
    'delete',
    'access-granted',
    'access-granted-kubeconfig',
    'access-modified',
    'access-update',
    'maintenance-start',
    'writes-enable',
    'attach',
    'clone',
    'detach',
    'login',
    'logout',
    'start',
    'stop',
    'owner-change',
  ],
  origins: ['api', 'gui', 'upcloud_internal'],
} as const;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** One event; optional members are absent, or null where it is strange (wire: upcloud 3.3). */
export function upcloudEvent(random: SeededRandom, time: string, traits: Traits) {
  const action = random.pick(upcloudFilterOptions.actions);
  return {
    time,
    auth_type: random.pick(['gui', 'api', 'basic_auth']),
    cloud_event_id: random.text(1, '01234567') + random.text(25, CROCKFORD),
    upcloud_correlation_id: uuid(random),
    resource_type: traits.strange ? 'network' : random.pick(upcloudFilterOptions.resource_types),
    ...(random.chance(0.2) && { resource_sub_type: 'session-api-token' }),
    action: traits.strange ? 'resize' : action,
    origin: random.pick(upcloudFilterOptions.origins),
    account_username: random.pick(['ops_bot', 'maria', 'jussi']),
    ...(random.chance(0.8) && { ip_address: ipAddress(random) }),
    ...(random.chance(0.8) && { resource_id: uuid(random) }),
    ...(action === 'update' && { previous_state: { title: awkwardText(random) } }),
    ...((action === 'update' || action === 'create') && {
      current_state: { title: awkwardText(random), size: random.int(1, 64) },
    }),
    ...(traits.strange && { current_state: null, ...strangeFields(random) }),
  };
}
