import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { signingKeyFile } from '../../server/signing-key.ts';
import { type Finding, findingsOf, modeText, type Subject } from './finding.ts';

const { ok, warning, problem } = findingsOf('permissions');

/** Whether the server's own user, and nobody else, may read and write the data directory and the files with keys. */
export async function* checkPermissions({ data, settings }: Subject): AsyncIterable<Finding> {
  const directory = await stat(data).catch(() => undefined);
  if (directory === undefined) {
    yield ok(`${data} is not there: the first start creates it, for its user alone`);
    return;
  }
  const { mode, uid } = directory;
  if ((mode & 0o022) !== 0) {
    yield problem(
      `others may replace files in ${data}: its mode is ${modeText(mode)}`,
      `Run chmod 700 ${data}`,
    );
  } else if ((mode & 0o077) !== 0) {
    yield warning(
      `others may look into ${data}: its mode is ${modeText(mode)}`,
      `Run chmod 700 ${data}`,
    );
  } else yield ok(`${data} is for its user alone`);

  // `getuid` is missing on Windows alone, where no server runs.
  const self = process.getuid?.();
  if (self !== 0 && self !== uid) {
    yield warning(
      `${data} belongs to the user ${uid}, and this is the user ${self}: some things cannot be looked at`,
      'Run annals doctor as the user of the server',
    );
  }
  const foreign = await foreignFiles(data, uid);
  if (foreign.length > 0) {
    const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
    yield problem(
      `${foreign.slice(0, 3).join(', ')}${more} do not belong to the user of ${data}: its server cannot write them`,
      `Run chown -R --reference=${data} ${data}`,
    );
  }
  yield* keyFiles({ data, settings });
}

async function* keyFiles({
  data,
  settings,
}: Pick<Subject, 'data' | 'settings'>): AsyncIterable<Finding> {
  const { signingKey = join(data, signingKeyFile), tlsKey } = settings;
  for (const [file, forbidden] of [
    // The server does not start when others may read its signing key. A group may, as a service manager needs it.
    [signingKey, 0o027],
    [join(data, 'operator-key'), 0o077],
    [tlsKey, 0o027],
  ] as const) {
    const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (found === undefined || (found.mode & forbidden) === 0) continue;
    yield problem(
      `others may read or replace ${file}: its mode is ${modeText(found.mode)}`,
      `Run chmod 600 ${file}, and replace the key if somebody may have read it`,
    );
  }
}

/** Files of other users, as they remain after a server was started as root. */
async function foreignFiles(data: string, uid: number): Promise<string[]> {
  const names = ['.', 'segments', 'ids'].map(async (folder) =>
    (await readdir(join(data, folder)).catch(() => [])).map((name) => join(folder, name)),
  );
  const foreign: string[] = [];
  for (const name of (await Promise.all(names)).flat()) {
    const found = await stat(join(data, name)).catch(() => undefined);
    if (found !== undefined && found.uid !== uid) foreign.push(name);
  }
  return foreign;
}
