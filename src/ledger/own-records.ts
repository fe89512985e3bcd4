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
  /** Called when a record of a read or a denial could not be recorded. The request itself does not fail. */
  readonly onError: (error: unknown) => void;
  /** For how long actions of one kind by one key are summed up in one record. */
  readonly summaryMicros?: Micros;
  /** How many summaries there may be. Beyond that, a summary is of all keys of an organisation. */
  readonly maxSummaries?: number;
}

/** Whose events are erased, among how many. At the end also how many were erased now, and how many before. */
export interface ErasureFacts {
  readonly userIdentity: string;
  readonly snapshot: number;
  readonly erased?: number;
  readonly events?: number;
  readonly alreadyErased?: number;
}

/** Actions of one kind by one key: the first is recorded at once, the others are counted. */
interface Summary {
  readonly organisation: string;
  readonly draft: Draft;
  readonly since: Micros;
  repeated: number;
  lastAt: Micros;
}

/**
 * Records what Annals itself does, in the log that it concerns: reads, exports, changes of keys, denied credentials. Two
 * rules limit the number of these records: lists leave them out by default, and reads and denials are recorded once and
 * then summed up by the minute. A credential that belongs to no key of an organisation is not recorded, only counted.
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
        description: `Created the organisation ${created.slug}`,
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
        description: `${action === 'api_key.create' ? 'Created' : 'Revoked'} the key ${key.name}`,
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

  /** Durable once resolved. Records that an erasure begins or, with its counts, that it ended. Nothing of what is erased. */
  async erasure(caller: Caller, details: ErasureFacts): Promise<void> {
    const { keyId, keyName, organisation } = caller;
    const ended = details.erased !== undefined;
    await this.#options.ledger.record(organisation.identity, [
      {
        ...actor({ id: keyId, name: keyName }, caller),
        action: ended ? 'audit_log.erased' : 'audit_log.erase',
        description: ended
          ? `Erased the personal fields of ${details.erased} events`
          : 'Began to erase the personal fields of the events of a user',
        resourceType: 'audit_log',
        resourceIdentity: organisation.identity,
        outcome: 'success',
        details: { ...details },
      },
    ]);
  }

  /** Recorded soon, in a summary. Never fails. */
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
    // Each export is a copy of the trail that leaves the server, so each has a record of its own.
    if (action === 'audit_log.export') this.#record(organisation.identity, draft);
    else this.#summarise(organisation.identity, keyId, draft);
  }

  /** Recorded soon, in a summary. Never fails. */
  keyRejected({ key, reason }: DeniedKey, request: RequestFacts): void {
    if (key.organisation === undefined) return;
    this.#summarise(key.organisation, `${key.id} ${reason}`, {
      ...actor(key, request),
      action: reason === 'no permission' ? 'auth.denied' : 'auth.failed',
      description: `Denied the key ${key.name}: ${reason}`,
      resourceType: 'api_key',
      resourceIdentity: key.id,
      outcome: 'failure',
      error: reason,
    });
  }

  /** Records the summaries so far, and waits for it. */
  async flush(): Promise<void> {
    for (const [kind, summary] of this.#summaries) this.#close(kind, summary);
    await Promise.all(this.#pending);
  }

  /** Records the summaries whose time is over. Call it regularly. */
  tick(): void {
    const now = this.#options.clock();
    for (const [kind, summary] of this.#summaries) {
      if (this.#isOver(summary, now)) this.#close(kind, summary);
    }
  }

  /** When the clock is set back, a summary is over too. */
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
