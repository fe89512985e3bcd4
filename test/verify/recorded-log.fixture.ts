import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProcess } from '../server-process.fixture.ts';
import { annals } from './run-command.fixture.ts';

export const days = ['2026-06-01', '2026-06-02', '2026-06-03'] as const;
export const window = ['--from', days[0], '--to', days[2]];

/**
 * Events of three days. Some were recorded late, so that the order of an export is not that of the log; some have personal
 * fields, and some have none.
 */
export async function record(
  server: ServerProcess,
  key: string,
  perDay: number,
  prefix = 'evt',
): Promise<void> {
  const events = days.flatMap((day) =>
    Array.from({ length: perDay }, (_, n) => ({
      eventID: `${prefix}-${day}-${n}`,
      createdAt: `${day}T${String(n % 24).padStart(2, '0')}:00:00.${String(n).padStart(6, '0')}Z`,
      action: n % 4 === 0 ? 'vault.open' : 'vault.read',
      description: `Événement ${n} — "quoted", <b>\\\u2028`,
      ...(n % 3 !== 0 && {
        user: { subject: `u-${n}`, name: `Noor ${n}`, email: 'noor@example.com' },
      }),
      context: { path: `/vaults/${n}`, ...(n % 2 === 0 && { client_ip: '192.0.2.7' }) },
      details: { ratio: n / 7, big: 1e21, empty: {} },
    })),
  );
  const late = events.filter((_, n) => n % 5 === 0);
  const first = events.filter((_, n) => n % 5 !== 0);
  for (const part of [first, late]) {
    await server.json('POST', '/v1/audit/events', key, { events: part });
  }
}

/** A directory that is removed afterwards. */
export async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'annals-verify-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export async function verifierKeyOf(server: ServerProcess, key: string): Promise<string> {
  const { current } = await server.json<{ current: string }>('GET', '/v1/audit/keys', key);
  return current;
}

/** `annals export --proof` into a directory. */
export async function exportProved(
  server: ServerProcess,
  token: string,
  cwd: string,
  ...flags: readonly string[]
): Promise<void> {
  const connection = ['--api', server.url, '--token', token];
  const outcome = await annals(cwd, 'export', ...window, '--proof', ...flags, ...connection);
  if (outcome.code !== 0)
    throw new Error(`the export left with ${outcome.code}: ${outcome.stderr}`);
}
