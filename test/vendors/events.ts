/** The three vendors' events as plain JSON objects, and where each keeps its id and its time. */
import { cockroachdbEvent } from './events/cockroachdb.ts';
import type { Traits } from './events/spice.ts';
import { thalassaEvent } from './events/thalassa.ts';
import { upcloudEvent } from './events/upcloud.ts';
import { instant, type Nanos } from './instant.ts';
import type { Random } from './random.ts';

export const vendorKinds = ['thalassa', 'upcloud', 'cockroachdb'] as const;
export type VendorKind = (typeof vendorKinds)[number];

/** An event as the vendor answers it. */
export type VendorEvent = Readonly<Record<string, unknown>>;

export const eventFields: Readonly<Record<VendorKind, { id: string; time: string }>> = {
  thalassa: { id: 'eventID', time: 'createdAt' },
  upcloud: { id: 'cloud_event_id', time: 'time' },
  cockroachdb: { id: 'id', time: 'created_at' },
};

type Make = (random: Random, time: string, traits: Traits) => VendorEvent;

export const makeEvent: Readonly<Record<VendorKind, Make>> = {
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
