import type { KeyRecord } from '../access/accounts.ts';
import type { Caller } from '../access/caller.ts';
import type { DeniedKey } from '../access/gate.ts';
import { type Draft, ownService } from '../core/event.ts';
import { type Clock, formatInstant, type Micros, minute } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import type { Ledger } from './ledger.ts';

/** Where a request that is recorded came from. */
export interface RequestFacts {
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly method: string;
  readonly path: string;
}

export interface OwnRecordsOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Told when a record in summary could not be kept; a request is never failed by it. */
  readonly onError: (error: unknown) => void;
  /** How long doings of one kind by one key are summed up into one record. */
  readonly summaryMicros?: Micros;
  /** Kinds summed up at a time; beyond it a kind is summed up under its organisation alone. */
  readonly maxSummaries?: number;
}

/** Whose events are erased, among how many; and once it is done, of how many events and of how many it was before. */
export interface ErasureFacts {
  readonly userIdentity: string;
  readonly snapshot: number;
  readonly erased?: number;
  readonly alreadyErased?: number;
}

/** Doings of one kind by one key: the first was recorded at once, the rest are counted. */
interface Summary {
  readonly organisation: string;
  readonly draft: Draft;
  readonly since: Micros;
  repeated: number;
  lastAt: Micros;
}

/**
 * What Annals itself does, recorded in the trail it was done to: reads, exports, changes of keys, refused
 * credentials. Two things keep it from growing without bound or feeding on itself: these records are left out of
 * lists by default, and reads and refusals are recorded once and then summed up by the minute. A credential we
 * cannot attribute to any organisation's key leaves no record, only a count.
 */
export class OwnRecords {
  readonly #options: OwnRecordsOptions;
  readonly #summaryMicros: Micros;
  readonly #maxSummaries: number;
  readonly #summaries = new Map<string, Summary>();
  readonly #pending = new Set<Promise<void>>();

  constructor(options: OwnRecordsOptions) {
    this.#options = options;
    this.#summaryMicros = options.summaryMicros ?? minute;
    this.#maxSummaries = options.maxSummaries ?? 10_000;
  }

