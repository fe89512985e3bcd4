import { AnnalsError } from '../../core/errors.ts';

export interface StreamLimits {
  readonly maxStreams: number;
  readonly maxKeyStreams: number;
}

/** Why a stream ends. The client is told, unless it is the one who ended it. */
export type EndReason = 'credential' | 'stopping' | 'disconnected';

/** One stream of events, from its request to its end. */
export class OpenStream {
  readonly keyId: string;
  readonly organisation: string;
  readonly #ending = new AbortController();
  #endReason: EndReason | undefined;

  constructor(keyId: string, organisation: string) {
    this.keyId = keyId;
    this.organisation = organisation;
  }

  /** Aborted when the stream has to end. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Set from then on; nothing may be sent any more but the reason. */
  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#ending.abort();
  }
}

/** The streams that are open: no more than a server can serve, and no one's streams take the room of all others. */
export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<OpenStream>();
  #isStopping = false;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Throws `too-many-requests` when there are too many, of this key, this organisation or all. */
  open(keyId: string, organisation: string): OpenStream {
    if (this.#isStopping) throw new AnnalsError('unavailable', 'The server is stopping');
    const { maxStreams, maxKeyStreams } = this.#limits;
    const ofOrganisation = [...this.#open].filter((one) => one.organisation === organisation);
    const ofKey = ofOrganisation.filter((one) => one.keyId === keyId);
    if (ofKey.length >= maxKeyStreams) throw tooMany('this key', maxKeyStreams);
    const maxOfOrganisation = Math.ceil(maxStreams / 2);
    if (ofOrganisation.length >= maxOfOrganisation) {
      throw tooMany('this organisation', maxOfOrganisation);
    }
    if (this.#open.size >= maxStreams) throw tooMany('the server', maxStreams);
    const stream = new OpenStream(keyId, organisation);
    this.#open.add(stream);
    return stream;
  }

  close(stream: OpenStream): void {
    this.#open.delete(stream);
  }

  /** Ends all streams, and opens no others. */
  stop(): void {
    this.#isStopping = true;
    for (const stream of this.#open) stream.end('stopping');
  }
}

/** Another stream ends, or a client goes on with requests: neither is a matter of a second. */
const retryAfterSeconds = 10;

function tooMany(whose: string, limit: number): AnnalsError {
  return new AnnalsError(
    'too-many-requests',
    `Cannot open another stream: ${whose} has ${limit} open, the most that it may; close one, or ask again later`,
    { retryAfterSeconds },
  );
}
