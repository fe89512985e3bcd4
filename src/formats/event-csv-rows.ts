import { eventCsvColumns, eventCsvRow } from './event-csv.ts';

/**
 * The rows of many events, from their canonical JSON in bytes, as `eventCsvRow` writes them one by one. A server exports
 * millions of events, and parsing each of them, escaping it as text and encoding it again takes eight times as long.
 *
 * Each event is walked over once, to find where the values of the columns are. A value is copied as it stands when that is
 * what its cell says: a string without escapes that no spreadsheet takes for a formula, a number, a truth value. An event
 * with any other value in a column is left to `eventCsvRow`.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const semicolon = 0x3b;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A member that is a column, or an object whose members may be columns. */
interface Member {
  readonly key: Buffer;
  readonly column: number;
  readonly members: readonly Member[];
}

function membersOf(
  paths: readonly (readonly [path: readonly string[], column: number])[],
): Member[] {
  const byKey = Map.groupBy(paths, ([[key = '']]) => key);
  return [...byKey].map(([key, below]) => ({
    key: Buffer.from(key),
    column: below.find(([path]) => path.length === 1)?.[1] ?? -1,
    members: membersOf(
      below.filter(([path]) => path.length > 1).map(([path, column]) => [path.slice(1), column]),
    ),
  }));
}

const eventMembers = membersOf(eventCsvColumns.map((path, column) => [path, column]));

/** Where the values of the columns of one event are: a start and an end each; -1 for what is absent. */
const places = new Int32Array(eventCsvColumns.length * 2);

/**
 * The rows of these events, each of which has a line feed behind it. Throws what `eventCsvRow` throws for a line that is
 * not an event.
 */
export function eventCsvRows(lines: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  // An event is in its row twice at most, with its quotes doubled once; what `eventCsvRow` writes is measured by itself.
  let out = Buffer.allocUnsafeSlow(bytes.length * 2 + 4_096);
  let at = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    places.fill(-1);
    const isPlain = walkObject(bytes, start, end, eventMembers) === end;
    const row = isPlain ? undefined : Buffer.from(eventCsvRow(bytes.toString('utf8', start, end)));
    const most = row?.length ?? rowBytes(end - start);
    if (at + most > out.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(out.length * 2, at + most));
      out.copy(larger, 0, 0, at);
      out = larger;
    }
    if (row === undefined) at = writeRow(bytes, start, end, out, at);
    else {
      row.copy(out, at);
      at += row.length;
    }
    start = end + 1;
  }
  return out.subarray(0, at);
}

/** Most bytes of a row of an event of so many: cells are parts of the event, and quotes are doubled. */
const rowBytes = (eventBytes: number): number => eventBytes * 3 + eventCsvColumns.length * 3 + 4;

function writeRow(bytes: Buffer, start: number, end: number, out: Buffer, from: number): number {
  let at = from;
  for (let place = 0; place < places.length; place += 2) {
    const valueStart = places[place]!;
    if (valueStart >= 0) {
      const valueEnd = places[place + 1]!;
      const isQuoted = hasSeparator(bytes, valueStart, valueEnd);
      if (isQuoted) out[at++] = quote;
      for (let n = valueStart; n < valueEnd; n += 1) out[at++] = bytes[n]!;
      if (isQuoted) out[at++] = quote;
    }
    out[at++] = comma;
  }
  out[at++] = quote;
  for (let n = start; n < end; n += 1) {
    const byte = bytes[n]!;
    out[at++] = byte;
    if (byte === quote) out[at++] = quote;
  }
  out[at++] = quote;
  out[at++] = carriageReturn;
  out[at++] = lineFeed;
  return at;
}

function hasSeparator(bytes: Buffer, start: number, end: number): boolean {
  for (let n = start; n < end; n += 1) {
    const byte = bytes[n]!;
    if (byte === comma || byte === semicolon) return true;
  }
  return false;
}

/**
 * Notes the places of the columns among the members of the object at `start`. Returns the index after the object, or -1
 * when a column has a value that cannot be copied, or something is not canonical JSON.
 */
function walkObject(bytes: Buffer, start: number, end: number, wanted: readonly Member[]): number {
  if (bytes[start] !== openBrace) return -1;
  let at = start + 1;
  if (bytes[at] === closeBrace) return at + 1;
  while (at < end) {
    if (bytes[at] !== quote) return -1;
    const keyEnd = endOfString(bytes, at, end);
    if (bytes[keyEnd] !== 0x3a) return -1;
    const member = memberAt(bytes, at + 1, keyEnd - 1, wanted);
    const value = keyEnd + 1;
    const isObject = bytes[value] === openBrace;
    const valueEnd =
      isObject && member !== undefined && member.members.length > 0
        ? walkObject(bytes, value, end, member.members)
        : endOfValue(bytes, value, end);
    if (valueEnd < 0) return -1;
    if (member !== undefined && member.column >= 0) {
      if (!notePlace(bytes, value, valueEnd, member.column * 2)) return -1;
    }
    if (bytes[valueEnd] === closeBrace) return valueEnd + 1;
    if (bytes[valueEnd] !== comma) return -1;
    at = valueEnd + 1;
  }
  return -1;
}

function memberAt(
  bytes: Buffer,
  start: number,
  end: number,
  wanted: readonly Member[],
): Member | undefined {
  const length = end - start;
  for (const member of wanted) {
    const { key } = member;
    if (key.length !== length) continue;
    let same = 0;
    while (same < length && bytes[start + same] === key[same]) same += 1;
    if (same === length) return member;
  }
  return undefined;
}

/** Whether the value can be copied into its cell. */
function notePlace(bytes: Buffer, start: number, end: number, place: number): boolean {
  const first = bytes[start]!;
  if (first !== quote) {
    // An object or a list, null, a truth value, or a number: one below zero would be guarded.
    if (first < 0x30 || first > 0x39) return false;
    places[place] = start;
    places[place + 1] = end;
    return true;
  }
  if (needsCare[bytes[start + 1]!] === 1) return end - start === 2;
  for (let n = start + 1; n < end - 1; n += 1) if (bytes[n] === backslash) return false;
  places[place] = start + 1;
  places[place + 1] = end - 1;
  return true;
}

/**
 * The first bytes of texts that are not copied: what `guardFormula` looks for (0xef begins the full-width forms), and the
 * quote that ends an empty text.
 */
const needsCare = new Uint8Array(256);
for (const byte of Buffer.from('=+-@\'"\t\r\n')) needsCare[byte] = 1;
needsCare[0xef] = 1;

/** The index after the string whose opening quote is at `start`; -1 when it does not end. */
function endOfString(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  return -1;
}

/** The index after the value at `start`; -1 when it does not end. */
function endOfValue(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start];
  if (first === quote) return endOfString(bytes, start, end);
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      at = endOfString(bytes, at, end) - 1;
      if (at < 0) return -1;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (byte === comma && depth === 0) return at;
  }
  return -1;
}
