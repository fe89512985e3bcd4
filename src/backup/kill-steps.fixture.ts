/**
 * Takes two backups, of which one is kept, or restores one. Run with `crash-states.fixture.ts`, which keeps what it would
 * leave if it was killed: `ANNALS_TEST_DIRECTORY` is the directory of backups, or the data directory to create, and in
 * the directory above is `source`, the data directory of the backups, or `backups`.
 */
import { dirname, join } from 'node:path';
import { restoreOptions } from './restore.fixture.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';
import { backupOptions, openTrail } from './trail.fixture.ts';

const { ANNALS_TEST_DIRECTORY: directory = '', ANNALS_TEST_KILLED = '' } = process.env;
const place = dirname(directory);

if (ANNALS_TEST_KILLED === 'restore') {
  await restoreBackup(restoreOptions(place, { data: directory }));
} else {
  const source = join(place, 'source');
  const options = backupOptions(place, { data: source, directory, keep: 1 });
  await takeBackup(options);
  const trail = await openTrail(source);
  await trail.record('org-a', 120);
  await trail.erase('org-a');
  await trail.close();
  await takeBackup(options);
}
