import { queryOptions, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import { formatCount } from '../../fields/count.ts';
import { formatInstant } from '../../fields/instant.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { Steps } from '../../parts/Steps.tsx';
import { serverApi } from '../../proof/log-api.ts';
import { forgetMarks } from '../../proof/marks.ts';
import type { Remembered } from '../../proof/memory.ts';
import { verifyGrowth } from '../../proof/run.ts';
import { headOf, isTrusted, readServedLog, type ServedLog } from '../../proof/served-log.ts';
import type { Verification } from '../../proof/steps.ts';
import { browserMemory } from '../../proof/this-browser.ts';
import { trustKeys } from '../../proof/verify.ts';
import { whyNotHere } from '../../proof/why-not-here.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { showDone, showFailure } from '../../ui/toasts.ts';
import { Evidence } from './Evidence.tsx';

const servedLogQuery = queryOptions({
  queryKey: ['getCheckpoint'],
  queryFn: async () => {
    const [message, keys] = await Promise.all([serverApi.checkpoint(), serverApi.keys()]);
    return readServedLog(message, keys);
  },
  staleTime: 10_000,
});

/** The head of the log, who signed it, and what this browser remembers of both. */
export function CheckpointsPage() {
  const { me } = useRouteContext({ from: '/signed-in' });
  const organisation = me.organisation?.identity;
  const { data: served, error } = useQuery(servedLogQuery);
  return (
    <div className="list-page">
      <header className="list-page-head">
        <h1 tabIndex={-1}>Checkpoints</h1>
        <p className="help">
          A checkpoint is the signed head of the log: how many events it has, and the root of the
          tree over them. Keep one, and you can prove later that the log has only grown since.
        </p>
      </header>
      {error !== null && (
        <p className="notice bad" role="alert">
          {error.message}
        </p>
      )}
      {organisation !== undefined && <Growth organisation={organisation} served={served} />}
      {served === undefined ? error === null && <p>Loading …</p> : <Served served={served} />}
    </div>
  );
}

function useRemembered(organisation: string): Remembered | undefined {
  return useSyncExternalStore(browserMemory.subscribe, () => browserMemory.recall(organisation));
}

/** What this browser remembers, and whether the log has only grown since. */
function Growth({
  organisation,
  served,
}: {
  readonly organisation: string;
  readonly served: ServedLog | undefined;
}) {
  const known = useRemembered(organisation);
  const alarm = useSyncExternalStore(browserMemory.subscribe, () =>
    browserMemory.alarmOf(organisation),
  );
  const [verification, setVerification] = useState<Verification>();
  const [isBusy, setBusy] = useState(false);
  const [asks, setAsks] = useState<'key' | 'forget'>();
  const impossible = whyNotHere();

  const verify = async () => {
    setBusy(true);
    try {
      setVerification(await verifyGrowth(organisation));
    } catch (failure) {
      showFailure('Cannot verify the log', failure);
    } finally {
      setBusy(false);
    }
  };
  const trust = async (form: FormData) => {
    const lines = String(form.get('key')).split('\n');
    const keys = lines.map((line) => line.trim()).filter((line) => line !== '');
    trustKeys(browserMemory, organisation, keys);
    setAsks(undefined);
    showDone('This browser trusts the key. Verify again');
  };
  const forget = async () => {
    browserMemory.forget(organisation);
    forgetMarks();
    setVerification(undefined);
    setAsks(undefined);
    showDone('Forgotten: the next checkpoint is the first one');
  };

  return (
    <section className="box" aria-label="This browser">
      <h2>This browser</h2>
      {alarm !== undefined && (
        <Evidence alarm={alarm} dismiss={() => browserMemory.dismiss(organisation)} />
      )}
      {known === undefined ? (
        <p>It has verified nothing of this log yet. The first time, it believes what it sees.</p>
      ) : (
        <dl className="facts">
          <div>
            <dt>Knows the log since</dt>
            <dd>{formatInstant(known.firstAt, 'UTC')}</dd>
          </div>
          <div>
            <dt>Newest checkpoint verified</dt>
            <dd>
              {formatCount(headOf(known.checkpoint).size)} events, at{' '}
              {formatInstant(known.at, 'UTC')}{' '}
              <CopyButton what="the checkpoint" text={known.checkpoint} />
            </dd>
          </div>
          <div>
            <dt>Trusts</dt>
            <dd className="mono">
              {known.keys.map((key) => (
                <div key={key}>{key}</div>
              ))}
            </dd>
          </div>
        </dl>
      )}
      {impossible !== undefined && <p className="help">{impossible}</p>}
      <div className="buttons">
        <Button
          look="primary"
          busy={isBusy}
          disabledReason={impossible}
          onClick={() => void verify()}
        >
          {known === undefined ? 'Verify the log' : 'Verify that the log only grew'}
        </Button>
        {known !== undefined && (
          <>
            <Button onClick={() => setAsks('key')}>Trust another key</Button>
            <Button look="danger" onClick={() => setAsks('forget')}>
              Forget
            </Button>
          </>
        )}
      </div>
      {verification !== undefined && (
        <div role="status">
          <p className={verification.verdict === 'verified' ? 'good' : 'bad'}>
            {verification.verdict === 'verified'
              ? 'Verified'
              : verification.verdict === 'failed'
                ? 'Not verified'
                : `Nothing was verified: ${verification.reason}`}
          </p>
          <Steps steps={verification.steps} />
        </div>
      )}
      {served !== undefined && <Elsewhere served={served} known={known} />}
      {asks === 'key' && (
        <FormDialog
          title="Trust another key"
          action="Trust key"
          look="primary"
          act={trust}
          close={() => setAsks(undefined)}
        >
          <p>
            Enter the verifier key that the operator gave you in another way. Do not copy it from
            this page: somebody who has taken over the server can sign with another key, and show
            that one here.
          </p>
          <div className="form">
            <label htmlFor="trusted-key">Verifier key</label>
            <textarea
              id="trusted-key"
              name="key"
              rows={3}
              required
              spellCheck={false}
              className="mono"
            />
          </div>
        </FormDialog>
      )}
      {asks === 'forget' && (
        <FormDialog
          title="Forget what this browser knows of the log?"
          action="Forget"
          look="danger"
          act={forget}
          close={() => setAsks(undefined)}
        >
          <p>
            Keys, checkpoint and alarm. The next checkpoint is believed like the first one, so a log
            that was rolled back before then is not found out any more. Copy the evidence first.
          </p>
        </FormDialog>
      )}
    </section>
  );
}

/** How somebody checks without this page. */
function Elsewhere({
  served,
  known,
}: {
  readonly served: ServedLog;
  readonly known: Remembered | undefined;
}) {
  const key = served.keys.find(({ kind }) => kind === 'current')?.text ?? '';
  const line = `annals verify --server --key '${key}' --save annals.checkpoint`;
  return (
    <>
      <p className="help">
        {isTrusted(key, known)
          ? 'This page comes from the server that it checks. The command checks without it:'
          : 'Compare the key with the one that the operator gave you. The command checks without this page:'}
      </p>
      <div className="secret">
        <code className="mono">{line}</code>
        <CopyButton what="the command" text={line} />
      </div>
    </>
  );
}

const kinds = { current: 'Signs now', previous: 'Replaced', witness: 'Witness' } as const;

function Served({ served }: { readonly served: ServedLog }) {
  const { origin, size, root, signatures, keys, message } = served;
  return (
    <section className="box" aria-label="The newest checkpoint">
      <h2>The newest checkpoint, as the server gives it</h2>
      <dl className="facts">
        <div>
          <dt>Log</dt>
          <dd className="mono">{origin}</dd>
        </div>
        <div>
          <dt>Events</dt>
          <dd>{formatCount(size)}</dd>
        </div>
        <div>
          <dt>Root</dt>
          <dd className="mono">
            {root} <CopyButton what="the root" text={root} />
          </dd>
        </div>
        {signatures.map(({ name, by }) => (
          <div key={name}>
            <dt>Signed by {by}</dt>
            <dd className="mono">{name}</dd>
          </div>
        ))}
        {keys.map(({ text, kind }) => (
          <div key={text}>
            <dt>{kinds[kind]}</dt>
            <dd className="mono">
              {text} <CopyButton what="the key" text={text} />
            </dd>
          </div>
        ))}
      </dl>
      {signatures.every(({ by }) => by !== 'a witness') && (
        <p className="help">
          No witness signed it. Without one, the server could show somebody else another log.
        </p>
      )}
      <pre className="raw" tabIndex={0}>
        {message}
      </pre>
      <div className="buttons">
        <CopyButton what="the checkpoint" label="Copy checkpoint" text={message} />
      </div>
    </section>
  );
}
