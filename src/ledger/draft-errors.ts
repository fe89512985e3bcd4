import { AnnalsError } from '../core/errors.ts';
import { maxEventBytes } from '../core/event.ts';

/** Why a draft is not recorded. An empty field means the whole event. */
export function rejectedDraft(field: string, message: string): AnnalsError {
  const subject = field === '' ? 'the event' : field;
  return new AnnalsError('invalid', `Cannot record: ${subject} ${message}`, {
    issues: [{ field, message }],
  });
}

export function draftTooLarge(size: number): AnnalsError {
  return rejectedDraft('', `has ${size} bytes as canonical JSON, more than ${maxEventBytes}`);
}
