import { eachMember } from '../core/json/members.ts';
import { commitment, commitmentKey, type PersonalPaths } from './personal.ts';

/**
 * The leaf text of an event, cut out of its canonical text: what `eventTexts` gives, several times as fast, because
 * nothing is parsed or written again.
 *
 * The text is taken to be canonical and not checked to be. Of any other spelling comes something that is not the leaf
 * text; and whatever leads to the leaf of a log is made of the same names, values and order as the event in it. So a
 * hash that matches proves the event, and one that does not says nothing before `eventTexts` was asked as well.
 * Throws `corrupt` where the text is no object.
 */
export function leafTextOf(
  body: string,
  salt: Uint8Array | undefined,
  paths: PersonalPaths,
): string {
  return salt === undefined ? body : cutLeafText(body, paths)(salt);
}

/**
 * The same in two steps, for whoever learns only from the event itself where its salt is: `visit` sees the event's
 * members on the way, as `eachMember` shows them.
 */
export function cutLeafText(
  body: string,
  paths: PersonalPaths,
  visit?: (key: string, start: number, end: number) => void,
): (salt: Uint8Array | undefined) => string {
  const cutting = new Cutting(body, 0);
  let before = '';
  let erased = false;
  let passed = false;
  cutting.run(paths, (key, start, end) => {
    visit?.(key, start, end);
    if (key === commitmentKey) erased = true;
    if (passed || key < commitmentKey) return;
    // The commitment belongs behind the members whose keys sort before its own.
    passed = true;
    before = cutting.takeRest();
  });
  if (!passed) before = cutting.takeRest();
  if (erased || cutting.personal === '' || !cutting.isWhole) return () => body;
  const after = cutting.takeRest();
  return (salt) => {
    if (salt === undefined) return body;
    const member = `"${commitmentKey}":"${commitment(salt, `{${cutting.personal}}`)}"`;
    return `{${joined(joined(before, member), after)}}`;
  };
}

/**
 * A leaf text without the hash in it, for comparing all but the personal parts. Undefined for a text that commits to
 * nothing: an event whose personal parts are there, or that never had any.
 */
export function withoutCommitment(leafText: string): string | undefined {
  let rest: string | undefined;
  eachMember(leafText, (key, start, end) => {
    if (key === commitmentKey) rest = leafText.slice(0, start) + leafText.slice(end);
    return rest !== undefined;
  });
  return rest;
}

/** Divides the members of one object, as they stand in the text, into those that stay and those that are personal. */
class Cutting {
  readonly #text: string;
  readonly #objectStart: number;
  /** Members that stay, except those from `#keptFrom` to the one at hand. */
  #rest = '';
  #keptFrom: number;
  /** Where the member at hand begins, and where the one before it ended. */
  #memberStart: number;
  personal = '';

  constructor(text: string, objectStart: number) {
    this.#text = text;
    this.#objectStart = objectStart;
    this.#memberStart = objectStart + 1;
    this.#keptFrom = this.#memberStart;
  }

  run(paths: PersonalPaths, onMember?: (key: string, start: number, end: number) => void): void {
    const text = this.#text;
    eachMember(
      text,
      (key, start, end) => {
        onMember?.(key, start, end);
        const path = paths.get(key);
        if (path === 'all') {
          this.personal = joined(this.personal, text.slice(this.#memberStart, end));
          this.#replace('', end);
        } else if (path !== undefined && text.charCodeAt(start) === openBrace) {
          const inner = new Cutting(text, start);
          inner.run(path);
          if (inner.personal !== '') {
            const name = text.slice(this.#memberStart, start);
            this.personal = joined(this.personal, `${name}{${inner.personal}}`);
            this.#replace(`${name}{${inner.takeRest()}}`, end);
          }
        }
        this.#memberStart = end + 1;
        return undefined;
      },
      this.#objectStart,
    );
  }

  /** Whether nothing but the closing brace stands behind the last member. */
  get isWhole(): boolean {
    return this.#text.length === this.#memberStart;
  }

  /** The members before the one at hand that stay and were not taken yet. */
  takeRest(): string {
    const rest = joined(this.#rest, this.#text.slice(this.#keptFrom, this.#memberStart - 1));
    this.#rest = '';
    this.#keptFrom = this.#memberStart;
    return rest;
  }

  /** Puts something else in the place of the member at hand. */
  #replace(member: string, end: number): void {
    this.#rest = joined(this.takeRest(), member);
    this.#keptFrom = end + 1;
  }
}

const openBrace = 0x7b;

function joined(members: string, more: string): string {
  if (members === '' || more === '') return members + more;
  return `${members},${more}`;
}
