/** What a soak shall do. Everything but the timing follows from it. */
export interface SoakPlan {
  /** For how long events fall due. */
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Between two kills of the server. */
  readonly killSeconds: number;
  /** The first has half of the events, the next a quarter, and so on. */
  readonly organisations: number;
  readonly producers: number;
  /** Small, so that sealing goes on all the time. */
  readonly segmentEvents: number;
  /** Most events that one export is expected to have; the work of a reader must not grow with the log. */
  readonly exportEvents: number;
  /** Decides every draw: sizes of batches, windows, formats, moments. */
  readonly seed: number;
}

export const usualPlan: Omit<SoakPlan, 'seconds'> = {
  eventsPerSecond: 2_000,
  killSeconds: 60,
  organisations: 4,
  producers: 16,
  segmentEvents: 8_192,
  exportEvents: 100_000,
  seed: 1,
};
