import { stat } from 'node:fs/promises';
import { didYouMean } from '../../core/did-you-mean.ts';
import { settingNames, settingVariable } from '../../server/settings.ts';
import { version } from '../../server/version.ts';
import { configFile, readConfig } from '../config.ts';
import { counted } from '../quantities.ts';
import { type Finding, findingsOf, modeText, type Subject } from './finding.ts';

const lowestNode = 26;

/** The version of Node that runs this program: the server's too, if it is started in the same way. */
export function* checkNode(): Iterable<Finding> {
  const { ok, problem } = findingsOf('node');
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= lowestNode) yield ok(`Annals ${version} runs on Node ${node}`);
  else {
    yield problem(
      `Annals ${version} runs on Node ${node}, and needs ${lowestNode} or newer`,
      'Install another one, or use the package that brings its own',
    );
  }
}

/** Variables that are no settings of a server. */
const otherVariables: ReadonlySet<string> = new Set([
  'ANNALS_OPERATOR_KEY_FILE',
  'ANNALS_API',
  'ANNALS_KEY',
  'ANNALS_KEY_FILE',
  'ANNALS_ORGANISATION',
  'ANNALS_CONTEXT',
  'ANNALS_CA_FILE',
  'ANNALS_CLIENT_CERT',
  'ANNALS_CLIENT_KEY',
]);

/** Whether the environment has what the server does not know, or what others should not see. Bad settings never get here. */
export function* checkSettings({ context: { env } }: Subject): Iterable<Finding> {
  const { ok, warning } = findingsOf('settings');
  const known = new Set([...settingNames.map(settingVariable), ...otherVariables]);
  const given = Object.keys(env).filter((name) => /^ANNALS_/.test(name) && env[name] !== '');
  const unknown = given.filter((name) => !known.has(name));
  for (const name of unknown) {
    yield warning(`nothing reads ${name}${didYouMean(name, known)}`, 'Correct it or remove it');
  }
  for (const name of ['ANNALS_OPERATOR_KEY', 'ANNALS_KEY']) {
    if (!given.includes(name)) continue;
    yield warning(
      `${name} has a key in the clear, which child processes and diagnostics see`,
      `Put it into a file and set ${name}_FILE`,
    );
  }
  if (unknown.length === 0) yield ok('the settings can be used');
}

/** The configuration file of the command, which has keys. */
export async function* checkConfig({ context }: Subject): AsyncIterable<Finding> {
  const { ok, problem } = findingsOf('config');
  const file = configFile(context);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    yield ok(`there are no saved contexts, so no file ${file}`);
    return;
  }
  // Throws a sentence of its own.
  const { contexts } = await readConfig(context);
  const hasKeys = Object.values(contexts).some(({ key }) => key !== undefined);
  if (hasKeys && (found.mode & 0o077) !== 0) {
    yield problem(
      `others may read the keys in ${file}: its mode is ${modeText(found.mode)}`,
      `Run chmod 600 ${file}, and replace the keys if somebody may have read them`,
    );
  } else yield ok(`${file} has ${counted(Object.keys(contexts).length, 'saved context')}`);
}
