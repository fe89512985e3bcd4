/** The three vendors' events as plain JSON objects, and where each keeps its id and its time. */

import type { Traits } from './events/awkward-values.fixture.ts';
import { cockroachdbEvent } from './events/cockroachdb.fixture.ts';
import { thalassaEvent } from './events/thalassa.fixture.ts';
import { upcloudEvent } from './events/upcloud.fixture.ts';
import { instant, type Nanos } from './instant.fixture.ts';
import type { SeededRandom } from './random.fixture.ts';

export const vendorKinds = ['thalassa', 'upcloud', 'cockroachdb'] as const;
export type VendorKind = (typeof vendorKinds)[number];

/** An event as the vendor sends it. */
export type VendorEvent = Readonly<Record<string, unknown>>;

export const eventFields: Readonly<Record<VendorKind, { id: string; time: string }>> = {
  thalassa: { id: 'eventID', time: 'createdAt' },
  upcloud: { id: 'cloud_event_id', time: 'time' },
  cockroachdb: { id: 'id', time: 'created_at' },
};

type CreateEvent = (random: SeededRandom, time: string, traits: Traits) => VendorEvent;

export const createEvent: Readonly<Record<VendorKind, CreateEvent>> = {
  thalassa: thalassaEvent,
  upcloud: upcloudEvent,
  cockroachdb: cockroachdbEvent,
};

/** The vendor's id, or the whole text of an entry that has none (wire: thalassa 3.6). */
export function idOf(kind: VendorKind, event: VendorEvent): string {
  const id = event[eventFields[kind].id];
  return typeof id === 'string' ? id : JSON.stringify(event);
}

export function timeOf(kind: VendorKind, event: VendorEvent): Nanos {
  return instant(String(event[eventFields[kind].time]));
}
