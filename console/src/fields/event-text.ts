import type { AuditEvent } from '../api/queries.ts';

/** Who did it, as the table names them: the name if there is one, else the identity. */
export function actorOf(event: AuditEvent): { readonly name: string; readonly kind: string } {
  const { userIdentity, user, serviceAccountIdentity, serviceAccount } = event;
  const name = user?.name ?? user?.email ?? userIdentity ?? user?.subject;
  if (name !== undefined) return { name, kind: 'user' };
  const account = serviceAccountIdentity ?? textOf(serviceAccount?.name);
  return account === undefined
    ? { name: '', kind: 'nobody' }
    : { name: account, kind: 'service account' };
}

/** What it was done to: `kms_key kms-77ab10`. */
export function resourceOf(event: AuditEvent): string {
  return [event.resourceType, event.resourceIdentity]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The event as one sentence: "noor did kms.decrypt on kms_key kms-77ab10 from 203.0.113.24, and failed". */
export function sentenceOf(event: AuditEvent): string {
  const { name, kind } = actorOf(event);
  const who = name === '' ? 'Somebody' : kind === 'user' ? name : `The service account ${name}`;
  const resource = resourceOf(event);
  const { impersonatorIdentity, impersonator, context, outcome } = event;
  const behind = impersonator?.name ?? impersonatorIdentity;
  return [
    who,
    behind === undefined ? '' : `, impersonated by ${behind},`,
    ` did ${event.action}`,
    resource === '' ? '' : ` on ${resource}`,
    context?.client_ip === undefined ? '' : ` from ${context.client_ip}`,
    outcome === 'failure' ? ', and failed' : '',
  ].join('');
}

/** Of a long id the first and the last characters: people compare those. */
export function cutMiddle(text: string, longest = 28): string {
  if (text.length <= longest) return text;
  const end = Math.floor((longest - 1) / 2);
  return `${text.slice(0, longest - end - 1)}…${text.slice(-end)}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
