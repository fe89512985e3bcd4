import { canonicalJson } from '../../../src/integrity/canonical.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * Whether what a list or a panel shows is the event that was recorded. The API moves what some clients cannot decode of
 * people and service accounts into `details.native` (`native_`, … when that name is taken); such an event is compared
 * with those parts where they were.
 */
export function isShownAsRecorded(shown: object, recorded: object): boolean {
  const wanted = canonicalJson(recorded);
  return spellings(shown as Members).some((event) => canonicalJson(event) === wanted);
}

function spellings(shown: Members): readonly Members[] {
  const { details } = shown;
  if (!isMembers(details)) return [shown];
  const moved = Object.keys(details)
    .filter((name) => /^native_*$/.test(name) && isMembers(details[name]))
    .flatMap((name) => {
      const { [name]: aside, ...otherDetails } = details;
      const whole = { ...shown, details: otherDetails };
      const { details: _, ...withoutDetails } = shown;
      const given = Object.keys(otherDetails).length > 0 ? [whole] : [whole, withoutDetails];
      return given.map((event) => merged(event, aside as Members));
    });
  return [shown, ...moved];
}

function merged(one: Members, other: Members): Members {
  const both: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = both[name];
    both[name] = isMembers(before) && isMembers(value) ? merged(before, value) : value;
  }
  return both;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
