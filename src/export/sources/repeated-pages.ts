import { AnnalsError } from '../../core/errors.ts';
import type { EntryFacts } from '../stages.ts';
import { IdSet } from './id-set.ts';

/** What arrives in the list repeats a page or two; nothing repeats this many. */
const maxRepeated = 10;
/** Ids from so many objects back, at least, are recognised. */
const remembered = 5_000;

/** Notices that a list is not moving: its server, or a cache in front of it, ignores the page number. */
export class RepeatedPages {
  #recent = new IdSet();
  #before = new IdSet();
  #repeated = 0;

  /** Throws `incomplete` when too many pages in a row had nothing new. An empty page is not counted. */
  addPage(objects: readonly EntryFacts[]): void {
    if (objects.length === 0) return;
    if (this.#recent.size >= remembered) {
      this.#before = this.#recent;
      this.#recent = new IdSet();
    }
    let fresh = 0;
    for (const { id } of objects) {
      if (this.#recent.add(id) && !this.#before.has(id)) fresh += 1;
    }
    this.#repeated = fresh > 0 ? 0 : this.#repeated + 1;
    if (this.#repeated < maxRepeated) return;
    throw new AnnalsError(
      'incomplete',
      `Cannot read the list to its end: ${maxRepeated} pages in a row had nothing but entries of earlier pages. The source, or a cache in front of it, may ignore the page number`,
    );
  }
}
