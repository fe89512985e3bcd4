import type { Link } from '../../api/admin-queries.ts';

const day = 24 * 60;

interface Purpose {
  /** What the list calls it. */
  readonly name: string;
  readonly title: string;
  readonly action: string;
  readonly choosesRole: boolean;
  /** Minutes, and how people say it. The second is the usual one. */
  readonly lifetimes: readonly (readonly [number, string])[];
  readonly advice: string;
}

/** What links are for. The server refuses longer lifetimes. */
export const purposes: Readonly<Record<Link['purpose'], Purpose>> = {
  share: {
    name: 'Shared, read-only',
    title: 'Share with an auditor',
    action: 'Create link',
    choosesRole: false,
    lifetimes: [
      [day, 'A day'],
      [7 * day, '7 days'],
      [30 * day, '30 days'],
      [90 * day, '90 days'],
    ],
    advice:
      'Everybody who has it reads this organisation’s trail until it expires or is revoked, and changes nothing.',
  },
  passkey: {
    name: 'Passkey, once',
    title: 'Invite somebody with a passkey',
    action: 'Create link',
    choosesRole: true,
    lifetimes: [
      [15, '15 minutes'],
      [60, 'An hour'],
      [day, 'A day'],
      [7 * day, '7 days'],
    ],
    advice:
      'It works once. The person who opens it makes a passkey, and signs in with it from then on: see People.',
  },
  'sign-in': {
    name: 'Sign-in, once',
    title: 'Invite somebody to sign in once',
    action: 'Create link',
    choosesRole: true,
    lifetimes: [
      [15, '15 minutes'],
      [60, 'An hour'],
      [day, 'A day'],
      [7 * day, '7 days'],
    ],
    advice: 'It works once: send it to one person, and by a way that nobody else reads.',
  },
};
