import type { Micros } from '../../src/core/micros.ts';
import { numbers } from '../api-events.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { SoakClient } from './client.ts';
import type { SoakPlan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Figures } from './progress.ts';
import type { SoakServer } from './server.ts';
import type { Stream } from './streams.ts';
import type { Turnstile } from './turnstile.ts';

export interface SoakOrganisation {
  readonly slug: string;
  readonly key: string;
  readonly streams: readonly Stream[];
}

/** What those who write, read, export and kill share. */
export interface SoakContext {
  readonly plan: SoakPlan;
  /** When the first events fell due. */
  readonly begin: Micros;
  /** Where the data, exports and checkpoints lie. */
  readonly place: string;
  readonly server: SoakServer;
  readonly client: SoakClient;
  readonly organisations: readonly SoakOrganisation[];
  /** The log's key, known from the first start; nobody believes the server later. */
  readonly verifierKey: string;
  readonly acknowledgements: Acknowledgements;
  /** Through which all requests go that record. */
  readonly recording: Turnstile;
  readonly figures: Figures;
  readonly problems: Problems;
  /** Aborted when readers shall finish what they are at. */
  readonly enough: AbortSignal;
}

/** Draws whole numbers below a bound; the same ones in each run with the same seed, whoever else draws. */
export type Draw = (below: number) => number;

export function drawsOf({ seed }: SoakPlan, name: string): Draw {
  let mixed = seed;
  for (const letter of name) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) | 0;
  return numbers(mixed);
}
