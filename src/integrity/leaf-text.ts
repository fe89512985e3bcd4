import { eachMember } from '../core/json/members.ts';
import { commitment, commitmentKey, type PersonalPaths } from './personal.ts';

/**
 * The leaf text of an event, cut out of its canonical text. The result is that of `eventTexts`, several times as fast,
 * because nothing is parsed or written again.
 *
 * The text must be canonical, which is not checked. For any other spelling the result is not the leaf text. But a text
 * whose result has the hash of a leaf has the same names, values and order as the event of that leaf. So a hash that
 * matches proves the event. A hash that does not match says nothing: then `eventTexts` must decide.
 * Throws `corrupt` when the text is not an object.
 */
export function leafTextOf(
  body: string,
  salt: Uint8Array | undefined,
  paths: PersonalPaths,
): string {
  return salt === undefined ? body : cutLeafText(body, paths)(salt);
}

/**
 * The same in two steps, for a caller that must read the event to find its salt: `visit` gets the members of the event,
 * as from `eachMember`.
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
    // The commitment comes after the members whose keys sort before its own.
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
 * A leaf text without its commitment, to compare all but the personal fields. Undefined for a text without a commitment:
 * an event that has its personal fields, or never had any.
 */
export function withoutCommitment(leafText: string): string | undefined {
  let rest: string | undefined;
  eachMember(leafText, (key, start, end) => {
    if (key === commitmentKey) rest = leafText.slice(0, start) + leafText.slice(end);
    return rest !== undefined;
  });
  return rest;
}

/** Divides the members of one object, as texts, into those that stay and those that are personal. */
class Cutting {
  readonly #text: string;
  readonly #objectStart: number;
  /** Members that stay, without those from `#keptFrom` to the current one. */
  #rest = '';
  #keptFrom: number;
  /** Where the current member begins, after the comma of the one before it. */
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

  /** Whether only the closing brace follows the last member. */
  get isWhole(): boolean {
    return this.#text.length === this.#memberStart;
  }

  /** The members before the current one that stay and were not taken yet. */
  takeRest(): string {
    const rest = joined(this.#rest, this.#text.slice(this.#keptFrom, this.#memberStart - 1));
    this.#rest = '';
    this.#keptFrom = this.#memberStart;
    return rest;
  }

  /** Replaces the current member. */
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
