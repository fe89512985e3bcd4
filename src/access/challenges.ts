import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, type Micros, minute } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';

/** How long somebody may take to choose a passkey and prove that they are there. */
export const challengeMinutes = 5;

/** Characters of the random half in base64url: 16 bytes. */
const randomCharacters = 22;

/**
 * What a passkey signs, so that an answer is good once, for one purpose and a short time. A challenge says when it was
 * made and is signed by the server, so nothing is kept of those that are only asked for: strangers can ask for as many as
 * they like. Challenges end with the server.
 */
export class Challenges {
  readonly #secret = new Uint8Array(32);
  readonly #clock: Clock;
  readonly #random: Random;
  /** Those that were answered rightly, and until when they would be valid. Oldest first. */
  readonly #answered = new Map<string, Micros>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    random(this.#secret);
  }

  /** In base64url. */
  create(purpose: string): string {
    const bytes = new Uint8Array(16);
    this.#random(bytes);
    const half = Buffer.from(bytes).toString('base64url');
    const until = this.#clock() + challengeMinutes * minute;
    return encode(`${half}.${until}.${this.#mac(purpose, half, until)}`);
  }

  /** Whether it was created here for this purpose, is not too old and was not answered. */
  isOpen(challenge: string, purpose: string): boolean {
    const text = Buffer.from(challenge, 'base64url').toString();
    const [half = '', until = '', mac = ''] = text.split('.');
    const expected = this.#mac(purpose, half, Number(until));
    if (half.length !== randomCharacters || mac.length !== expected.length) return false;
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return false;
    return Number(until) > this.#clock() && !this.#answered.has(encode(text));
  }

  /** To be called at once when `isOpen` was so and the answer was right: of two equal answers one counts. */
  close(challenge: string): void {
    const now = this.#clock();
    for (const [answered, until] of this.#answered) {
      if (until > now) break;
      this.#answered.delete(answered);
    }
    const text = Buffer.from(challenge, 'base64url').toString();
    this.#answered.set(encode(text), now + challengeMinutes * minute);
  }

  #mac(purpose: string, half: string, until: Micros): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([purpose, half, until]))
      .digest('base64url');
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
