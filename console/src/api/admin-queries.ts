import { queryOptions } from '@tanstack/react-query';
import { get, type Query } from './client.ts';
import type { components } from './schema.d.ts';

export type ApiKey = components['schemas']['Key'];
export type CreatedKey = components['schemas']['CreatedKey'];
export type RevokedKey = components['schemas']['RevokedKey'];
export type Link = components['schemas']['Link'];
export type CreatedLink = components['schemas']['CreatedLink'];
export type RevokedLink = components['schemas']['RevokedLink'];
export type Person = components['schemas']['Person'];
export type RevokedPerson = components['schemas']['RevokedPerson'];
export type Session = components['schemas']['Session'];

/** @param organisation for the operator, whose key belongs to none */
export const keysQuery = (organisation: string | undefined) =>
  queryOptions({
    queryKey: ['listKeys', organisation],
    queryFn: ({ signal }) => getAll<ApiKey>('/v1/keys', { organisation }, signal),
  });

export const sessionsQuery = (organisation: string | undefined) =>
  queryOptions({
    queryKey: ['listSessions', organisation],
    queryFn: ({ signal }) => getAll<Session>('/v1/sessions', { organisation }, signal),
  });

export const linksQuery = (organisation: string | undefined) =>
  queryOptions({
    queryKey: ['listLinks', organisation],
    queryFn: ({ signal }) => getAll<Link>('/v1/links', { organisation }, signal),
  });

export const peopleQuery = (organisation: string | undefined) =>
  queryOptions({
    queryKey: ['listPeople', organisation],
    queryFn: ({ signal }) => getAll<Person>('/v1/people', { organisation }, signal),
  });

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** All pages of a list. For what people make one by one, so that there are few. */
async function getAll<T>(path: string, query: Query, signal: AbortSignal): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await get<Page<T>>(path, { ...query, cursor }, signal);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return items;
}
