import type { Condition } from '../core/filter.ts';

/**
 * Names of actions by which somebody proves who they are: ours and Thalassa's (`auth.*`), those of CloudTrail
 * (`signin.ConsoleLogin`), Okta (`user.session.start`, `user.authentication.*`), GitHub (`user.failed_login`), and what
 * most applications say (`login`, `session.login_failed`, `sign_in`). Actions are open strings, so it is a rule about
 * names and not a list.
 */
const authenticationNames: readonly RegExp[] = [
  /^auth\./i,
  /(^|[._])(failed_)?log_?in([._]|$)/i,
  /(^|\.)ConsoleLogin$/i,
  /^user\.session\.start$/i,
  /^user\.authentication\./i,
  /(^|[._])sign_?in_?(failed|failure|attempt)?$/i,
  /(^|[._])(oauth|oidc)[._].*token/i,
];

/** What begins like one of them and is none: the end of a session, and a right that somebody does not have. */
const others = /(^|[._])(log_?out|sign_?out|denied|token\.revoked?)$/i;

/** Whether an action proves who somebody is, or tries to. */
export function isAuthentication(action: string): boolean {
  return !others.test(action) && authenticationNames.some((name) => name.test(action));
}

/** The status of a call whose credential was not accepted, whatever the action. */
const unauthorized = '401';

/**
 * Finds failed authentications: an action of that kind, or the status 401; and in either case not a success.
 *
 * @param actions those that the log has
 */
export function failedAuthentication(actions: readonly string[]): readonly Condition[] {
  return [
    // The two facets have no value in common, unless somebody calls an action 401.
    {
      facets: ['action', 'responseStatus'],
      values: [...actions.filter(isAuthentication), unauthorized],
    },
    { facets: ['outcome'], values: ['failure'] },
  ];
}

/** Finds authentications that succeeded. */
export function successfulAuthentication(actions: readonly string[]): readonly Condition[] {
  return [
    { facets: ['action'], values: actions.filter(isAuthentication) },
    { facets: ['outcome'], values: ['success'] },
  ];
}
