/** What a soak does. Everything except the timing follows from it. */
export interface SoakPlan {
  /** For how long events become due. */
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** The time between two kills of the server. */
  readonly killSeconds: number;
  /** The first has half of the events, the next a quarter, and so on. */
  readonly organisations: number;
  readonly producers: number;
  /** Small, so that the server seals all the time. */
  readonly segmentEvents: number;
  /** Most events that one export is expected to have; the work of a reader must not grow with the log. */
  readonly exportEvents: number;
  /** The seed of all random choices: batches, windows, formats, moments. */
  readonly seed: number;
}

export const defaultPlan: Omit<SoakPlan, 'seconds'> = {
  eventsPerSecond: 2_000,
  killSeconds: 60,
  organisations: 4,
  producers: 16,
  segmentEvents: 8_192,
  exportEvents: 100_000,
  seed: 1,
};
