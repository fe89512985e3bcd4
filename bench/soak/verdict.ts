import type { SoakResult } from './run-soak.ts';

/** Producers may be done so long after the last event fell due; a kill at the very end is among it. */
const mostOvertimeSeconds = 15;

/** Why a soak did not find what it must: nothing wrong, everything recorded in time, memory level. */
export function complaints(result: SoakResult): string[] {
  const { problemCount, memory, overtimeSeconds, wanted, total } = result;
  return [
    ...(problemCount > 0 ? [`${problemCount} problems`] : []),
    ...(total.events < wanted ? [`${wanted - total.events} events were not recorded`] : []),
    ...(overtimeSeconds > mostOvertimeSeconds
      ? [`recording took ${overtimeSeconds.toFixed(0)} s longer than events fell due`]
      : []),
    ...(memory?.level === false ? ['the memory of the server grew'] : []),
  ];
}
