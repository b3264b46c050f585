import {
  candidate,
  candidateRejections,
  invitationRejections,
  type CandidateId,
  type Locale,
} from '@vivier/domain';
import { SignInRefused, type AccountId } from '@vivier/identity';
import { isRejection, type Actor, type CommandId, type Rejection } from '@vivier/kernel';
import { newIdOf, type Done } from '@vivier/runtime';
import { comparableEmail } from '@vivier/vault';
import type { House } from './house.ts';
import { readInvitationToken, type Invited } from './invitation-links.ts';
import { signInRejection } from './sign-in-rejections.ts';

export interface Registration {
  readonly invitation: string;
  readonly fullName: string;
  readonly email: string;
  readonly password: string;
  /** The language of mails. */
  readonly locale?: Locale;
  readonly commandId: CommandId;
}

/** How the command is sent: directly, or over the API's command bus. */
type Send = House['execute'];

/**
 * Registers a candidate through an invitation: claims the address, makes the account, then appends the
 * registration. Each step finds what an earlier try left, so that the same command, sent again after a
 * crash, goes on from there; without a registration the claim falls free after 15 minutes. Tries for one
 * address come one after another, so that none undoes what another is about to do.
 */
export const registerCandidate = async (
  house: House,
  registration: Registration,
  send: Send = house.execute,
): Promise<Done | Rejection> => {
  const { vault, identity } = house;
  const invited = await readInvitationToken(
    vault,
    async (id) => (await identity.organisation(id)) !== undefined,
    registration.invitation,
  );
  if (!invited) return invitationRejections.InvitationUnknown();
  const address = comparableEmail(registration.email);
  return house.inTurn(`address ${invited.organisationId} ${address}`, async () => {
    for (;;) {
      const outcome = await tryToRegister(house, registration, invited, send);
      if (outcome) return outcome;
    }
  });
};

/** One try; undefined where the housekeeping gave the claim back before it could be used. */
const tryToRegister = async (
  house: House,
  registration: Registration,
  { organisationId, invitationId }: Invited,
  send: Send,
): Promise<Done | Rejection | undefined> => {
  const { vault, identity, clock, faults } = house;
  const { email, commandId } = registration;
  // An older try may have left an account without a registration: it goes before its claim lapses to us.
  await house.releaseClaims();
  const commandOf = (apart: string) => {
    const by: Actor = { kind: 'anonymous', id: invitationId, role: 'anonymous', apart };
    return { name: 'RegisterCandidate', organisationId, by, commandId };
  };
  const personOf = (apart: string): CandidateId => newIdOf(commandOf(apart)) as CandidateId;
  const claim = () => vault.claims.claimApart(organisationId, email, personOf, clock.now());
  const apart = await claim();
  if (apart === undefined) return candidateRejections.AddressTaken();
  const command = commandOf(apart);
  const candidateId = personOf(apart);
  return house.forPerson(candidateId, async () => {
    if ((await claim()) !== apart) return undefined;
    faults?.at('between-claim-and-registration');
    const giveUp = async (rejection: Rejection): Promise<Rejection> => {
      const { revision } = await house.load(organisationId, candidate, candidateId);
      // Somebody who is registered keeps their account, whatever this repetition was refused for.
      if (revision < 0) {
        // The account first: as long as the claim is there, the housekeeping finds what is left.
        await identity.removeAccountsOf(organisationId, candidateId);
        await vault.claims.release(organisationId, candidateId);
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
    const { fullName, locale } = registration;
    const input = { invitationId, fullName, email, ...(locale && { locale }) };
    const outcome = await send({ ...command, input });
    // The effect `confirmAddress` makes the claim lasting.
    return isRejection(outcome) ? giveUp(outcome) : outcome;
  });
};
