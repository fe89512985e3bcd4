import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AuditEvent, type EventsPage, meQuery, queryClient } from '../../api/queries.ts';
import { count } from '../../fields/count.ts';
import { verifyAll } from '../../proof/run.ts';
import { whyNotHere } from '../../proof/why-not-here.ts';
import { Button } from '../../ui/Button.tsx';
import { showDone, showFailure } from '../../ui/toasts.ts';

/** Verifies all events that are loaded for the list by one proof. Each row gets a mark. */
export function VerifyPage() {
  const organisation = useQuery(meQuery).data?.organisation?.identity;
  const [isBusy, setBusy] = useState(false);
  if (organisation === undefined) return null;

  const verify = async () => {
    const events = loadedEvents();
    setBusy(true);
    try {
      const { verdict, failed, reason, steps } = await verifyAll(organisation, events);
      const why = reason ?? steps.find(({ state }) => state === 'failed')?.said ?? '';
      if (verdict === 'verified') showDone(`Verified ${count(events.length, 'event')}`);
      else if (verdict === 'unknown') showFailure('Nothing was verified', why);
      else showFailure(`${count(failed.length, 'event')} of ${events.length} not verified`, why);
    } catch (error) {
      showFailure('Cannot verify this page', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      busy={isBusy}
      disabledReason={whyNotHere()}
      title="Verify the events of the list that are loaded, by one proof"
      onClick={() => void verify()}
    >
      Verify this page
    </Button>
  );
}

/** Of the pages that the list shows now. */
function loadedEvents(): AuditEvent[] {
  const pages = queryClient.getQueryCache().findAll({ queryKey: ['listEvents'], type: 'active' });
  const events = pages.flatMap(({ state }) => (state.data as EventsPage | undefined)?.items ?? []);
  return [...new Map(events.map((event) => [event.sequence, event])).values()];
}
