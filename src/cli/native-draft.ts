import { AnnalsError } from '../core/errors.ts';
import type { Draft } from '../core/event.ts';
import { parseJson } from '../core/json/parse-json.ts';
import type { Entry } from '../export/stages.ts';
import type { Mapping } from './sources.ts';

/**
 * A vendor's object as a native draft. The mapping itself loses nothing. An object with something that a double cannot
 * hold, such as a number of 20 digits, is also kept as text.
 */
export function toNativeDraft(mapping: Mapping, { text, id }: Entry): Draft {
  const { value, problems } = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AnnalsError('corrupt', `Cannot read the event ${id}: it is not a JSON object`);
  }
  const mapped = mapping(value, id);
  const draft = { ...mapped, eventID: mapped.eventID ?? id };
  return problems.length === 0
    ? draft
    : { ...draft, details: { ...draft.details, original: text } };
}
