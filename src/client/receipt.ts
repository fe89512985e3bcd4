import { z } from 'zod';
import { AnnalsError } from '../core/errors.ts';
import { readJson } from './read-json.ts';
import type { ClientRequest } from './request.ts';

/** The response to a request that records. */
export const receiptSchema = z.object({
  accepted: z.number().int().min(0),
  duplicates: z.number().int().min(0),
});

export type ReceivedReceipt = z.infer<typeof receiptSchema>;

/** Throws `corrupt` when the text is not a receipt. */
export function readReceipt(text: string, request: ClientRequest): ReceivedReceipt {
  return readJson(text, receiptSchema, request);
}

/** Throws `corrupt` unless the receipt settles this many drafts: an Annals server records all of a request or nothing. */
export function checkReceipt({ accepted, duplicates }: ReceivedReceipt, drafts: number): void {
  if (accepted + duplicates === drafts) return;
  throw new AnnalsError(
    'corrupt',
    `Cannot tell what was recorded: the server settled ${accepted + duplicates} of ${drafts} events. Is it an Annals server?`,
  );
}
