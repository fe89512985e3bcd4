import type { Accounts } from '../access/accounts.ts';
import { type PersonalPaths, personalPaths, personalPathsOf } from '../integrity/personal.ts';

/** What is personal in the events of an organisation, by its identity. */
export type PersonalPathsLookup = (organisation: string) => PersonalPaths;

/** As the directory says; what it says of an organisation never changes. */
export function createPersonalPathsLookup(
  accounts: Pick<Accounts, 'organisation'>,
): PersonalPathsLookup {
  const prepared = new Map<string, PersonalPaths>();
  return (identity) => {
    const known = prepared.get(identity);
    if (known !== undefined) return known;
    const organisation = accounts.organisation(identity);
    const paths = personalPaths(personalPathsOf(organisation));
    if (organisation !== undefined) prepared.set(identity, paths);
    return paths;
  };
}
