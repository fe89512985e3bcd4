import { AnnalsError } from '../core/errors.ts';
import type { ObjectRules } from '../export/sources/list-objects.ts';
import type { SourceQuery } from '../export/stages.ts';
import { snapshotHeader } from './dropped-events.ts';

/**
 * The rule by which a vendor's source refuses an Annals server if its entries are to become native events: the server has
 * these in full, and its view in the vendor's shape is another form of them.
 *
 * @param vendor whose trail it is read as
 */
export function refuseAnnals(
  { toBecomeNative }: SourceQuery,
  api: string,
  vendor: string,
): Pick<ObjectRules, 'checkHeaders'> {
  if (toBecomeNative !== true) return {};
  return {
    checkHeaders: (headers) => {
      if (!headers.has(snapshotHeader)) return;
      throw new AnnalsError(
        'invalid',
        `Cannot sync ${api} as a trail of ${vendor}: it is an Annals server, which has its events in full. Use --source annals --api ${api}`,
      );
    },
  };
}
