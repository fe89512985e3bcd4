import { methodVerbs } from '../method-verbs.ts';

/**
 * The words UpCloud has for actions, resource types and origins, and which of them stands for a native one. The
 * vendor closes these lists and its generated client breaks on anything else, so every native word gets one of
 * them, by tables that docs/dialects.md shows. Each depends on one native facet alone and on nobody's capitals, because
 * the server filters by translating the values of the facet.
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
 * A listed action is itself, an HTTP method what it does. Of a service action, such as `kms.rotate`, the part
 * nearest to the end that holds a known word decides. What nothing is known of counts as an update: whoever looks
 * for changes must not overlook it.
 */
export function actionFor(native: string): UpcloudAction {
  const word = native.toLowerCase();
  if (isOneOf(actions, word)) return word;
  const parts = word.replace(/^audit_log_action_/, '').split(/[\s.:/]+/);
  const last = parts.at(-1) ?? '';
  // One word may be several, run together or inflected: `DescribeInstances`, `deleted`.
  return (
    actionOfWords(last) ?? actionOfPrefix(last) ?? actionOfWords(...parts.reverse()) ?? 'update'
  );
}

function actionOfWords(...parts: string[]): UpcloudAction | undefined {
  for (const word of parts.flatMap((part) => part.split(/[_-]+/))) {
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

/** What the resource types of others are called by; the first that is found counts. */
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

/** A listed type is itself; others go by the words in them; the rest, and none at all, count as `account`. */
export function resourceTypeFor(native: string | undefined): UpcloudResourceType {
  const word = native?.toLowerCase() ?? '';
  if (isOneOf(resourceTypes, word)) return word;
  // Only letters, digits and blanks, so that `\b` finds the parts of `cloud_vpc` and `AWS::EC2::VPC`.
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

/** A listed origin is itself; what is neither a console nor a service's own doing came by an API. */
export function originFor(native: string | undefined): UpcloudEventOrigin {
  const word = native?.toLowerCase() ?? '';
  return isOneOf(origins, word) ? word : (originOfWord.get(word) ?? 'api');
}

function isOneOf<T extends string>(list: readonly T[], word: string): word is T {
  return (list as readonly string[]).includes(word);
}
