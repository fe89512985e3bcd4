import type { Caller } from '../access/caller.ts';
import type { DenialReason, DeniedAccount } from '../access/gate.ts';
import {
  type Account,
  type AccountKind,
  accountKind,
  accountLabel,
  type KeyRecord,
} from '../access/records.ts';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Draft, ownService } from '../core/event.ts';
import { type Clock, formatInstant, type Micros, minute } from '../core/micros.ts';
import { type Organisation, type OwnQuotas, systemLog } from '../core/organisation.ts';
import type { Ledger } from './ledger.ts';

/** Where a request that is recorded came from. */
export interface RequestFacts {
  /** Of the session in which it was made, if it was one. */
  readonly sessionId?: string | undefined;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly method: string;
  readonly path: string;
}

export interface OwnRecordsOptions {
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  /** Whether a read is refused when it cannot be recorded; otherwise its record is owed. */
  readonly refuseUnrecorded?: boolean;
  /** Called when records are owed from now on, with the reason, and when they no longer are. Must not throw. */
  readonly onOwed?: (reason: unknown) => void;
  readonly onSettled?: () => void;
  /** Called with the number of records that are given up. Must not throw. */
  readonly onLost: (records: number) => void;
  /** For how long actions of one kind by one key are summed up in one record. */
  readonly summaryMicros?: Micros;
  /** How many summaries there may be. Beyond that, a summary is of all keys of an organisation. */
  readonly maxSummaries?: number;
}

/** An organisation or a key whose quotas change, and the organisation in whose log that is recorded. */
export interface QuotaOwner {
  readonly type: 'organisation' | 'api_key';
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
}

/** That somebody signed in or out, or may do so from now on or no longer. */
export interface AccessChange extends Pick<Draft, 'description' | 'details'> {
  readonly action: string;
  readonly resourceType: string;
  readonly resourceIdentity: string;
  /** Identity; absent when it concerns the operator alone. */
  readonly organisation: string | undefined;
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
  /** Once the first is durable. */
  readonly recorded: Promise<void>;
  repeated: number;
  lastAt: Micros;
}

interface OwnRecord {
  readonly organisation: string;
  readonly draft: Draft;
}

/** Records that may be owed. There are few unless the disk is full for long: reads are refused meanwhile. */
const maxOwed = 1_000;

/**
 * Records what Annals itself does, in the log that it concerns: reads, exports, changes of keys, denied credentials. Two
 * rules limit the number of these records: lists leave them out by default, and reads and denials are recorded once and
 * then summed up by the minute. What concerns no organisation is in the system log: starts, stops, what the operator does,
 * and credentials that belong to no key, all of them in one summary.
 *
 * What happened and cannot be recorded, such as a denial on a full disk, is owed: it is kept in memory and tried again. As
 * long as a record is owed, every read tries to record it first, and is refused when that fails.
 */
export class OwnRecords {
  readonly #options: OwnRecordsOptions;
  readonly #summaryMicros: Micros;
  readonly #maxSummaries: number;
  readonly #summaries = new Map<string, Summary>();
  readonly #pending = new Set<Promise<void>>();
  /** Oldest first. */
  readonly #owed: OwnRecord[] = [];
  #settling: Promise<void> | undefined;

  constructor(options: OwnRecordsOptions) {
    this.#options = options;
    this.#summaryMicros = options.summaryMicros ?? minute;
    this.#maxSummaries = options.maxSummaries ?? 10_000;
  }

  /** Durable once resolved. */
  async organisationCreated(
    created: Organisation,
    by: Account,
    request: RequestFacts,
  ): Promise<void> {
    const { personalPaths, quotas } = created;
    const draft: Draft = {
      ...actor(by, request),
      action: 'organisation.create',
      description: `Created the organisation ${created.slug}`,
      resourceType: 'organisation',
      resourceIdentity: created.identity,
      outcome: 'success',
      ...((personalPaths ?? quotas) !== undefined && {
        details: {
          ...(personalPaths !== undefined && { personalPaths }),
          ...(quotas !== undefined && { quotas }),
        },
      }),
    };
    await this.#record({ organisation: created.identity, draft });
    this.#alsoSystem(draft, created.identity, by);
  }

