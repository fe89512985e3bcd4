import type { Accounts } from '../../access/accounts.ts';
import type { Principal } from '../../access/gate.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Organisation } from '../../core/organisation.ts';
import {
  namedOrganisation,
  organisationNotFound,
  requireNamedOrganisation,
} from '../../http/connection.ts';
import type { EventReader } from '../../store/event-store.ts';
import { isCreated } from './organisations.ts';

export interface ManagedOrganisationDependencies {
  readonly accounts: Accounts;
  readonly reader: Pick<EventReader, 'head'>;
}

/**
 * The organisation whose keys, links or people a request is about: the one that it names, or that of its account. One
 * that the account may not manage does not exist for it.
 */
export async function managedOrganisation(
  { accounts, reader }: ManagedOrganisationDependencies,
  principal: Principal,
  requested: string | undefined,
  request: Request,
): Promise<Organisation> {
  const named = requested || namedOrganisation(request);
  const organisation = named === undefined ? principal.organisation : accounts.organisation(named);
  if (named === undefined && organisation === undefined) {
    throw new AnnalsError('invalid', 'Cannot tell which organisation is meant: name it', {
      issues: [{ field: 'organisation', message: 'is missing' }],
    });
  }
  if (organisation === undefined || !mayManage(principal, organisation.identity)) {
    throw organisationNotFound();
  }
  // Only the operator can name one that is not created: it has no key yet.
  if (principal.account.role === 'operator' && !(await isCreated(organisation, reader))) {
    throw organisationNotFound();
  }
  requireNamedOrganisation(organisation, request);
  return organisation;
}

/** Whether an account that has the permission has it for this organisation. */
export function mayManage(
  { account, organisation }: Pick<Principal, 'account' | 'organisation'>,
  identity: string | undefined,
): boolean {
  return account.role === 'operator' || organisation?.identity === identity;
}
