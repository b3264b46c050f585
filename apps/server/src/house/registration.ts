import { candidate, candidateRejections, type CandidateId } from '@vivier/domain';
import { SignInRefused, type AccountId } from '@vivier/identity';
import { isRejection, type Actor, type CommandId, type Rejection } from '@vivier/kernel';
import { newIdOf, type Done } from '@vivier/runtime';
import type { House } from './house.ts';
import { readInvitationToken } from './invitation-links.ts';
import { signInRejection } from './sign-in-rejections.ts';

export interface Registration {
  readonly invitation: string;
  readonly fullName: string;
  readonly email: string;
  readonly password: string;
  readonly commandId: CommandId;
}

/** How the command is sent: directly, or over the API's command bus. */
type Send = House['execute'];

/**
 * Registers a candidate through an invitation: claims the address, makes the account, then appends the
 * registration. Each step finds what an earlier try left, so that the same command, sent again after a
 * crash, goes on from there; without a registration the claim falls free after 15 minutes.
 */
export const registerCandidate = async (
  house: House,
  registration: Registration,
  send: Send = house.execute,
): Promise<Done | Rejection> => {
  const { vault, identity, clock, faults } = house;
  const { email, commandId } = registration;
  const invited = await readInvitationToken(
    vault,
    async (id) => (await identity.organisation(id)) !== undefined,
    registration.invitation,
  );
  if (!invited) return candidateRejections.InvitationUnknown();
  const { organisationId, invitationId } = invited;
  const by: Actor = {
    kind: 'anonymous',
    id: invitationId,
    role: 'anonymous',
    apart: await vault.organisationMac(organisationId, 'registering', email.trim().toLowerCase()),
  };
  const command = { name: 'RegisterCandidate', organisationId, by, commandId };
  const candidateId = newIdOf(command) as CandidateId;

  const claim = await vault.claims.claim(organisationId, email, candidateId, clock.now());
  if (claim === 'taken') return candidateRejections.AddressTaken();
  faults?.at('between-claim-and-registration');
  const giveUp = async (rejection: Rejection): Promise<Rejection> => {
    const { revision } = await house.load(organisationId, candidate, candidateId);
    // Somebody who is registered keeps their account, whatever this repetition was refused for.
    if (revision < 0) {
      await vault.claims.release(organisationId, candidateId);
      await identity.removeAccountsOf(organisationId, candidateId);
    }
    return rejection;
  };
  try {
    await identity.addAccount({
      accountId: candidateId as string as AccountId,
      organisationId,
      personId: candidateId,
      role: 'candidate',
      email,
      password: registration.password,
    });
  } catch (error) {
    if (error instanceof SignInRefused) return giveUp(signInRejection(error));
    throw error;
  }
  faults?.at('between-claim-and-registration');
  const { fullName } = registration;
  const outcome = await send({ ...command, input: { invitationId, fullName, email } });
  // The effect `confirmAddress` makes the claim lasting.
  return isRejection(outcome) ? giveUp(outcome) : outcome;
};
