import { formatInstant, hour, type Micros, second } from '../../src/core/micros.ts';
import { apiEvent } from '../api-events.ts';
import type { SoakPlan } from './plan.ts';

/**
 * What one producer records: events numbered from 0 on. Producer and number decide all that an event says. So the soak knows
 * which events there must be, in which window, and what each says, without keeping them.
 */
export interface Stream {
  readonly producer: number;
  /** As `userIdentity` in its events. */
  readonly name: string;
  /** Index of its organisation. */
  readonly organisation: number;
  /** When event 0 is due. */
  readonly begin: Micros;
  /** The time from one event to the next. */
  readonly step: Micros;
  /** How long ago an event happened when it is due: some producers import. */
  readonly late: Micros;
  /** How many there will be. */
  readonly total: number;
}

export function planStreams(plan: SoakPlan, begin: Micros): Stream[] {
  const step = Math.round((second * plan.producers) / plan.eventsPerSecond);
  return Array.from({ length: plan.producers }, (_, producer) => ({
    producer,
    name: `producer-${producer}`,
    organisation: organisationOf(producer, plan),
    begin,
    step,
    late: producer % 4 === 3 ? hour : 0,
    total: Math.floor((plan.seconds * second) / step),
  }));
}

function organisationOf(producer: number, { producers, organisations }: SoakPlan): number {
  return Math.min(organisations - 1, Math.floor(-Math.log2(1 - producer / producers)));
}

export function createdAtOf({ begin, late, step }: Stream, number: number): Micros {
  return begin - late + number * step;
}

/** How many of its events happened before this time, if the stream never ended. */
export function countBefore({ begin, late, step }: Stream, at: Micros): number {
  return Math.max(0, Math.ceil((at - begin + late) / step));
}

/** How many of its events are due. */
export function countDue(stream: Stream, now: Micros): number {
  return Math.min(stream.total, countBefore(stream, now - stream.late + 1));
}

/** Two kinds, because the server keeps them differently: UUIDs of version 7, and texts of the producer's own. */
export function eventIDOf(stream: Stream, number: number): string {
  const { producer } = stream;
  if (producer % 3 === 0) return `evt-${producer}-${number}`;
  const millis = Math.floor(createdAtOf(stream, number) / 1_000);
  const time = hex(millis, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(producer, 3)}-8000-${hex(number, 12)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7([0-9a-f]{3})-8000-([0-9a-f]{12})$/;
const text = /^evt-(\d+)-(\d+)$/;

/** The producer and the number of an event; undefined for an id of no producer. */
export function numberOf(eventID: string): { producer: number; number: number } | undefined {
  const own = text.exec(eventID);
  if (own !== null) return { producer: Number(own[1]), number: Number(own[2]) };
  const [, producer, number] = uuid.exec(eventID) ?? [];
  if (producer === undefined || number === undefined) return undefined;
  return { producer: Number.parseInt(producer, 16), number: Number.parseInt(number, 16) };
}

/** One of so many events of a stream has a rare word in its description. */
const rareEvery = 1_000;
export const rareWord = 'zebrafish';

/** How many of the first events of a stream have the rare word. */
export const rareBelow = (count: number) => Math.ceil(count / rareEvery);

export function draftOf(stream: Stream, number: number): object {
  const createdAt = createdAtOf(stream, number);
  const event = apiEvent(stream.producer * 100_000_003 + number, createdAt);
  const { system_service: _, ...context } = event.context ?? {};
  const { resourceIdentity = '' } = event;
  return {
    ...event,
    context,
    eventID: eventIDOf(stream, number),
    createdAt: formatInstant(createdAt),
    description: number % rareEvery === 0 ? `${resourceIdentity} ${rareWord}` : resourceIdentity,
    userIdentity: stream.name,
  };
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
