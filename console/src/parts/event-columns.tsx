import type { ReactNode } from 'react';
import type { AuditEvent } from '../api/queries.ts';
import { actorOf, cutMiddle, resourceOf } from '../fields/event-text.ts';
import type { Zone } from '../fields/instant.ts';
import { Instant } from './Instant.tsx';

/** A column of the list of events. */
export interface EventColumn {
  readonly name: string;
  readonly label: string;
  readonly cell: (event: AuditEvent, zone: Zone) => ReactNode;
}

const absent = <span className="faint">–</span>;
const erased = <em className="faint">erased</em>;

export const eventColumns: readonly EventColumn[] = [
  {
    name: 'time',
    label: 'Time',
    cell: ({ createdAt }, zone) => <Instant at={createdAt} zone={zone} />,
  },
  {
    name: 'outcome',
    label: 'Outcome',
    cell: ({ outcome, context }) =>
      outcome === 'failure' ? (
        <span className="failure">
          Failed{context?.status === undefined ? '' : ` ${context.status}`}
        </span>
      ) : (
        (outcome ?? absent)
      ),
  },
  {
    name: 'actor',
    label: 'Actor',
    cell: (event) => {
      const { name } = actorOf(event);
      if (name !== '') return <span title={name}>{name}</span>;
      return event.personal === undefined ? absent : erased;
    },
  },
  {
    name: 'action',
    label: 'Action',
    cell: ({ action }) => (
      <span className="mono" title={action}>
        {action}
      </span>
    ),
  },
  {
    name: 'resource',
    label: 'Resource',
    cell: (event) => {
      const { resourceType, resourceIdentity } = event;
      if (resourceType === undefined && resourceIdentity === undefined) return absent;
      return (
        <span title={resourceOf(event)}>
          {resourceIdentity !== undefined && (
            <span className="mono">{cutMiddle(resourceIdentity, 26)} </span>
          )}
          <span className="faint">{resourceType}</span>
        </span>
      );
    },
  },
  {
    name: 'address',
    label: 'Address',
    cell: ({ context, personal }) =>
      context?.client_ip === undefined ? (
        personal === undefined ? (
          absent
        ) : (
          erased
        )
      ) : (
        <span className="mono">{context.client_ip}</span>
      ),
  },
];
