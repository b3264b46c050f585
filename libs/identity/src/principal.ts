import type { LivingSession } from './account-store.ts';
import type { Account, Principal } from './port.ts';
import { SignInRefused } from './refusals.ts';

/** Throws `SessionEnded` where the account is disabled or gone. */
export const principalOf = (
  { sessionId, accountId }: LivingSession,
  account: Account | undefined,
): Principal => {
  if (account === undefined || account.disabledAt !== null) {
    throw new SignInRefused('SessionEnded');
  }
  const { personId, organisationId, role } = account;
  return { accountId, personId, organisationId, role, sessionId };
};
