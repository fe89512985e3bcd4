import { formatInstant, instantParts, type Zone } from '../fields/instant.ts';

/** An instant: what is read first in the colour of the text, the fraction and the offset beside it one step fainter. */
export function Instant({ at, zone }: { readonly at: string; readonly zone: Zone }) {
  const { date, time, fraction, offset } = instantParts(at, zone);
  return (
    <time dateTime={at} title={formatInstant(at, zone)} className="instant">
      {date} {time}
      <span className="faint">
        {fraction} {offset}
      </span>
    </time>
  );
}
