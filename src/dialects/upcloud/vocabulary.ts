import { methodVerbs } from '../method-verbs.ts';

/**
 * UpCloud's words for actions, resource types and origins, and the word that each native one is shown as. The vendor's
 * lists are closed and its generated client fails on anything else, so every native word gets one of them, by tables that
 * docs/reference/dialects.md shows. Each depends on one native facet alone and ignores case, because the server filters by
 * translating the values of the facet.
 */

/** In the order of `/1.3/audit-logs/filter-options` (wire: UpCloud 5). */
export const resourceTypes = [
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
] as const;

export const actions = [
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
] as const;

export const origins = ['api', 'gui', 'upcloud_internal'] as const;

export type UpcloudResourceType = (typeof resourceTypes)[number];
export type UpcloudAction = (typeof actions)[number];
export type UpcloudEventOrigin = (typeof origins)[number];

/** Beginnings of words that mean an action. */
const wordsOfAction: Partial<Record<UpcloudAction, string>> = {
  create:
    'add allocate create generate import insert invite issue new order provision publish register restore run send upload',
  read: 'count decrypt describe download encrypt export find get head hmac list lookup preview query read scan search show sign simulate verify view',
  update:
    'accept change disable edit enable finalize modify move patch put rename replace reset rollback rotate set tag toggle untag update',
  delete:
    'cancel clear delete deregister destroy drop evict purge reject release remove revoke terminate',
  'access-granted': 'assign assume authorize grant',
  attach: 'associate attach',
  clone: 'clone copy',
  detach: 'detach disassociate',
  login: 'authenticate consolelogin login signin',
  logout: 'logout signout',
  start: 'boot resume start',
  stop: 'halt shutdown stop suspend',
};

const actionOfWord = new Map<string, UpcloudAction>([
  ...methodVerbs,
  ...Object.entries(wordsOfAction).flatMap(([action, words]) =>
    words.split(' ').map((word): [string, UpcloudAction] => [word, action as UpcloudAction]),
  ),
]);

/**
 * A listed action stays as it is, and an HTTP method becomes a verb. In a service action, such as `kms.rotate`, the last
 * segment with a known word decides. An unknown action counts as an update: a person who looks for changes must not
 * overlook it.
 */
export function actionFor(native: string): UpcloudAction {
  const word = native.toLowerCase();
  if (isOneOf(actions, word)) return word;
  const segments = word.replace(/^audit_log_action_/, '').split(/[\s.:/]+/);
  const last = segments.at(-1) ?? '';
  // A segment may be several words, joined or inflected: `DescribeInstances`, `deleted`.
  return (
    actionOfWords(last) ?? actionOfPrefix(last) ?? actionOfWords(...segments.reverse()) ?? 'update'
  );
}

function actionOfWords(...segments: string[]): UpcloudAction | undefined {
  for (const word of segments.flatMap((segment) => segment.split(/[_-]+/))) {
    const action = actionOfWord.get(word);
    if (action !== undefined) return action;
  }
  return undefined;
}

function actionOfPrefix(word: string): UpcloudAction | undefined {
  for (let length = word.length; length > 2; length -= 1) {
    const action = actionOfWord.get(word.slice(0, length));
    if (action !== undefined) return action;
  }
  return undefined;
}

/** Words in the resource types of other producers; the first match counts. */
const resourceTypePatterns: readonly (readonly [RegExp, UpcloudResourceType])[] = [
  [/kubernetes|k8s|\b(eks|gke|uks)\b/, 'uks'],
  [/certificate/, 'managed-loadbalancer-certificate-bundle'],
  [/load.?balancer|\belb/, 'managed-loadbalancer'],
  [/object.?stor|bucket|\bs3\b/, 'managed-object-storage'],
  [/database|cluster|\b(db|rds|dynamodb|mysql|postgres|redis|sql)/, 'managed-database'],
  [/ssh.?key|key.?pair/, 'ssh-key'],
  [/init.?script|user.?data|startup.?script/, 'init-script'],
  [/gateway|network|subnet|vpc|vpn|router|firewall|peering|security.?group/, 'network-gateway'],
  [/volume|disk|snapshot|storage|backup/, 'storage'],
  [/api.?key|access.?key|auth|credential|login|oidc|password|session|token|\bmfa\b/, 'auth'],
  [/server|instance|machine|\b(ec2|vm)\b/, 'server'],
];

/** A listed type stays as it is; others are recognised by their words; the rest, and no type, count as `account`. */
export function resourceTypeFor(native: string | undefined): UpcloudResourceType {
  const word = native?.toLowerCase() ?? '';
  if (isOneOf(resourceTypes, word)) return word;
  // Only letters, digits and spaces, so that `\b` finds the words in `cloud_vpc` and `AWS::EC2::VPC`.
  const words = word.replace(/[^a-z0-9]+/g, ' ');
  return resourceTypePatterns.find(([pattern]) => pattern.test(words))?.[1] ?? 'account';
}

const originOfWord = new Map<string, UpcloudEventOrigin>([
  ['ui', 'gui'],
  ['web', 'gui'],
  ['console', 'gui'],
  ['awsconsoleaction', 'gui'],
  ['awsconsolesignin', 'gui'],
  ['internal', 'upcloud_internal'],
  ['system', 'upcloud_internal'],
  ['awsserviceevent', 'upcloud_internal'],
]);

/** A listed origin stays as it is; what comes neither from a console nor from a service itself came by an API. */
export function originFor(native: string | undefined): UpcloudEventOrigin {
  const word = native?.toLowerCase() ?? '';
  return isOneOf(origins, word) ? word : (originOfWord.get(word) ?? 'api');
}

function isOneOf<T extends string>(list: readonly T[], word: string): word is T {
  return (list as readonly string[]).includes(word);
}
