import type { AuditEvent } from '../api/queries.ts';
import { serverApi } from './log-api.ts';
import { keepVerification, markOf, setMarks } from './marks.ts';
import type { Verification } from './steps.ts';
import { browserMemory } from './this-browser.ts';
import type { PageVerification, Verifier } from './verify.ts';
import { whyNotHere } from './why-not-here.ts';

/** What a click begins. The code that verifies is loaded when it is first used. */

const verifier: Verifier = { api: serverApi, memory: browserMemory, now: () => new Date() };

const load = () => import('./verify.ts');

/** Verifies one event and keeps the result. `shown` is undefined for an event that was dropped. */
export async function verifyOne(
  organisation: string,
  sequence: number,
  shown: AuditEvent | undefined,
): Promise<void> {
  if (markOf(sequence) === 'checking' || whyNotHere() !== undefined) return;
  setMarks([sequence], 'checking');
  try {
    const { verifyEvent } = await load();
    keepVerification(sequence, await verifyEvent(verifier, organisation, sequence, shown));
  } catch (error) {
    setMarks([sequence], 'unchecked');
    throw error;
  }
}

/** Verifies all these events by one proof, and marks them. */
export async function verifyAll(
  organisation: string,
  events: readonly AuditEvent[],
): Promise<PageVerification> {
  const shown = new Map(events.map((event) => [event.sequence, event]));
  setMarks(shown.keys(), 'checking');
  let marks: Pick<PageVerification, 'verified' | 'failed'> = { verified: [], failed: [] };
  try {
    const { verifyEvents } = await load();
    const found = await verifyEvents(verifier, organisation, shown);
    marks = found;
    return found;
  } finally {
    setMarks(shown.keys(), 'unchecked');
    setMarks(marks.verified, 'verified');
    setMarks(marks.failed, 'failed');
  }
}

/** Verifies that the log has only grown since this browser last saw it. */
export async function verifyGrowth(organisation: string): Promise<Verification> {
  const { verifyHead } = await load();
  return verifyHead(verifier, organisation);
}
