import { AnnalsError } from '../core/errors.ts';

export interface RequestLimits {
  /** Bytes of request bodies in memory, or announced to come. */
  readonly maxBytes: number;
  /** The same for the requests of one key. Those of one organisation may have half of `maxBytes`. */
  readonly maxKeyBytes: number;
  /** Requests of one key at a time, from their headers to the end of their responses. */
  readonly maxKeyRequests: number;
}

/** What somebody's requests hold at the moment. */
interface Held {
  bytes: number;
  requests: number;
}

interface Owner {
  readonly id: string;
  /** Completes the sentence "the requests of … have". */
  readonly name: string;
  readonly maxBytes: number;
  readonly held: Held;
}

/** What one request holds. */
interface Share {
  readonly budget: RequestBudget;
  /** Everything, then organisation and key, once these are known. */
  owners: readonly Owner[];
  bytes: number;
}

const shares = new WeakMap<Request, Share>();

/**
 * Takes bytes for the body of a request, before they are read. Throws `too-many-requests` when there is no room: the sender
 * should wait. A request outside of a budget has no limit.
 */
export function holdBytes(request: Request, bytes: number): void {
  shares.get(request)?.budget.hold(request, bytes);
}

/** Lets a request that was created from another one hold what that one holds. */
export function copyShare(from: Request, to: Request): void {
  const share = shares.get(from);
  if (share !== undefined) shares.set(to, share);
}

/** Limits what all requests, and those of a key or an organisation, hold at a time. */
export class RequestBudget {
  readonly #limits: RequestLimits;
  readonly #all: Owner;
  /** Of keys and organisations that have requests now. */
  readonly #held = new Map<string, Held>();

  constructor(limits: RequestLimits) {
    this.#limits = limits;
    const held = { bytes: 0, requests: 0 };
    this.#all = { id: '', name: 'all keys', maxBytes: limits.maxBytes, held };
  }

  /** Bytes of request bodies at the moment. */
  get bytes(): number {
    return this.#all.held.bytes;
  }

  /** The same handler. What its request holds is given back once the response was sent, or is ready to be. */
  around<B>(
    handler: (request: Request, bindings: B) => Promise<Response>,
  ): (request: Request, bindings: B) => Promise<Response> {
    return async (request, bindings) => {
      const share: Share = { budget: this, owners: [this.#all], bytes: 0 };
      shares.set(request, share);
      try {
        return await handler(request, bindings);
      } finally {
        this.#giveBack(share);
      }
    };
  }

  /** Says whose request it is. Throws `too-many-requests` when that key has too many already. */
  assign(request: Request, key: string, organisation: string | undefined): void {
    const share = shares.get(request);
    if (share === undefined || share.owners.length > 1) return;
    const { maxBytes, maxKeyBytes, maxKeyRequests } = this.#limits;
    const ofKey = this.#owner('this key', key, maxKeyBytes);
    if (ofKey.held.requests >= maxKeyRequests) {
      throw tooMany(`this key has ${maxKeyRequests} requests at the moment, the most that it may`);
    }
    const owners = [ofKey];
    if (organisation !== undefined) {
      owners.push(this.#owner('this organisation', `of ${organisation}`, maxBytes / 2));
    }
    for (const { held } of owners) {
      held.requests += 1;
      held.bytes += share.bytes;
    }
    share.owners = [this.#all, ...owners];
  }

  hold(request: Request, bytes: number): void {
    const share = shares.get(request)!;
    for (const { name, maxBytes, held } of share.owners) {
      // A body larger than the limit may come alone.
      if (held.bytes > share.bytes && held.bytes + bytes > maxBytes) {
        throw tooMany(`the bodies of ${name} have ${held.bytes} bytes, and may have ${maxBytes}`);
      }
    }
    for (const { held } of share.owners) held.bytes += bytes;
    share.bytes += bytes;
  }

  #owner(name: string, id: string, maxBytes: number): Owner {
    const held = this.#held.get(id) ?? { bytes: 0, requests: 0 };
    this.#held.set(id, held);
    return { id, name, maxBytes, held };
  }

  #giveBack({ owners, bytes }: Share): void {
    for (const { held } of owners) held.bytes -= bytes;
    for (const { id, held } of owners.slice(1)) {
      held.requests -= 1;
      if (held.requests === 0) this.#held.delete(id);
    }
  }
}

function tooMany(what: string): AnnalsError {
  return new AnnalsError('too-many-requests', `Cannot read the request: ${what}; try again later`, {
    retryAfterSeconds: 1,
  });
}
