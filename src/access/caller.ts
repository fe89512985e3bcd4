import type { Organisation, OwnQuotas } from '../core/organisation.ts';
import type { AccountKind } from './records.ts';
import type { Role } from './roles.ts';

/** Somebody whose credential was recognised, and where the request came from. */
export interface Caller {
  /** Id of the key; in a session that has none, of the account that signed in. */
  readonly keyId: string;
  readonly keyName: string;
  /** A key if absent. */
  readonly kind?: AccountKind;
  readonly role: Role;
  readonly keyQuotas?: OwnQuotas;
  readonly organisation: Organisation;
  /** Of the session in which the request was made, if it was one. */
  readonly sessionId?: string | undefined;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly method: string;
  readonly path: string;
}
