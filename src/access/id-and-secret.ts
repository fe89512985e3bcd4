import type { Random } from '../core/uuid.ts';
import { hashSecret, isSecretOf, randomText } from './key.ts';

/** What a browser holds: the id of a record, and a secret of which the record has a hash. As text `<id>.<secret>`. */
export interface IdAndSecret {
  readonly id: string;
  readonly secretHash: Uint8Array;
  /** Given to somebody, and kept nowhere. */
  readonly text: string;
}

const pattern = /^([0-9A-Za-z]{12})\.([\w-]{43})$/;

const placeholderHash = hashSecret('compared with when there is no such record');

export function createIdAndSecret(random: Random): IdAndSecret {
  const id = randomText(12, random);
  const bytes = new Uint8Array(32);
  random(bytes);
  const secret = Buffer.from(bytes).toString('base64url');
  return { id, secretHash: hashSecret(secret), text: `${id}.${secret}` };
}

/** The record that a text names, if its secret is right. Takes as long when there is no such record. */
export function findBySecret<R extends { readonly secretHash: Uint8Array }>(
  text: string,
  recordOf: (id: string) => R | undefined,
): R | undefined {
  const [, id = '', secret = ''] = pattern.exec(text) ?? [];
  const record = recordOf(id);
  return isSecretOf(secret, record?.secretHash ?? placeholderHash) ? record : undefined;
}
