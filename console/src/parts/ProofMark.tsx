import { useSyncExternalStore } from 'react';
import { markOf, subscribeToMarks } from '../proof/marks.ts';

const titles = {
  unchecked: 'Not verified here',
  checking: 'Being verified',
  verified: 'Verified in this browser',
  failed: 'Verification failed',
} as const;

/** What this browser knows of an event's proof. Green is for what it has verified itself, and for nothing else. */
export function ProofMark({
  sequence,
  isNamed = false,
}: {
  readonly sequence: number;
  /** Words beside it say the same. */
  readonly isNamed?: boolean;
}) {
  const mark = useSyncExternalStore(subscribeToMarks, () => markOf(sequence));
  if (isNamed) return <span className={`proof-mark ${mark}`} aria-hidden="true" />;
  return (
    <span className={`proof-mark ${mark}`} title={titles[mark]}>
      <span className="visually-hidden">{titles[mark]}</span>
    </span>
  );
}
