import type { Directory } from '../access/directory.ts';
import { type PersonalPaths, personalPaths, personalPathsOf } from '../integrity/personal.ts';

/** What is personal in the events of an organisation, by its identity. */
export type PersonalOf = (organisation: string) => PersonalPaths;

/** As the directory says; what it says of an organisation never changes. */
export function personalOf(directory: Pick<Directory, 'organisation'>): PersonalOf {
  const prepared = new Map<string, PersonalPaths>();
  return (identity) => {
    const known = prepared.get(identity);
    if (known !== undefined) return known;
    const organisation = directory.organisation(identity);
    const paths = personalPaths(personalPathsOf(organisation));
    if (organisation !== undefined) prepared.set(identity, paths);
    return paths;
  };
}
