import { AnnalsError } from '../../core/errors.ts';
import type { IssuedCheckpoint } from './archive.ts';

/** What an archive says to a checkpoint that is not newer than what it has of the log. */
export function notNewerError({
  organisation,
  size,
}: Pick<IssuedCheckpoint, 'organisation' | 'size'>) {
  return new AnnalsError(
    'conflict',
    `Cannot keep a checkpoint of ${organisation} at size ${size}: there is one of this size or larger`,
  );
}
