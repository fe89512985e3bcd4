import { Link } from '@tanstack/react-router';
import type { AuditEvent } from '../../api/queries.ts';
import { parameterValue } from '../../fields/filters.ts';
import { firstOf, type Search } from '../../search.ts';

/** Windows of time are parameters too, and no filters of values. */
const asParameter = (name: string, value: string) =>
  name === 'clientIp' ? parameterValue(name, value) : value;

const fiveMinutes = 5 * 60 * 1_000;

/** Lists of events that have something in common with this one: each is a link, at the same snapshot. */
export function Related({
  event,
  search,
}: {
  readonly event: AuditEvent;
  readonly search: Search;
}) {
  const { traceId, sessionId, userIdentity, serviceAccountIdentity, resourceIdentity, context } =
    event;
  const instant = Date.parse(event.createdAt);
  const around = {
    from: new Date(instant - fiveMinutes).toISOString(),
    to: new Date(instant + fiveMinutes).toISOString(),
  };
  const links: readonly [string, Readonly<Record<string, string | undefined>>][] = [
    ['Same trace', { traceId }],
    ['Same session', { sessionId }],
    ['Same user', { userIdentity }],
    ['Same service account', { serviceAccount: serviceAccountIdentity }],
    ['Same resource', { resourceIdentity }],
    ['Same address', { clientIp: context?.client_ip }],
    ['Five minutes around', around],
  ];
  return (
    <ul className="related">
      {links.map(([label, filter]) => {
        const given = Object.entries(filter).filter(([, value]) => value !== undefined);
        if (given.length === 0) return null;
        const next = {
          ...Object.fromEntries(
            given.map(([name, value = '']) => [name, [asParameter(name, value)]]),
          ),
          ...(search.snapshot !== undefined && { snapshot: search.snapshot }),
          ...(search.zone !== undefined && { zone: search.zone }),
          includeSystemServices: [firstOf(search, 'includeSystemServices') ?? 'true'],
          event: [String(event.sequence)],
        };
        return (
          <li key={label}>
            <Link to="/console/events" search={next as never}>
              {label}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
