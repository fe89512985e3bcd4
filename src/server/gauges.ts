import { statfs } from 'node:fs/promises';
import type { Metrics } from '../http/metrics.ts';
import type { GroupCommit } from '../ledger/group-commit.ts';
import type { OwnRecords } from '../ledger/own-records.ts';
import type { SegmentedStore } from '../store/segmented/store.ts';
import { version } from './version.ts';

export interface GaugeSources {
  readonly metrics: Metrics;
  /** The data directory. */
  readonly data: string;
  readonly store: Pick<SegmentedStore, 'segmentCounts'>;
  readonly ledger: Pick<GroupCommit, 'waitingOfLogs'>;
  readonly ownRecords: Pick<OwnRecords, 'owed'>;
  readonly cannotRecord: () => string | undefined;
}

/** Organisations that have a series of their own at a time: more would be a burden to what collects the metrics. */
const maxOrganisations = 5;

/** Adds what is read when somebody asks for the metrics, and costs nothing otherwise. */
export function addGauges(sources: GaugeSources): void {
  const { metrics, data, store, ledger, ownRecords, cannotRecord } = sources;
  const { node } = process.versions;
  metrics.addGauges(
    'annals_build_info',
    'Always 1; the labels say which version of Annals and of Node runs.',
    ['version', 'node'],
    () => [[{ version, node }, 1]],
  );
  metrics.addGauge('annals_ready', '1 while events can be recorded, as /readyz says.', () =>
    cannotRecord() === undefined ? 1 : 0,
  );
  metrics.addGauges(
    'annals_waiting_events_by_organisation',
    `Events accepted and not yet on the disk, of the ${maxOrganisations} organisations that have the most.`,
    ['organisation'],
    () =>
      ledger
        .waitingOfLogs(maxOrganisations)
        .map(([organisation, events]) => [{ organisation }, events]),
  );
  metrics.addGauge(
    'annals_own_records_owed',
    'Records of our own that wait until they can be recorded.',
    () => ownRecords.owed,
  );

  // A disk that cannot be asked has no figures, and does not keep the other metrics from being served.
  const disk = () =>
    statfs(data).catch(() => ({
      bavail: Number.NaN,
      blocks: Number.NaN,
      bsize: Number.NaN,
      files: Number.NaN,
      ffree: Number.NaN,
    }));
  metrics.addGauge(
    'annals_disk_free_bytes',
    'What the server may still write on the disk of the data directory.',
    async () => {
      const { bavail, bsize } = await disk();
      return bavail * bsize;
    },
  );
  metrics.addGauge(
    'annals_disk_size_bytes',
    'Size of the disk of the data directory.',
    async () => {
      const { blocks, bsize } = await disk();
      return blocks * bsize;
    },
  );
  metrics.addGauge(
    'annals_disk_free_inodes',
    'How many files can still be created on the disk of the data directory; infinite where there is no limit.',
    async () => {
      const { files, ffree } = await disk();
      return files === 0 ? Number.POSITIVE_INFINITY : ffree;
    },
  );

  const addSegments = (name: string, help: string, value: 'segments' | 'bytes') =>
    metrics.addGauges(name, help, ['state'], async () =>
      Object.entries(await store.segmentCounts()).map(([state, count]) => [
        { state },
        count[value],
      ]),
    );
  addSegments(
    'annals_segments',
    'Segments, by state: unsealed, sealed, or dropped by retention (their hashes are left).',
    'segments',
  );
  addSegments('annals_segment_bytes', 'Bytes of the files of segments, by their state.', 'bytes');
}
