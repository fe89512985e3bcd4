import { CopyButton } from '../../parts/CopyButton.tsx';
import type { Alarm } from '../../proof/memory.ts';
import { Button } from '../../ui/Button.tsx';

const advice = {
  rollback:
    'Keep both checkpoints. Ask the operator whether the server was restored from a backup: then the log says so itself, and the events between are lost.',
  fork: 'Keep both checkpoints and verify again: if it stays, they are the evidence that somebody showed two logs, or replaced one.',
  key: 'Ask the operator, in some way other than from this server, whether the key was replaced. If so, enter the new one below.',
} as const;

/** The two checkpoints that contradict each other, and what to do. */
export function Evidence({
  alarm,
  dismiss,
}: {
  readonly alarm: Alarm;
  readonly dismiss: () => void;
}) {
  return (
    <div className="evidence">
      <p>{advice[alarm.kind]}</p>
      <h3>Known before</h3>
      <pre className="raw" tabIndex={0}>
        {alarm.kept}
      </pre>
      <h3>Seen at {alarm.at}</h3>
      <pre className="raw" tabIndex={0}>
        {alarm.seen}
      </pre>
      <div className="buttons">
        <CopyButton
          what="both checkpoints"
          label="Copy both"
          text={`${alarm.kept}\n${alarm.seen}\n${alarm.message}, seen at ${alarm.at}\n`}
        />
        <Button title="It comes back while it is so" onClick={dismiss}>
          Dismiss
        </Button>
      </div>
    </div>
  );
}
