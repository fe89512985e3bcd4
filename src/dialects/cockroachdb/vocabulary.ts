import { methodVerbs } from '../method-verbs.ts';

/** CockroachDB's names for actions and sources, and which of them a native one is shown as (docs/reference/dialects.md). */

const actionPrefix = 'AUDIT_LOG_ACTION_';
const sourcePrefix = 'AUDIT_LOG_SOURCE_';

/**
 * The list of actions is open and grows with every release (wire: CockroachDB 9.2), so a native action is only spelt the
 * vendor's way. A method becomes a verb. A single word is followed by the resource type (`POST` to an `api_key` is
 * `…_CREATE_API_KEY`); a longer action already names it (`…_KMS_DECRYPT`).
 */
export function actionFor(native: string, resourceType: string | undefined): string {
  if (native.startsWith(actionPrefix)) return native;
  const word = methodVerbs.get(native.toLowerCase()) ?? native;
  const name = upperSnake(word);
  if (name === 'LOGIN' || name === 'LOGOUT') return `${actionPrefix}USER_${name}`;
  const object = name.includes('_') ? '' : upperSnake(resourceType ?? '');
  return actionPrefix + [name || 'UNKNOWN', object].filter((part) => part !== '').join('_');
}

/** `kms.decrypt`, `KmsDecrypt` and `kms-decrypt` all become `KMS_DECRYPT`. */
function upperSnake(text: string): string {
  return text
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, '_')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '')
    .toUpperCase();
}

/** Sources and their native origins; of two sources for one origin, the first is shown for it. */
const sources: readonly (readonly [source: string, origin: string])[] = [
  ['AUDIT_LOG_SOURCE_CC_API', 'api'],
  ['AUDIT_LOG_SOURCE_CLI', 'cli'],
  ['AUDIT_LOG_SOURCE_UI', 'gui'],
  ['AUDIT_LOG_SOURCE_INTERNAL', 'internal'],
  ['AUDIT_LOG_SOURCE_MCP', 'mcp'],
  ['AUDIT_LOG_SOURCE_SSH_GATEWAY', 'ssh_gateway'],
];

const originOfSource = new Map(sources);

const sourceOfOrigin = new Map([
  ...sources.map(([source, origin]): [string, string] => [origin, source]),
  ['ui', 'AUDIT_LOG_SOURCE_UI'],
  ['web', 'AUDIT_LOG_SOURCE_UI'],
  ['console', 'AUDIT_LOG_SOURCE_UI'],
  ['awsconsoleaction', 'AUDIT_LOG_SOURCE_UI'],
  ['awsconsolesignin', 'AUDIT_LOG_SOURCE_UI'],
  ['system', 'AUDIT_LOG_SOURCE_INTERNAL'],
  ['upcloud_internal', 'AUDIT_LOG_SOURCE_INTERNAL'],
  ['awsserviceevent', 'AUDIT_LOG_SOURCE_INTERNAL'],
]);

/** The native origin of a source; of an unknown one, its own name. */
export function originOf(source: string): string {
  return originOfSource.get(source) ?? source;
}

/** The source of an origin. Without a better one it is the API, by which the event was recorded. */
export function sourceFor(origin: string | undefined): string {
  if (origin === undefined) return 'AUDIT_LOG_SOURCE_CC_API';
  if (origin.startsWith(sourcePrefix)) return origin;
  return sourceOfOrigin.get(origin.toLowerCase()) ?? 'AUDIT_LOG_SOURCE_CC_API';
}
