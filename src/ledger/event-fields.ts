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

/** The index of each field in `fieldNames`. */
export const fieldIndex = Object.fromEntries(
  fieldNames.map((name, index) => [name, index]),
) as Readonly<Record<FieldName, number>>;

const table = new NameTable(fieldNames);

/** The members of a draft by name. */
export class DraftFields {
  readonly #members: number[] = fieldNames.map(() => none);

  /** Reads a draft; the one before is forgotten. */
  read({ json, object }: RawDraft): void {
    const members = this.#members;
    members.fill(none);
    for (let member = json.first(object); member !== none; member = json.next(member)) {
      const index = table.find(json.bytes, json.keyStart(member), json.keyEnd(member));
      if (index < 0) throw unknownField(json, member);
      members[index] = member;
    }
  }

  /** The member for an index of `fieldNames`; `none` when the draft does not have it. */
  at(index: number): number {
    return this.#members[index]!;
  }
}

/** Drafts are checked before, so this is a bug of the caller. Without the error the field would be lost silently. */
function unknownField(json: RawJson, member: number): AnnalsError {
  const name = json.bytes.toString('utf8', json.keyStart(member), json.keyEnd(member));
  return rejectedDraft(name, 'is not a field of an event: put it into "details"');
}
