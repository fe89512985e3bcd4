import { AnnalsError } from '../core/errors.ts';
import { maxEventBytes } from '../core/event.ts';

/** Why a draft is not recorded; no field stands for the whole event. */
export function refused(field: string, message: string): AnnalsError {
  const subject = field === '' ? 'the event' : field;
  return new AnnalsError('invalid', `Cannot record: ${subject} ${message}`, {
    issues: [{ field, message }],
  });
}

export function tooLarge(size: number): AnnalsError {
  return refused('', `has ${size} bytes as canonical JSON, more than ${maxEventBytes}`);
}
