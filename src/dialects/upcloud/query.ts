import { AnnalsError, type Issue } from '../../core/errors.ts';
import type { Facet } from '../../core/facets.ts';
import type { Condition, Filter } from '../../core/filter.ts';
import { day, type Micros, parseDay } from '../../core/micros.ts';
import type { EventReader } from '../../store/event-store.ts';
import { visibleToVendors } from '../dialect.ts';
import { type InstantBounds, parseInstantBounds } from '../instant-bounds.ts';
import {
  actionFor,
  actions,
  originFor,
  origins,
  resourceTypeFor,
  resourceTypes,
  type UpcloudAction,
  type UpcloudEventOrigin,
  type UpcloudResourceType,
} from './vocabulary.ts';

/** How far back a list reaches by default (wire: UpCloud 3.1). */
const defaultLookback = 180 * day;
const maxInt32 = 2_147_483_647;

/** The parameters of `GET /1.3/audit-logs`. A list that is absent does not filter. */
export interface UpcloudListParameters {
  readonly limit: number;
  readonly offset: number;
  readonly actions: readonly UpcloudAction[] | undefined;
  readonly origins: readonly UpcloudEventOrigin[] | undefined;
  readonly resourceTypes: readonly UpcloudResourceType[] | undefined;
  readonly from: Micros;
  readonly to: Micros | undefined;
  readonly q: string | undefined;
}

/**
 * Unknown parameters are ignored, empty ones are unset. Throws `invalid` with an issue for each that is wrong.
 *
 * @param now the moment of the request
 */
export function readListParameters(search: URLSearchParams, now: Micros): UpcloudListParameters {
  const reader = new ParameterReader(search);
  const after = reader.instantBounds('created_after');
  const before = reader.instantBounds('created_before');
  const parameters = {
    limit: reader.wholeNumber('limit', 50, 200),
    offset: reader.wholeNumber('offset', 0, maxInt32),
    actions: reader.list('actions', actions),
    origins: reader.list('origins', origins),
    resourceTypes: reader.list('resource_types', resourceTypes),
    // Both bounds belong to the vendor's window; ours is half-open.
    from: after === undefined ? now - defaultLookback : after.ceil,
    to: before === undefined ? undefined : before.floor + 1,
    q: reader.text('q'),
  };
  reader.throwIssues();
  return parameters;
}

export function readFormat<F extends string>(search: URLSearchParams, formats: readonly F[]): F {
  const reader = new ParameterReader(search);
  const [format, ...others] = reader.list('format', formats) ?? [];
  if (others.length > 0) reader.addIssue('format', 'Must be given once.');
  reader.throwIssues();
  return format ?? (formats[0] as F);
}

class ParameterReader {
  readonly #search: URLSearchParams;
  readonly #issues: Issue[] = [];

  constructor(search: URLSearchParams) {
    this.#search = search;
  }

  text(name: string): string | undefined {
    const values = this.#search.getAll(name).filter((value) => value !== '');
    if (values.length > 1) this.addIssue(name, 'Must be given once.');
    return values[0];
  }

  wholeNumber(name: string, defaultValue: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return defaultValue;
    if (/^\d{1,10}$/.test(text) && Number(text) <= max) return Number(text);
    this.addIssue(name, `Must be a whole number between 0 and ${max}.`);
    return defaultValue;
  }

  /** The key repeated, values joined by commas, or both; empty members are ignored. */
  list<T extends string>(name: string, allowed: readonly T[]): readonly T[] | undefined {
    const values = this.#search
      .getAll(name)
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
    const known = values.filter((value): value is T =>
      (allowed as readonly string[]).includes(value),
    );
    if (known.length < values.length) {
      this.addIssue(name, `Must be one of ${allowed.join(', ')}.`);
    }
    return values.length === 0 ? undefined : known;
  }

  /** A time without a zone is in UTC; a date means its midnight. */
  instantBounds(name: string): InstantBounds | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const midnight = parseDay(text);
    if (midnight !== undefined) return { floor: midnight, ceil: midnight };
    const moment = parseInstantBounds(text, 'utc');
    if (typeof moment === 'object') return moment;
    this.addIssue(name, 'Must be an ISO 8601 time such as 2026-06-20T08:14:03Z.');
    return undefined;
  }

  addIssue(field: string, message: string): void {
    this.#issues.push({ field, message });
  }

  throwIssues(): void {
    if (this.#issues.length === 0) return;
    const names = this.#issues.map(({ field }) => field).join(', ');
    throw new AnnalsError('invalid', `Cannot read the parameters: ${names}`, {
      issues: this.#issues,
    });
  }
}

/** Most values of a facet in a log that a filter can be translated for. */
const maxFacetValues = 10_000;

/**
 * The filter of a request. UpCloud's words are not in the log: each word is replaced by the native values of its facet
 * that are shown as that word, and by their absence if that is shown as it.
 */
export async function filterOf(
  reader: EventReader,
  organisation: string,
  parameters: UpcloudListParameters,
): Promise<Filter> {
  const { from, to, q } = parameters;
  const translated = async <T extends string>(
    name: string,
    words: readonly T[] | undefined,
    facet: Facet,
    wordFor: (native: string | undefined) => T,
  ): Promise<Condition[]> => {
    if (words === undefined) return [];
    const natives = await reader.distinct(organisation, facet, {}, maxFacetValues + 1);
    if (natives.length > maxFacetValues) throw tooManyValues(name);
    const values = natives
      .map(({ value }) => value)
      .filter((value) => words.includes(wordFor(value)));
    return [{ facets: [facet], values, orAbsent: words.includes(wordFor(undefined)) }];
  };
  const conditions = await Promise.all([
    translated('actions', parameters.actions, 'action', (native = '') => actionFor(native)),
    translated('resource_types', parameters.resourceTypes, 'resourceType', resourceTypeFor),
    translated('origins', parameters.origins, 'origin', originFor),
  ]);
  const found: Condition[] =
    q === undefined
      ? []
      : [
          {
            facets: ['resourceIdentity', 'userIdentity', 'serviceAccountIdentity', 'clientIp'],
            values: [q],
          },
        ];
  return {
    ...visibleToVendors,
    from,
    ...(to !== undefined && { to }),
    conditions: [...conditions.flat(), ...found],
  };
}

function tooManyValues(field: string): AnnalsError {
  const message = `Cannot be translated: the log has more than ${maxFacetValues} values of its own.`;
  return new AnnalsError('too-large', `Cannot filter by ${field}`, {
    issues: [{ field, message }],
  });
}
