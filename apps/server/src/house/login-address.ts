import { candidate, candidateEvents, type CandidateState } from '@vivier/domain';
import type { AccountId, Identity } from '@vivier/identity';
import {
  erased,
  type Clock,
  type OrganisationId,
  type PersonId,
  type Sealed,
} from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import type { Loaded } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import type { House } from './house.ts';

interface Ports {
  readonly vault: Pick<Vault, 'open' | 'claims'>;
  readonly identity: Pick<Identity, 'changeAddress'>;
  readonly clock: Clock;
  readonly load: House['load'];
}

/** Brings the account and the claim of somebody who is registered to what the log says. */
export type SettleAddress = (organisationId: OrganisationId, personId: PersonId) => Promise<void>;

/** The log gave the address to one person, the vault to another: somebody must look at it. */
class AddressHeldElsewhere extends Error {
  override readonly name = 'AddressHeldElsewhere';
}

type WithAddress = { readonly email: Sealed<string> };

/** The address in an event of a candidate's stream; undefined once the person was erased. */
export const openedAddress = async (
  vault: Pick<Vault, 'open'>,
  organisationId: OrganisationId,
  personId: PersonId,
  { data }: { readonly data: unknown },
): Promise<string | undefined> => {
  const { email: handle } = data as WithAddress;
  const expected = { organisationId, personId };
  const [email] = await openHandles([{ handle, expected }], (blobs) => vault.open(blobs));
  return email === erased ? undefined : (email as string);
};

const { CandidateRegistered, LoginEmailChanged } = candidateEvents;
const givesAddress = new Set<string>([CandidateRegistered.type, LoginEmailChanged.type]);

/**
 * Makes {@link SettleAddress}. It comes to the same end from wherever a change of address was left: done
 * where its event is in the log, undone where it is not. To be called in the person's turn.
 */
export const settlingAddresses =
  ({ vault, identity, clock, load }: Ports): SettleAddress =>
  async (organisationId, personId) => {
    const { state, events }: Loaded = await load(organisationId, candidate, personId);
    const last = events.findLast(({ type }) => givesAddress.has(type));
    if ((state as CandidateState).status !== 'registered' || last === undefined) return;
    const email = await openedAddress(vault, organisationId, personId, last);
    if (email === undefined) return;
    // The account first: as long as there are two claims, the housekeeping finds what is left.
    await identity.changeAddress(organisationId, personId as string as AccountId, email);
    const settled = await vault.claims.settle(organisationId, email, personId, clock.now());
    if (settled === 'taken') throw new AddressHeldElsewhere();
  };
