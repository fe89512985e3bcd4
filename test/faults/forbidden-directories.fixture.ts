/**
 * A program that starts servers on data directories of which it may not use a part, and prints as JSON what each start
 * said. Its argument is an empty directory. It must not be allowed to pass over permissions.
 */
import { randomFillSync } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { messageOf } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/micros.ts';
import { startServer } from '../../src/server/server.ts';
import { readSettings } from '../../src/server/settings.ts';

const [place = ''] = process.argv.slice(2);

/** What the start said; empty when it succeeded. */
async function start(data: string): Promise<string> {
  try {
    const server = await startServer(readSettings({ data, port: '0' }, {}), {
      clock: systemClock,
      random: (bytes) => void randomFillSync(bytes),
      log: pino({ level: 'silent' }),
    });
    await server.stop();
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

const said: Record<string, string> = {};
const data = join(place, 'data');
said.whole = await start(data);
for (const part of [
  '.',
  'segments',
  'store.db',
  'annals.db',
  'checkpoints.db',
  'signing-key.pem',
]) {
  const path = join(data, part);
  const { mode } = statSync(path);
  chmodSync(path, 0);
  said[part] = await start(data);
  chmodSync(path, mode);
}
const closed = join(place, 'closed');
mkdirSync(closed, { mode: 0o500 });
for (const path of [join(closed, 'data'), '/dev/null/data', '/proc/data']) {
  said[path] = await start(path);
}
said.again = await start(data);
console.log(JSON.stringify(said));
