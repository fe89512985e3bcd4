import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { formatInstant } from '../fields/instant.ts';
import { browserMemory } from '../proof/this-browser.ts';

const titles = {
  rollback: 'This log was rolled back',
  fork: 'This log is not the one that this browser knows',
  key: 'This log is signed by a key that this browser does not know',
} as const;

/** Above every page, once this browser saw something of the log that contradicts what it saw before. */
export function LogAlarm({ organisation }: { readonly organisation: string }) {
  const alarm = useSyncExternalStore(browserMemory.subscribe, () =>
    browserMemory.alarmOf(organisation),
  );
  if (alarm === undefined) return null;
  return (
    <div className="alarm" role="alert">
      <strong>{titles[alarm.kind]}</strong>
      <p>
        Seen at <time dateTime={alarm.at}>{formatInstant(alarm.at, 'UTC')}</time>. {alarm.message}.
      </p>
      <p>
        <Link to="/console/checkpoints">The evidence, and what to do</Link>
      </p>
    </div>
  );
}
