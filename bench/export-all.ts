import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const measured = fileURLToPath(new URL('measured-command.ts', import.meta.url));

/** Exports all events of an organisation as NDJSON over HTTP into a file. Returns the milliseconds to its first byte. */
export async function curlAll(url: string, key: string, file: string): Promise<number> {
  const all = `${url}/v1/audit/export?format=ndjson&includeSystemServices=true`;
  const flags = ['--silent', '--show-error', '--fail', '--output', file];
  const authorization = ['--header', `Authorization: Bearer ${key}`];
  const child = spawn(
    'curl',
    [...flags, ...authorization, '--write-out', '%{time_starttransfer}', all],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`curl ended with ${code}`);
  return Number(said) * 1_000;
}

/** Exports them with the command as `all.json` into a directory. Returns the command's peak memory in bytes. */
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
