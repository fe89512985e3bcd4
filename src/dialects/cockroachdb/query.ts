import { AnnalsError } from '../../core/errors.ts';
import { instantProblem } from '../../core/micros.ts';
import type { Order } from '../../store/event-store.ts';
import { type InstantBounds, parseInstantBounds } from '../instant-bounds.ts';
import { type CursorUnit, cursorUnit } from './cursor-unit.ts';

const defaultLimit = 200;
const maxLimit = 1_000;

/** The parameters of `GET /api/v1/auditlogevents` (wire: CockroachDB 2.3). */
export interface PageQuery {
  readonly startingFrom: InstantBounds | undefined;
  readonly unit: CursorUnit;
  readonly order: Order;
  readonly limit: number;
}

/** Unknown parameters are ignored, empty ones are unset. Throws `invalid`. */
export function readPageQuery(search: URLSearchParams, userAgent: string): PageQuery {
  const startingFrom = single(search, 'starting_from');
  return {
    startingFrom: readInstantBounds(startingFrom),
    unit: cursorUnit(startingFrom, userAgent),
    order: readOrder(single(search, 'sort_order')),
    limit: readLimit(single(search, 'limit')),
  };
}

function single(search: URLSearchParams, name: string): string {
  const [value = '', ...others] = search.getAll(name).filter((text) => text !== '');
  if (others.length > 0) throw invalidParameter(name, 'is given more than once');
  return value;
}

function readInstantBounds(text: string): InstantBounds | undefined {
  if (text === '') return undefined;
  const moment = parseInstantBounds(text);
  if (typeof moment === 'string') throw invalidParameter('starting_from', instantProblem(moment));
  return moment;
}

/** By name, or by the number that the vendor's protocol gives it. */
const orders: ReadonlyMap<string, Order> = new Map([
  ['', 'asc'],
  ['ASC', 'asc'],
  ['asc', 'asc'],
  ['0', 'asc'],
  ['DESC', 'desc'],
  ['desc', 'desc'],
  ['1', 'desc'],
]);

function readOrder(text: string): Order {
  const order = orders.get(text);
  if (order === undefined) throw invalidParameter('sort_order', 'is neither ASC nor DESC');
  return order;
}

/** In the vendor's protocol zero means unset. */
function readLimit(text: string): number {
  if (!/^\d*$/.test(text)) throw invalidParameter('limit', 'is not a whole number from 0');
  return Math.min(Number(text), maxLimit) || defaultLimit;
}

function invalidParameter(name: string, problem: string): AnnalsError {
  return new AnnalsError('invalid', `${name} ${problem}`);
}
