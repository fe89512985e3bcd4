/** One step of a verification: what was checked, what came out, and the values that somebody can compare. */
export interface Step {
  readonly title: string;
  readonly state: 'passed' | 'failed';
  readonly said: string;
  readonly values: readonly (readonly [label: string, value: string])[];
}

/** Verified, refuted, or neither: without an answer or without cryptography nothing was verified, and nothing refuted. */
export interface Verification {
  readonly verdict: 'verified' | 'failed' | 'unknown';
  readonly steps: readonly Step[];
  /** When it ended. RFC 3339. */
  readonly at: string;
  /** For `unknown`: why. */
  readonly reason?: string;
}