  /** Durable once resolved. */
  async organisationCreated(
    created: Organisation,
    by: KeyRecord,
    request: RequestFacts,
  ): Promise<void> {
    await this.#options.ledger.record(created.identity, [
      {
        ...actor(by, request),
        action: 'organisation.create',
        description: `Made the organisation ${created.slug}`,
        resourceType: 'organisation',
        resourceIdentity: created.identity,
        outcome: 'success',
        ...(created.personalPaths !== undefined && {
          details: { personalPaths: created.personalPaths },
        }),
      },
    ]);
  }

  /** Durable once resolved. */
  async keyChanged(
    action: 'api_key.create' | 'api_key.revoke',
    key: KeyRecord,
    by: KeyRecord,
    request: RequestFacts,
  ): Promise<void> {
    if (key.organisation === undefined) return;
    await this.#options.ledger.record(key.organisation, [
      {
        ...actor(by, request),
        action,
        description: `${action === 'api_key.create' ? 'Made' : 'Revoked'} the key ${key.name}`,
        resourceType: 'api_key',
        resourceIdentity: key.id,
        outcome: 'success',
        details: {
          role: key.role,
          ...(key.expiresAt !== undefined && { expiresAt: formatInstant(key.expiresAt) }),
        },
      },
    ]);
  }

  /** Durable once resolved. That an erasure begins, or with its counts that it ended; nothing of what is erased. */
  async erasure(caller: Caller, details: ErasureFacts): Promise<void> {
    const { keyId, keyName, organisation } = caller;
    const ended = details.erased !== undefined;
    await this.#options.ledger.record(organisation.identity, [
      {
        ...actor({ id: keyId, name: keyName }, caller),
        action: ended ? 'audit_log.erased' : 'audit_log.erase',
        description: ended
          ? `Erased the personal parts of ${details.erased} events`
          : 'Began to erase the personal parts of the events of a user',
        resourceType: 'audit_log',
        resourceIdentity: organisation.identity,
        outcome: 'success',
        details: { ...details },
      },
    ]);
  }

  /** Soon, in summary; never fails. */
  read(caller: Caller, action: string, details: Record<string, unknown>): void {
    const { keyId, keyName, organisation } = caller;
    const draft: Draft = {
      ...actor({ id: keyId, name: keyName }, caller),
      action,
      resourceType: 'audit_log',
      resourceIdentity: organisation.identity,
      outcome: 'success',
      details,
    };
    // Each export is a copy of the trail that left the house, and stands for itself.
    if (action === 'audit_log.export') this.#record(organisation.identity, draft);
    else this.#summarise(organisation.identity, keyId, draft);
  }

  /** Soon, in summary; never fails. */
  keyRejected({ key, reason }: DeniedKey, request: RequestFacts): void {
    if (key.organisation === undefined) return;
    this.#summarise(key.organisation, `${key.id} ${reason}`, {
      ...actor(key, request),
      action: reason === 'no permission' ? 'auth.denied' : 'auth.failed',
      description: `Refused the key ${key.name}: ${reason}`,
      resourceType: 'api_key',
      resourceIdentity: key.id,
      outcome: 'failure',
      error: reason,
    });
  }

  /** Records what the summaries hold so far and waits for it. */
  async flush(): Promise<void> {
    for (const [kind, summary] of this.#summaries) this.#close(kind, summary);
    await Promise.all(this.#pending);
  }

  /** Records the summaries whose time is over. To be called now and then. */
  tick(): void {
    const now = this.#options.clock();
    for (const [kind, summary] of this.#summaries) {
      if (this.#isOver(summary, now)) this.#close(kind, summary);
    }
  }

  /** A clock that was set back must not keep a summary open until it has caught up. */
  #isOver({ since }: Summary, now: Micros): boolean {
    return now < since || now - since >= this.#summaryMicros;
  }

  #summarise(organisation: string, who: string, draft: Draft): void {
    const now = this.#options.clock();
    let kind = `${organisation} ${draft.action} ${who}`;
    if (!this.#summaries.has(kind) && this.#summaries.size >= this.#maxSummaries) {
      kind = `${organisation} ${draft.action}`;
    }
    const summary = this.#summaries.get(kind);
    if (summary !== undefined) {
      summary.repeated += 1;
      summary.lastAt = now;
      if (this.#isOver(summary, now)) this.#close(kind, summary);
      return;
    }
    this.#summaries.set(kind, { organisation, draft, since: now, repeated: 0, lastAt: now });
    this.#record(organisation, draft);
  }

  #close(kind: string, { organisation, draft, since, repeated, lastAt }: Summary): void {
    this.#summaries.delete(kind);
    if (repeated === 0) return;
    const { details: _first, ...rest } = draft;
    this.#record(organisation, {
      ...rest,
      description: `${draft.action} by ${draft.serviceAccountIdentity ?? 'somebody'}, ${repeated} more times`,
      details: { repeated, firstAt: formatInstant(since), lastAt: formatInstant(lastAt) },
    });
  }

  #record(organisation: string, draft: Draft): void {
    const recording = this.#options.ledger
      .record(organisation, [draft])
      .then(() => {}, this.#options.onError)
      .finally(() => this.#pending.delete(recording));
    this.#pending.add(recording);
  }
}

/** Who did it and from where, in the fields of an event. */
function actor(by: Pick<KeyRecord, 'id' | 'name'>, request: RequestFacts) {
  return {
    serviceAccountIdentity: by.id,
    serviceAccount: { identity: by.id, name: by.name },
    context: {
      ...(request.clientIp !== undefined && { client_ip: request.clientIp }),
      ...(request.userAgent !== undefined && { user_agent: request.userAgent.toWellFormed() }),
      method: request.method,
      path: request.path.toWellFormed(),
      credentials_id: by.id,
      credentials_type: 'api_key',
      system_service: ownService,
    },
  } satisfies Partial<Draft>;
}
