import type { Accounts } from '../access/accounts.ts';
import { type PersonalPaths, personalPaths, personalPathsOf } from '../integrity/personal.ts';

/** Returns the paths of personal fields in the events of an organisation, given its identity. */
export type PersonalPathsLookup = (organisation: string) => PersonalPaths;

/**
 * Reads them from the accounts. They are remembered, because those of an organisation never change. Organisations without
 * paths of their own share what is prepared for them: some kilobytes, and there may be very many.
 */
export function createPersonalPathsLookup(
  accounts: Pick<Accounts, 'organisation'>,
): PersonalPathsLookup {
  const usual = personalPaths();
  const prepared = new Map<string, PersonalPaths>();
  return (identity) => {
    const known = prepared.get(identity);
    if (known !== undefined) return known;
    const organisation = accounts.organisation(identity);
    if (organisation?.personalPaths === undefined) return usual;
    const paths = personalPaths(personalPathsOf(organisation));
    prepared.set(identity, paths);
    return paths;
  };
}