  /** Durable once resolved. */
  async quotasSet(
    { type, id, name, organisation }: QuotaOwner,
    { before, after }: { readonly before: OwnQuotas; readonly after: OwnQuotas },
    by: Account,
    request: RequestFacts,
  ): Promise<void> {
    const draft: Draft = {
      ...actor(by, request),
      action: `${type}.update`,
      description: `Changed the quotas of the ${type === 'api_key' ? 'key' : type} ${name}`,
      resourceType: type,
      resourceIdentity: id,
      outcome: 'success',
      changes: { before: { quotas: before }, after: { quotas: after } },
    };
    await this.#record({ organisation, draft });
    this.#alsoSystem(draft, organisation, by);
  }

  /** Durable once resolved. */
  async keyCreated(key: KeyRecord, by: Account, request: RequestFacts): Promise<void> {
    if (key.organisation === undefined) return;
    const draft = keyChange('api_key.create', key, by, request);
    await this.#record({ organisation: key.organisation, draft });
    this.#alsoSystem(draft, key.organisation, by);
  }

  /** Durable once resolved. When it cannot be recorded, it is owed, and this rejects with the reason. */
  async keyRevoked(key: KeyRecord, by: Account, request: RequestFacts): Promise<void> {
    if (key.organisation === undefined) return;
    const draft = keyChange('api_key.revoke', key, by, request);
    this.#alsoSystem(draft, key.organisation, by);
    await this.#recordOrOwe({ organisation: key.organisation, draft });
  }

