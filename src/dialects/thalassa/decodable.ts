import { isMembers, type Members } from '../members.ts';
import { entryTypes, typedObjects } from './types.ts';
import { unusedName } from './wire.ts';

/**
 * Find objects that may have something in them that the vendor's clients do not decode. Nearly all events have none: their
 * people and service accounts have plain texts alone. In canonical JSON there is no white space. Bytes read as Latin-1
 * give the same result as text. Three expressions that each begin with a plain text are twice as fast as one.
 */
const undecodable = typedObjects.map(
  (name) =>
    new RegExp(
      `"${name}":\\{(?!(?:"(?:description|email|identity|name|slug|subject)":"[^"\\\\]*",?)*\\})`,
    ),
);

const mayBeUndecodable = (text: string): boolean =>
  undecodable.some((expression) => expression.test(text));

/**
 * An event, from its canonical JSON, as the vendor's clients decode it: what they do not decode of `user`, `impersonator`
 * and `serviceAccount` is moved to `details.native`. Any other event is returned as it is.
 */
export function decodableEvent(body: string): string {
  return mayBeUndecodable(body) ? moveAside(body) : body;
}

/** The same for events in canonical JSON, each with a line feed behind it. */
function decodableLines(lines: string): string {
  return mayBeUndecodable(lines) ? lines.split('\n').map(decodableEvent).join('\n') : lines;
}

/** The same for lines in their bytes. */
export function decodableBytes(lines: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  if (!mayBeUndecodable(bytes.toString('latin1'))) return lines;
  return Buffer.from(decodableLines(bytes.toString()));
}

function moveAside(body: string): string {
  const event = JSON.parse(body) as Members;
  const split = typedObjects
    .filter((name) => Object.hasOwn(event, name))
    .map((name) => [name, entryTypes[name](event[name])] as const);
  const aside = split.filter(([, parts]) => parts.aside !== undefined);
  if (aside.length === 0) return body;
  const details = isMembers(event.details) ? event.details : {};
  const native = Object.fromEntries(aside.map(([name, parts]) => [name, parts.aside]));
  return JSON.stringify({
    ...event,
    ...Object.fromEntries(split.map(([name, parts]) => [name, parts.decodable])),
    details: { ...details, [unusedName(details, 'native')]: native },
  });
}
