import { formatInstant, instantParts } from '../fields/instant.ts';

/** An instant to the minute, in UTC, where a list has many of them. All of it is in its title. */
export function Minute({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return <span className="faint">–</span>;
  const { date, time } = instantParts(at, 'UTC');
  return (
    <time dateTime={at} title={formatInstant(at, 'UTC')} className="instant">
      {date} {time.slice(0, 5)}
    </time>
  );
}
