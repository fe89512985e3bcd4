import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { type AuditEvent, meQuery } from '../../api/queries.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { ProofMark } from '../../parts/ProofMark.tsx';
import { Steps } from '../../parts/Steps.tsx';
import { markOf, subscribeToMarks, verificationOf } from '../../proof/marks.ts';
import { verifyOne } from '../../proof/run.ts';
import type { EventEvidence } from '../../proof/verify.ts';
import { whyNotHere } from '../../proof/why-not-here.ts';
import { Button } from '../../ui/Button.tsx';
import { onShortcut } from '../../ui/shortcuts.ts';
import { showFailure } from '../../ui/toasts.ts';

const verdicts = {
  unchecked: 'Not verified here yet',
  checking: 'Verifying …',
  verified: 'Verified in this browser',
  failed: 'Not what was recorded, or not provable: do not rely on it',
} as const;

interface ProofProps {
  readonly sequence: number;
  /** Undefined when it was dropped. */
  readonly event: AuditEvent | undefined;
}

/** Verifying one event in this browser, and each step of it. */
export function Proof({ sequence, event }: ProofProps) {
  const { data: me } = useQuery(meQuery);
  const mark = useSyncExternalStore(subscribeToMarks, () => markOf(sequence));
  const verification = useSyncExternalStore(subscribeToMarks, () => verificationOf(sequence));
  const organisation = me?.organisation?.identity;
  const impossible = whyNotHere();

  useEffect(() => {
    if (organisation === undefined) return;
    return onShortcut('v', () => verify(organisation, sequence, event));
  }, [organisation, sequence, event]);

  if (organisation === undefined) return null;
  return (
    <>
      <div className="proof-line">
        <p role="status" className={`proof-verdict ${mark}`}>
          <ProofMark sequence={sequence} isNamed />
          {verdicts[mark]}
        </p>
        <Button
          look={mark === 'unchecked' ? 'primary' : 'plain'}
          busy={mark === 'checking'}
          disabledReason={impossible}
          aria-keyshortcuts="v"
          title="Key: v"
          onClick={() => verify(organisation, sequence, event)}
        >
          {verification === undefined ? 'Verify' : 'Verify again'}
        </Button>
      </div>
      {impossible !== undefined && <p className="help">{impossible}</p>}
      {verification?.reason !== undefined && (
        <p className="notice bad" role="alert">
          Nothing was verified: {verification.reason}
        </p>
      )}
      {verification !== undefined && <Steps steps={verification.steps} />}
      {verification?.evidence !== undefined && (
        <div className="buttons">
          <Button onClick={() => save(verification.evidence)}>Download proof</Button>
          <CopyButton
            what="the command that verifies the file"
            label="annals verify"
            text={`annals verify event-${sequence}.event-proof.json --key log.key`}
          />
        </div>
      )}
      {verification?.verdict === 'verified' && <Limits />}
    </>
  );
}

function verify(organisation: string, sequence: number, event: AuditEvent | undefined): void {
  verifyOne(organisation, sequence, event).catch((error: unknown) =>
    showFailure('Cannot verify the event', error),
  );
}

function save(evidence: EventEvidence | undefined): void {
  if (evidence === undefined) return;
  import('../../proof/evidence-file.ts')
    .then(({ saveEvidence }) => saveEvidence(evidence))
    .catch((error: unknown) => showFailure('Cannot save the proof', error));
}

/** What a pass does not prove. */
function Limits() {
  return (
    <details className="proof-limits">
      <summary>What this does not prove</summary>
      <ul>
        <li>That the event is true, or that nothing was left out before it was recorded.</li>
        <li>
          That this page is honest: it came from the same server. To check without it, download the
          proof and <a href="/console/verify.html">the page that needs no server</a>, or compare the
          key with the one that the operator gave you, and run
          <code className="mono"> annals verify --server --key log.key</code>.
        </li>
        <li>
          What the log was before this browser first saw it. Only a checkpoint from then, an anchor
          or a witness shows that.
        </li>
      </ul>
    </details>
  );
}
