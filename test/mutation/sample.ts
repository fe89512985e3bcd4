/** Which mutants are in the sample of a run: a share of all, chosen by number, so that no file has more than its part. */

/** The variable with the size of the sample in percent. */
export const sampleVariable = 'ANNALS_MUTATION_SAMPLE';

/** The reason of a mutant that was not tried because it is not in the sample. */
export const notInSample = 'not tried: it is not in the sample';

/** `id` is StrykerJS's, a whole number that follows the source. The same mutants are in the sample each time. */
export function isInSample(id: string, percent = Number(process.env[sampleVariable] ?? 100)) {
  // Multiplying by the golden ratio spreads consecutive numbers evenly over 0 to 1.
  return ((Number(id) * 0.6180339887498949) % 1) * 100 < percent;
}
