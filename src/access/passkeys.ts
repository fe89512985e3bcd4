import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, minute } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import type { Accounts } from './accounts.ts';
import { Challenges, challengeMinutes } from './challenges.ts';
import { ownOrigin } from './own-origin.ts';
import type { LinkRecord, PersonRecord } from './records.ts';

export interface PasskeysOptions {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  /** What authenticators show beside a passkey: the server's name. */
  readonly serverName: string;
  readonly publicOrigins: readonly string[];
}

/** What is kept of a passkey. */
export type NewPasskey = Pick<
  PersonRecord,
  'credentialId' | 'publicKey' | 'counter' | 'userHandle' | 'host'
>;

/** A person whose passkey has answered, and its counter, which must never be smaller again. */
export interface RightAnswer {
  readonly person: PersonRecord;
  readonly counter: number;
}

const signInPurpose = 'sign-in';
const timeoutMillis = (challengeMinutes * minute) / 1_000;

/**
 * Asks browsers for passkeys (WebAuthn) and verifies what they answer. A passkey is discoverable, so nobody types a name;
 * its authenticator has to verify who uses it, by a finger, a face or a PIN. Where it was made is not asked for.
 *
 * The library is loaded when the first passkey is wanted.
 */
export class Passkeys {
  readonly #options: PasskeysOptions;
  readonly #challenges: Challenges;

  constructor(options: PasskeysOptions) {
    this.#options = options;
    this.#challenges = new Challenges(options.clock, options.random);
  }

  /** For the browser of somebody who has this link. Throws what `ownOrigin` throws. */
  async enrolmentOptions(
    link: LinkRecord,
    request: Request,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { hostname } = ownOrigin(request, this.#options.publicOrigins);
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    return generateRegistrationOptions({
      rpName: this.#options.serverName,
      rpID: hostname,
      userName: link.name,
      userDisplayName: link.name,
      userID: new Uint8Array(Buffer.from(link.id)),
      challenge: decode(this.#challenges.create(enrolmentPurpose(link))),
      timeout: timeoutMillis,
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** The passkey that a browser has made. Throws `unauthenticated` when the answer is wrong in any way. */
  async enrol(
    link: LinkRecord,
    response: RegistrationResponseJSON,
    request: Request,
  ): Promise<NewPasskey> {
    const { hostname, origin } = ownOrigin(request, this.#options.publicOrigins);
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const challenge = challengeOf(response);
    const isOpen = () => this.#challenges.isOpen(challenge, enrolmentPurpose(link));
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: (given) => given === challenge && isOpen(),
      expectedOrigin: origin,
      expectedRPID: hostname,
      requireUserVerification: true,
    }).catch((cause: unknown) => {
      throw notAccepted(cause);
    });
    // Another answer to the same challenge may have been faster.
    if (!verified.verified || !isOpen()) throw notAccepted();
    this.#challenges.close(challenge);
    const { credential } = verified.registrationInfo;
    if (this.#personOf(credential.id) !== undefined) throw notAccepted();
    return {
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      userHandle: link.id,
      host: hostname,
    };
  }

  /** For any browser: which passkeys there are is not told. Throws what `ownOrigin` throws. */
  async signInOptions(request: Request): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { hostname } = ownOrigin(request, this.#options.publicOrigins);
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    return generateAuthenticationOptions({
      rpID: hostname,
      challenge: decode(this.#challenges.create(signInPurpose)),
      timeout: timeoutMillis,
      userVerification: 'required',
    });
  }

  /** Whose passkey an answer names, right or wrong. */
  personOf({ id }: AuthenticationResponseJSON): PersonRecord | undefined {
    return this.#personOf(id);
  }

  /** Throws `unauthenticated` when the answer is wrong in any way. */
  async verify(
    person: PersonRecord,
    response: AuthenticationResponseJSON,
    request: Request,
  ): Promise<RightAnswer> {
    const { origin } = ownOrigin(request, this.#options.publicOrigins);
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const challenge = challengeOf(response);
    const isOpen = () => this.#challenges.isOpen(challenge, signInPurpose);
    const { userHandle } = response.response;
    if (userHandle !== undefined && decodeText(userHandle) !== person.userHandle) {
      throw notAccepted();
    }
    const { credentialId: id, publicKey, counter } = person;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (given) => given === challenge && isOpen(),
      expectedOrigin: origin,
      expectedRPID: person.host,
      credential: { id, publicKey: new Uint8Array(publicKey), counter },
      requireUserVerification: true,
    }).catch((cause: unknown) => {
      throw notAccepted(cause);
    });
    if (!verified || !isOpen()) throw notAccepted();
    this.#challenges.close(challenge);
    return { person, counter: authenticationInfo.newCounter };
  }

  #personOf(credentialId: string): PersonRecord | undefined {
    const { people } = this.#options.accounts.collections;
    return [...people.values()].find((one) => one.credentialId === credentialId);
  }
}

/** A challenge for one link is of no use for another. */
function enrolmentPurpose({ id }: LinkRecord): string {
  return `enrolment ${id}`;
}

/** The challenge that an answer says it is for; empty when it says none. */
function challengeOf({ response }: RegistrationResponseJSON | AuthenticationResponseJSON): string {
  try {
    const { challenge } = JSON.parse(decodeText(response.clientDataJSON)) as {
      challenge?: unknown;
    };
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}

function decode(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}

function decodeText(base64url: string): string {
  return Buffer.from(base64url, 'base64url').toString();
}

export function notAccepted(cause?: unknown): AnnalsError {
  return new AnnalsError(
    'unauthenticated',
    'The passkey was not accepted: it is unknown or revoked, or its answer is wrong, too late or was used before',
    { cause },
  );
}
