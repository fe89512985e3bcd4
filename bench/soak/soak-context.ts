import type { Micros } from '../../src/core/micros.ts';
import { numbers } from '../api-events.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { SoakClient } from './client.ts';
import type { SoakPlan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Figures } from './progress.ts';
import type { SoakServer } from './server.ts';
import type { SharedLock } from './shared-lock.ts';
import type { Stream } from './streams.ts';

export interface SoakOrganisation {
  readonly slug: string;
  readonly key: string;
  readonly streams: readonly Stream[];
}

/** What producers, readers, exports and kills share. */
export interface SoakContext {
  readonly plan: SoakPlan;
  /** When the first events were due. */
  readonly begin: Micros;
  /** The directory of data, exports and checkpoints. */
  readonly directory: string;
  readonly server: SoakServer;
  readonly client: SoakClient;
  readonly organisations: readonly SoakOrganisation[];
  /** The key of the log, from the first start. A key that the server gives later is not trusted. */
  readonly verifierKey: string;
  readonly acknowledgements: Acknowledgements;
  /** Shared by all requests that record; a kill takes it exclusively. */
  readonly recording: SharedLock;
  readonly figures: Figures;
  readonly problems: Problems;
  /** Aborted when readers must finish what they are doing. */
  readonly enough: AbortSignal;
}

/** Random whole numbers below a bound. They depend only on the seed and this name, not on other users. */
export type Draw = (below: number) => number;

export function drawsOf({ seed }: SoakPlan, name: string): Draw {
  let mixed = seed;
  for (const letter of name) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) | 0;
  return numbers(mixed);
}
