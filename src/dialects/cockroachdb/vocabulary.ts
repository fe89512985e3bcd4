import { methodVerbs } from '../method-verbs.ts';

/** CockroachDB's words for actions and sources, and which of them stands for a native one (docs/dialects.md). */

const actionPrefix = 'AUDIT_LOG_ACTION_';
const sourcePrefix = 'AUDIT_LOG_SOURCE_';

/**
 * The list of actions grows with every release and is open (wire: CockroachDB 9.2), so a native action is spelt the
 * vendor's way and stays recognisable: a method becomes what it does, a single word is followed by what it was done
 * to (`POST` to an `api_key` is `…_CREATE_API_KEY`), and anything longer says that itself (`…_KMS_DECRYPT`).
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

/** Sources and the native origins they are; the first of two sources stands for the origin. */
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

/** The native origin of a source; of one we have not heard of, its own name. */
export function originOf(source: string): string {
  return originOfSource.get(source) ?? source;
}

/** An origin that is nothing else came by an API, as the record of it did. */
export function sourceFor(origin: string | undefined): string {
  if (origin === undefined) return 'AUDIT_LOG_SOURCE_CC_API';
  if (origin.startsWith(sourcePrefix)) return origin;
  return sourceOfOrigin.get(origin.toLowerCase()) ?? 'AUDIT_LOG_SOURCE_CC_API';
}
