import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';

const measured = fileURLToPath(new URL('measured-command.ts', import.meta.url));

/** All that an organisation has, as NDJSON over HTTP. */
export function askForAll(url: string, key: string): Promise<IncomingMessage> {
  const all = `${url}/v1/audit/export?format=ndjson&includeSystemServices=true`;
  return new Promise((resolve, reject) => {
    get(all, { headers: { Authorization: `Bearer ${key}` } }, resolve).once('error', reject);
  });
}

/** The same through the command, as `all.json` in a directory. Gives its peak memory in bytes. */
export async function exportAll(url: string, key: string, directory: string): Promise<number> {
  const flags = '--since 2y --quiet --include-system-services --output all.json'.split(' ');
  const child = spawn(process.execPath, [measured, 'export', ...flags], {
    cwd: directory,
    env: { ...process.env, ANNALS_API: url, ANNALS_KEY: key },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(said);
  return Number(/peak (\d+)/.exec(said)?.[1]);
}
