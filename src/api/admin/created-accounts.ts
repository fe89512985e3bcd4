import { z } from 'zod';
import type { Account, KeyRecord } from '../../access/records.ts';
import { keyResponse, keySchema } from './key-response.ts';
import { linkResponse, linkSchema } from './link-response.ts';
import { personResponse, personSchema } from './person-response.ts';

/** What the response to a revocation has of the accounts that came of it. */
export const createdFields = {
  created: z
    .array(keySchema)
    .describe(
      'Keys that it created, and that these created, which were valid: they still are, unless withCreated is true',
    ),
  createdLinks: z
    .array(linkSchema)
    .describe('The same for links that let people in')
    .exactOptional(),
  createdPeople: z
    .array(personSchema)
    .describe('The same for people who came by such a link')
    .exactOptional(),
};

export function createdResponse(accounts: readonly Account[]) {
  const links = accounts.filter((one) => 'purpose' in one);
  const people = accounts.filter((one) => 'credentialId' in one);
  return {
    created: accounts.filter(isKey).map(keyResponse),
    ...(links.length > 0 && { createdLinks: links.map(linkResponse) }),
    ...(people.length > 0 && { createdPeople: people.map(personResponse) }),
  };
}

function isKey(account: Account): account is KeyRecord {
  return !('purpose' in account || 'credentialId' in account);
}