  async #recordOrOwe(record: OwnRecord): Promise<void> {
    await this.#record(record).catch((error: unknown) => {
      this.#owe(record, error);
      throw error;
    });
  }

  /**
   * Durable once resolved. Records a change of who has access, in the log of its organisation. What the operator does in
   * an organisation is in both logs, and what concerns no organisation is in the system log.
   */
  async accessChanged(change: AccessChange, by: Account, request: RequestFacts): Promise<void> {
    const { organisation, ...fields } = change;
    const draft: Draft = { ...actor(by, request), ...fields, outcome: 'success' };
    if (organisation === undefined) return this.system(draft);
    await this.#record({ organisation, draft });
    this.#alsoSystem(draft, organisation, by);
  }

  /** The same for what holds already. When it cannot be recorded, it is owed, and this rejects with the reason. */
  async accessEnded(change: AccessChange, by: Account, request: RequestFacts): Promise<void> {
    const { organisation, ...fields } = change;
    const draft: Draft = { ...actor(by, request), ...fields, outcome: 'success' };
    if (organisation === undefined) return this.system(draft);
    this.#alsoSystem(draft, organisation, by);
    await this.#recordOrOwe({ organisation, draft });
  }

  /** What the operator does in an organisation is in both logs. */
  #alsoSystem(draft: Draft, organisation: string, by: Account): void {
    if (by.organisation !== undefined) return;
    void this.system({ ...draft, details: { ...draft.details, organisation } });
  }

  /** Durable once resolved. Records that an erasure begins or, with its counts, that it ended. Nothing of what is erased. */
  async erasure(caller: Caller, details: ErasureFacts): Promise<void> {
    const { organisation } = caller;
    const ended = details.erased !== undefined;
    await this.#options.ledger.record(organisation.identity, [
      {
        ...actor(actorOf(caller), caller),
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

  /** Whether something that happened is not recorded, because it cannot be. */
  get isOwing(): boolean {
    return this.owed > 0;
  }

  /** How many records are owed. */
  get owed(): number {
    return this.#owed.length;
  }

  /**
   * Records a read of the trail; what it found must not be sent before. Durable once resolved: an export always, other
   * reads as the first of a summary, which then counts the others. Rejects with `unavailable` when that is not possible,
   * unless reads are not refused.
   */
  async read(caller: Caller, action: string, details: Record<string, unknown>): Promise<void> {
    const { keyId, organisation } = caller;
    const draft: Draft = {
      ...actor(actorOf(caller), caller),
      action,
      resourceType: 'audit_log',
      resourceIdentity: organisation.identity,
      outcome: 'success',
      details,
    };
    const record = { organisation: organisation.identity, draft };
    try {
      if (this.isOwing) await this.#settle();
      // Each export is a copy of the trail that leaves the server, so each has a record of its own.
      await (action === 'audit_log.export' ? this.#record(record) : this.#summarise(record, keyId));
    } catch (cause) {
      if (isDamage(cause)) throw cause;
      if (this.#options.refuseUnrecorded === false) {
        this.#owe(record, cause);
        return;
      }
      throw new AnnalsError(
        'unavailable',
        `Cannot read the trail: that it is read cannot be recorded (${messageOf(cause)}); try again later`,
        { cause, retryAfterSeconds: 10 },
      );
    }
  }

  /** Recorded soon, in a summary, or owed. Never fails. */
  accountDenied({ account, reason }: DeniedAccount, request: RequestFacts): void {
    const { id, organisation } = account;
    const draft: Draft = {
      ...actor(account, request),
      action: mayTryAgain.has(reason) ? 'auth.denied' : 'auth.failed',
      description: `Denied ${accountLabel(account)}: ${reason}`,
      resourceType: resourceTypes[accountKind(account)],
      resourceIdentity: id,
      outcome: 'failure',
      error: reason,
    };
    if (organisation === undefined) this.#summariseSystem(draft, `${id} ${reason}`);
    else this.#summariseSoon({ organisation, draft }, `${id} ${reason}`);
  }

  /** A credential belongs to no key. All of them are one summary, so that strangers cannot fill the log. */
  unknownCredential(request: RequestFacts): void {
    const action = 'auth.failed';
    const description = 'Denied a credential that belongs to no key';
    const { context } = actor({ id: '', name: '', kind: 'key' }, request);
    const { credentials_id: _id, ...where } = context;
    const draft: Draft = { action, description, outcome: 'failure', context: where };
    this.#summariseSystem({ ...draft, error: 'unknown credential' }, '');
  }

  /** The operator looks at something: in a summary. */
  operatorRead(action: string, by: Account, request: RequestFacts): void {
    if (by.organisation !== undefined) return;
    this.#summariseSystem({ ...actor(by, request), action, outcome: 'success' }, by.id);
  }

  /** Records in the system log. Resolves when it is durable or owed; never rejects. */
  system(draft: Draft): Promise<void> {
    const record = systemRecord(draft);
    const recording = this.#record(record).catch((cause: unknown) => this.#owe(record, cause));
    this.#track(recording);
    return recording;
  }

  /** Records the summaries so far and what is owed, and waits for it. What cannot be recorded then is lost. */
  async flush(): Promise<void> {
    for (const [kind, summary] of this.#summaries) this.#close(kind, summary);
    await Promise.all(this.#pending);
    await this.#settle().catch(() => {});
    const lost = this.#owed.splice(0).length;
    if (lost > 0) this.#options.onLost(lost);
  }

  /** Records the summaries whose time is over, and what is owed. Call it regularly. */
  tick(): void {
    if (this.isOwing) this.#track(this.#settle().catch(() => {}));
    const now = this.#options.clock();
    for (const [kind, summary] of this.#summaries) {
      if (this.#isOver(summary, now)) this.#close(kind, summary);
    }
  }

  /** When the clock is set back, a summary is over too. */
  #isOver({ since }: Summary, now: Micros): boolean {
    return now < since || now - since >= this.#summaryMicros;
  }

  /** Resolves once the first of the summary is durable, and rejects when it cannot be recorded. */
  #summarise(record: OwnRecord, who: string): Promise<void> {
    const { organisation, draft } = record;
    const now = this.#options.clock();
    let kind = `${organisation} ${draft.action} ${who}`;
    if (!this.#summaries.has(kind) && this.#summaries.size >= this.#maxSummaries) {
      kind = `${organisation} ${draft.action}`;
    }
    const known = this.#summaries.get(kind);
    if (known !== undefined) {
      known.repeated += 1;
      known.lastAt = now;
      if (this.#isOver(known, now)) this.#close(kind, known);
      return known.recorded;
    }
    const recorded = this.#record(record).catch((error: unknown) => {
      // Those that came meanwhile have the same outcome, so nothing is left to be counted.
      if (this.#summaries.get(kind)?.recorded === recorded) this.#summaries.delete(kind);
      throw error;
    });
    this.#summaries.set(kind, {
      organisation,
      draft,
      recorded,
      since: now,
      repeated: 0,
      lastAt: now,
    });
    return recorded;
  }

  #summariseSystem(draft: Draft, who: string): void {
    this.#summariseSoon(systemRecord(draft), who);
  }

  #summariseSoon(record: OwnRecord, who: string): void {
    this.#track(this.#summarise(record, who).catch((cause: unknown) => this.#owe(record, cause)));
  }

  #close(kind: string, { organisation, draft, recorded, since, repeated, lastAt }: Summary): void {
    this.#summaries.delete(kind);
    if (repeated === 0) return;
    const { details: _first, ...rest } = draft;
    const record = {
      organisation,
      draft: {
        ...rest,
        description: `${draft.action} by ${draft.serviceAccountIdentity ?? draft.userIdentity ?? 'somebody'}, ${repeated} more times`,
        details: { repeated, firstAt: formatInstant(since), lastAt: formatInstant(lastAt) },
      },
    };
    // When the first was refused, so were the others.
    const counted = recorded.then(
      () => this.#record(record).catch((cause: unknown) => this.#owe(record, cause)),
      () => {},
    );
    this.#track(counted);
  }

  async #record({ organisation, draft }: OwnRecord): Promise<void> {
    await this.#options.ledger.record(organisation, [draft]);
  }

  #owe({ organisation, draft }: OwnRecord, reason: unknown): void {
    if (this.#owed.length === maxOwed || isDamage(reason)) {
      this.#options.onLost(1);
      return;
    }
    if (!this.isOwing) this.#options.onOwed?.(reason);
    // It is recorded later, and happened now.
    const createdAt = formatInstant(this.#options.clock());
    this.#owed.push({ organisation, draft: { ...draft, createdAt } });
  }

  /** Records what is owed, once for all who want that. Rejects when the next of these cannot be recorded. */
  #settle(): Promise<void> {
    this.#settling ??= this.#recordOwed().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #recordOwed(): Promise<void> {
    for (let owed = this.#owed[0]; owed !== undefined; owed = this.#owed[0]) {
      await this.#record(owed).catch((error: unknown) => {
        if (!isDamage(error)) throw error;
        this.#options.onLost(1);
      });
      this.#owed.shift();
      if (!this.isOwing) this.#options.onSettled?.();
    }
  }

  /** `flush` waits for it. It never rejects. */
  #track(recording: Promise<void>): void {
    const tracked = recording.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}

