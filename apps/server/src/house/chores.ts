import { candidate, type CandidateState } from '@vivier/domain';
import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Chore } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import type { SettleAddress } from './login-address.ts';
import type { ForPerson } from './taking-turns.ts';

interface Ports {
  readonly vault: Vault;
  readonly identity: Identity;
  readonly files: Files;
  readonly forPerson: ForPerson;
  readonly settleAddress: SettleAddress;
  /** Told of a person whose address could not be settled; those of others are, all the same. */
  readonly onUnsettled: (error: unknown) => void;
  /** Where erasure becomes final with the end of an epoch: ends it, unless it was done lately. */
  readonly endEpoch?: (() => Promise<void>) | undefined;
  readonly candidateOf: (
    organisationId: OrganisationId,
    personId: PersonId,
  ) => Promise<CandidateState>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long an address waits for its registration. */
const CLAIM_LASTS = 15 * MINUTE;

/**
 * Gives back the addresses of registrations that never came: the claim, and the account that was made
 * before the event. Somebody who is registered keeps the address that the log gives them, and no other
 * that they were changing to when it broke off. What is being registered at this moment is left alone.
 */
export const releaseClaims = async (
  { vault, identity, candidateOf, forPerson, settleAddress, onUnsettled }: Ports,
  now: number,
): Promise<void> => {
  const lapsed = () => vault.claims.unconfirmed(now - CLAIM_LASTS);
  for (const { organisationId, personId } of await lapsed())
    await forPerson(personId, async () => {
      if (!(await lapsed()).some((claim) => claim.personId === personId)) return;
      const { status } = await candidateOf(organisationId, personId);
      if (status === 'absent') {
        await identity.removeAccountsOf(organisationId, personId);
        await vault.claims.release(organisationId, personId);
      } else if (status === 'registered')
        await settleAddress(organisationId, personId).catch(onUnsettled);
      else await vault.claims.confirm(organisationId, personId);
    });
};

/** Removes uploads that no event has named within 24 hours, with their keys. */
const sweepUploads = async ({ files, vault, candidateOf }: Ports, now: number): Promise<void> => {
  const swept = await files.sweep(now, async ({ organisationId, personId, uploadId }) => {
    const owner = await candidateOf(organisationId, personId);
    return owner.status === 'registered' && owner.files.includes(uploadId);
  });
  for (const { organisationId, personId, uploadId, begun } of swept)
    if (begun) await vault.destroyScope(organisationId, personId, `file-${uploadId}` as Scope);
};

/** The housekeeping of the stores. */
export const choresOf = (ports: Ports): readonly Chore[] => [
  ...(ports.endEpoch ? [{ name: 'endEpoch', every: HOUR, run: ports.endEpoch }] : []),
  { name: 'releaseClaims', every: MINUTE, run: (now) => releaseClaims(ports, now) },
  { name: 'sweepUploads', every: 10 * MINUTE, run: (now) => sweepUploads(ports, now) },
];

/** For `Ports`: a candidate as the log tells them. */
export const candidateReader =
  (
    load: (
      organisationId: OrganisationId,
      of: typeof candidate,
      key: string,
    ) => Promise<{ readonly state: unknown }>,
  ) =>
  async (organisationId: OrganisationId, personId: PersonId): Promise<CandidateState> =>
    (await load(organisationId, candidate, personId)).state as CandidateState;
