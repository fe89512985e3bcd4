import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AnnalsError } from '../core/errors.ts';
import { formatInstant, type Micros } from '../core/micros.ts';
import { expiredInDirectory } from '../store/segmented/expired-in-directory.ts';
import type { CliContext } from './cli-context.ts';
import { formatCount } from './quantities.ts';
import { printRows } from './table.ts';

/** Prints what a server with this retention would drop now. It changes nothing, and a server may be running. */
export async function retentionDryRun(
  { data, retention }: { readonly data: string; readonly retention?: Micros | undefined },
  context: Pick<CliContext, 'stdout' | 'stderr' | 'env' | 'clock'>,
): Promise<void> {
  const { stdout, clock } = context;
  const problem =
    retention === undefined
      ? '--dry-run needs --retention'
      : existsSync(join(data, 'store.db'))
        ? undefined
        : `${data} is not the data directory of a server`;
  if (retention === undefined || problem !== undefined) {
    throw new AnnalsError('invalid', `Cannot say what would be dropped: ${problem}`);
  }
  const before = clock() - retention;
  const { ranges, isBounded } = expiredInDirectory(data, before);
  const events = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  if (events > 0) {
    const rows = ranges.map(({ organisation, from, to }) => ({
      organisation,
      events: formatCount(to - from),
      from: formatCount(from),
      to: formatCount(to - 1),
    }));
    await printRows(
      context,
      rows,
      [
        { title: 'ORGANISATION', text: (row) => row.organisation },
        { title: 'EVENTS', text: (row) => row.events },
        { title: 'FROM', text: (row) => row.from },
        { title: 'TO', text: (row) => row.to },
      ],
      {},
    );
  }
  const rest = isBounded ? '' : 'Events that are in no sealed segment yet were not looked at.\n';
  stdout.write(
    `${formatCount(events)} events would be dropped: recorded before ${formatInstant(before)}.\n${rest}Nothing was dropped.\n`,
  );
}
