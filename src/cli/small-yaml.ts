import { AnnalsError } from '../core/errors.ts';

/**
 * Reads the YAML that `tcloud` and `upctl` write: block mappings and sequences of plain or quoted texts, with comments.
 * Everything is a text; anything else of YAML is refused by its line, never guessed at.
 */
export type SmallYaml = string | SmallYaml[] | { [key: string]: SmallYaml };

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** Throws `invalid`. An empty text is an empty mapping. */
export function parseSmallYaml(text: string): SmallYaml {
  const lines = text.split(/\r?\n/).flatMap((raw, index): Line[] => {
    const content = withoutComment(raw);
    if (content.trim() === '' || content === '---') return [];
    if (/^ *\t/.test(content)) throw refused(index + 1, 'it is indented with a tab');
    const indent = content.length - content.trimStart().length;
    return [{ number: index + 1, indent, text: content.trim() }];
  });
  if (lines.length === 0) return {};
  const reader = new Reader(lines);
  return reader.document();
}

class Reader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  document(): SmallYaml {
    const value = this.#block();
    const rest = this.#lines[this.#at];
    if (rest !== undefined) throw refused(rest.number, 'it does not fit what is above it');
    return value;
  }

  /** The block that begins at the line in hand: all lines indented like it. */
  #block(): SmallYaml {
    const first = this.#lines[this.#at] as Line;
    if (isItem(first)) return this.#sequence(first.indent);
    if (memberOf(first) !== undefined) return this.#mapping(first.indent);
    this.#at += 1;
    return scalar(first.text, first.number);
  }

  #sequence(indent: number): SmallYaml[] {
    const items: SmallYaml[] = [];
    for (let line = this.#lines[this.#at]; line?.indent === indent && isItem(line); ) {
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.#at += 1;
        items.push(this.#below(indent));
      } else {
        // What follows the dash is a block of its own, indented to where it begins.
        const deeper = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { number: line.number, indent: deeper, text: rest };
        items.push(this.#block());
      }
      line = this.#lines[this.#at];
    }
    return items;
  }

  #mapping(indent: number): { [key: string]: SmallYaml } {
    const members: Record<string, SmallYaml> = {};
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      const member = memberOf(line);
      if (member === undefined) throw refused(line.number, 'there is no key');
      this.#at += 1;
      const value = member.value === '' ? this.#below(indent) : scalar(member.value, line.number);
      Object.defineProperty(members, member.key, { value, enumerable: true, configurable: true });
    }
    return members;
  }

  /** What is indented below a key or dash; a sequence may stand as far left as its key. */
  #below(indent: number): SmallYaml {
    const next = this.#lines[this.#at];
    if (next === undefined) return '';
    const belongs = next.indent > indent || (next.indent === indent && isItem(next));
    return belongs ? this.#block() : '';
  }
}

const isItem = ({ text }: Line): boolean => text === '-' || text.startsWith('- ');

function memberOf({ text, number }: Line): { key: string; value: string } | undefined {
  const match =
    /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#:[\]{},&*!|>%@`][^:]*?)\s*:(?:\s+(.*))?$/.exec(text);
  if (match === null) return undefined;
  const [, key = '', value = ''] = match;
  return { key: scalar(key, number), value };
}

function scalar(text: string, line: number): string {
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw refused(line, 'its quotes cannot be read');
    }
  }
  if (text.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(text)) throw refused(line, 'its quotes cannot be read');
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (text === '[]' || text === '{}' || text === 'null' || text === '~') return '';
  if (/^[[\]{}&*!|>%@`]/.test(text)) throw refused(line, 'it is more of YAML than is read here');
  return text;
}

/** A `#` begins a comment at the start of a line or after a space, outside quotes. */
function withoutComment(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (quote !== '') {
      const escaped = quote === '"' ? character === '\\' : line.startsWith("''", at);
      if (escaped) at += 1;
      else if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && /[\s:-]|^$/.test(line[at - 1] ?? '')) {
      quote = character;
    } else if (character === '#' && (at === 0 || line[at - 1] === ' ')) {
      return line.slice(0, at).trimEnd();
    }
  }
  return line.trimEnd();
}

const refused = (line: number, why: string): AnnalsError =>
  new AnnalsError('invalid', `Cannot read line ${line} of the YAML: ${why}`);
