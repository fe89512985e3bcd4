import './buffer.ts';
import { eventProofSuffix, formatEventProof } from '../../../src/integrity/event-proof.ts';
import type { EventEvidence } from './verify.ts';

/** Saves event, proof and checkpoint as one file, which `annals verify` and the page that works offline accept. */
export function saveEvidence({ proof, ...log }: EventEvidence): void {
  const text = formatEventProof({ ...proof, ...log });
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `event-${proof.sequence}${eventProofSuffix}`;
  link.click();
  URL.revokeObjectURL(address);
}