/** A damaged log takes no record any more, so it would be owed for ever, and those of other logs behind it. */
function isDamage(error: unknown): boolean {
  return error instanceof AnnalsError && error.code === 'corrupt';
}

/** Everything in that log is of the server itself, so it is not marked as the record of a system service. */
function systemRecord({ context = {}, ...draft }: Draft): OwnRecord {
  const { system_service: _, ...where } = context;
  return { organisation: systemLog.identity, draft: { ...draft, context: where } };
}

function keyChange(
  action: 'api_key.create' | 'api_key.revoke',
  key: KeyRecord,
  by: Account,
  request: RequestFacts,
): Draft {
  return {
    ...actor(by, request),
    action,
    description: `${action === 'api_key.create' ? 'Created' : 'Revoked'} the key ${key.name}`,
    resourceType: 'api_key',
    resourceIdentity: key.id,
    outcome: 'success',
    details: {
      role: key.role,
      ...(key.expiresAt !== undefined && { expiresAt: formatInstant(key.expiresAt) }),
      ...(key.quotas !== undefined && { quotas: key.quotas }),
    },
  };
}

/** Denials of a credential that is right: it may do something else, or the same from elsewhere. */
const mayTryAgain: ReadonlySet<DenialReason> = new Set([
  'no permission',
  'request of another site',
]);

const credentialTypes: Readonly<Record<AccountKind, string>> = {
  key: 'api_key',
  passkey: 'passkey',
  link: 'link',
};

const resourceTypes: Readonly<Record<AccountKind, string>> = {
  key: 'api_key',
  passkey: 'person',
  link: 'link',
};

interface Actor {
  readonly id: string;
  readonly name: string;
  readonly kind: AccountKind;
}

function actorOf({ keyId, keyName, kind = 'key' }: Caller): Actor {
  return { id: keyId, name: keyName, kind };
}

/** Who did it and from where, in the fields of an event. */
function actor(by: Account | Actor, request: RequestFacts) {
  const kind = 'kind' in by ? by.kind : accountKind(by);
  return {
    ...(kind === 'passkey'
      ? { userIdentity: by.id, user: { subject: by.id, name: by.name } }
      : { serviceAccountIdentity: by.id, serviceAccount: { identity: by.id, name: by.name } }),
    ...(request.sessionId !== undefined && { sessionId: request.sessionId }),
    context: {
      ...(request.clientIp !== undefined && { client_ip: request.clientIp }),
      ...(request.userAgent !== undefined && { user_agent: request.userAgent.toWellFormed() }),
      method: request.method,
      path: request.path.toWellFormed(),
      credentials_id: by.id,
      credentials_type: credentialTypes[kind],
      system_service: ownService,
    },
  } satisfies Partial<Draft>;
}
