import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { ApiError } from '../../api/client.ts';
import { type AuditEvent, eventQuery } from '../../api/queries.ts';
import { sentenceOf } from '../../fields/event-text.ts';
import type { Zone } from '../../fields/instant.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { Instant } from '../../parts/Instant.tsx';
import type { Search } from '../../search.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useMedia } from '../../ui/use-media.ts';
import type { ChangeSearch } from '../events/EventsPage.tsx';
import { Changes } from './Changes.tsx';
import { EventFields } from './EventFields.tsx';
import { Proof } from './Proof.tsx';
import { Related } from './Related.tsx';

interface EventPanelProps {
  readonly sequence: number;
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
  readonly close: () => void;
}

/** One event beside the list; on a narrow screen, over it. */
export function EventPanel(props: EventPanelProps) {
  const isNarrow = useMedia('(max-width: 1023px)');
  const { close, sequence } = props;
  if (isNarrow) {
    return (
      <Dialog.Root open onOpenChange={(open) => !open && close()}>
        <Dialog.Portal>
          <Dialog.Backdrop className="backdrop" />
          <Dialog.Popup className="event-panel over" aria-label={`Event ${sequence}`}>
            <Content {...props} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    );
  }
  return <Beside {...props} />;
}

function Beside(props: EventPanelProps) {
  const panel = useRef<HTMLElement>(null);
  const { close, sequence } = props;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      const layer = document.querySelector(
        '[role=dialog], [role=menu], [role=listbox]:popover-open',
      );
      if (layer !== null) return;
      close();
      document.querySelector<HTMLElement>('.event-grid')?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [close]);
  return (
    <aside ref={panel} className="event-panel" aria-label={`Event ${sequence}`}>
      <Content {...props} />
    </aside>
  );
}

function Content({ sequence, search, zone, changeSearch, close }: EventPanelProps) {
  const { data: event, error } = useQuery(eventQuery(sequence));
  const isDropped = error instanceof ApiError && error.status === 410;
  return (
    <>
      <header className="event-panel-head">
        <h2>Event {sequence}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {isDropped ? (
        <>
          <p className="notice">
            This event was dropped when its retention was over. Its hash is still in the log: a copy
            from before can be proved by it, and nobody can put another event in its place.
          </p>
          <Section title="Proof">
            <Proof sequence={sequence} event={undefined} />
          </Section>
        </>
      ) : (
        error !== null && (
          <p className="notice bad" role="alert">
            {error.message}
          </p>
        )
      )}
      {event === undefined ? (
        error === null && <p className="faint">Loading …</p>
      ) : (
        <EventContent event={event} search={search} zone={zone} changeSearch={changeSearch} />
      )}
    </>
  );
}

interface EventContentProps {
  readonly event: AuditEvent;
  readonly search: Search;
  readonly zone: Zone;
  readonly changeSearch: ChangeSearch;
}

function EventContent({ event, search, zone, changeSearch }: EventContentProps) {
  const { changes } = event;
  const address = `${location.origin}/v1/audit/sequence/${event.sequence}`;
  return (
    <>
      <p className="event-sentence">{sentenceOf(event)}</p>
      <p className="event-when">
        <Instant at={event.createdAt} zone={zone} />
      </p>
      {event.description !== undefined && <p>{event.description}</p>}
      {event.personal !== undefined && (
        <p className="notice">
          Its personal fields were erased. What was hashed has a commitment in their place, so the
          event can still be proved, and nobody can put other fields there.
        </p>
      )}
      {event.error !== undefined && <p className="notice bad">{event.error}</p>}
      <Section title="Proof">
        <Proof key={event.sequence} sequence={event.sequence} event={event} />
      </Section>
      <Section title="Fields">
        <EventFields event={event} search={search} zone={zone} changeSearch={changeSearch} />
      </Section>
      {changes !== undefined && (
        <Section title="Changes">
          <Changes before={changes.before} after={changes.after} />
        </Section>
      )}
      <Section title="Related">
        <Related event={event} search={search} />
      </Section>
      <Section title="Raw">
        <div className="buttons">
          <CopyButton what="the event as JSON" label="JSON" text={JSON.stringify(event, null, 2)} />
          <CopyButton
            what="a curl command"
            label="curl"
            text={`curl -H @acme.header '${address}'`}
          />
          <CopyButton
            what="a command"
            label="annals"
            text={`annals events get --sequence ${event.sequence}`}
          />
        </div>
        <pre className="raw" tabIndex={0}>
          {JSON.stringify(event, null, 2)}
        </pre>
      </Section>
    </>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="event-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
