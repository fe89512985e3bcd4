import type { AnnalsError } from '../core/errors.ts';
import { draftSchema } from '../core/event.ts';
import { none, type RawJson } from '../core/json/raw-json.ts';
import { NameTable } from '../core/name-table.ts';
import type { RawDraft } from '../core/raw-draft.ts';
import { commitmentKey } from '../integrity/personal.ts';
import { rejectedDraft } from './draft-errors.ts';

/** A member an event can have, or the commitment its leaf text can have. */
export type FieldName =
  | keyof typeof draftSchema.shape
  | 'recordedAt'
  | 'sequence'
  | typeof commitmentKey;

/** All of them in canonical order. */
export const fieldNames = [
  ...Object.keys(draftSchema.shape),
  'recordedAt',
  'sequence',
  commitmentKey,
].sort() as FieldName[];

/** Where each of them stands among them. */
export const fieldIndex = Object.fromEntries(
  fieldNames.map((name, place) => [name, place]),
) as Readonly<Record<FieldName, number>>;

const table = new NameTable(fieldNames);

/** The members of a draft by name. */
export class DraftFields {
  readonly #members: number[] = fieldNames.map(() => none);

  /** Looks at a draft in place of the one before. */
  read({ json, object }: RawDraft): void {
    const members = this.#members;
    members.fill(none);
    for (let member = json.first(object); member !== none; member = json.next(member)) {
      const place = table.find(json.bytes, json.keyStart(member), json.keyEnd(member));
      if (place < 0) throw unknownField(json, member);
      members[place] = member;
    }
  }

  /** The member at a place of `fieldNames`; `none` when the draft has none. */
  at(index: number): number {
    return this.#members[index]!;
  }
}

/** Who receives drafts refuses this one; in an event it would be lost without a word. */
function unknownField(json: RawJson, member: number): AnnalsError {
  const name = json.bytes.toString('utf8', json.keyStart(member), json.keyEnd(member));
  return rejectedDraft(name, 'is not a field of an event: put it into "details"');
}
