import type { OtherDatabase } from '../store/segmented/store-file.ts';

export const accountsFile = 'annals.db';
export const archiveFile = 'checkpoints.db';
/** It can be created again from the archive, so the data directory is whole without it. */
export const newestCheckpointsFile = 'newest-checkpoints.db';

/** What the data directory has beside the store, and what is lost without it. */
export const databases: readonly OtherDatabase[] = [
  { file: accountsFile, contents: 'organisations, keys and settings' },
  { file: archiveFile, contents: 'the checkpoints that show whether a log was set back' },
];
