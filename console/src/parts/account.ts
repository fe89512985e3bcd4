import type { components } from '../api/schema.d.ts';

type Me = components['schemas']['Me'];
export type Role = components['schemas']['Session']['role'];

/** What somebody is signed in by: a key, a person's passkey, or a link. */
export function accountOf({ session, key }: Me): { readonly id: string; readonly name: string } {
  return session?.signedInBy ?? key ?? { id: '', name: '' };
}

export function roleOf({ session, key }: Me): Role | undefined {
  return session?.role ?? key?.role;
}
