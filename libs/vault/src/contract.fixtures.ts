import { randomUUID } from 'node:crypto';
import {
  streamName,
  type EventId,
  type OrganisationId,
  type Origin,
  type PersonId,
  type Scope,
  type SealedBlob,
} from '@vivier/kernel';
import type { Vault } from './port.ts';

export const newOrganisation = () => randomUUID() as OrganisationId;
export const newPerson = () => randomUUID() as PersonId;
export const account = 'account' as Scope;
export const dossier = (id: string = randomUUID()) => `application-${id}` as Scope;

/** A new event of a person, in the scope's stream. */
export const originOf = (
  organisationId: OrganisationId,
  personId: PersonId,
  scope: Scope = account,
): Origin => ({
  organisationId,
  personId,
  scope,
  stream: streamName('candidate', personId),
  eventId: randomUUID() as EventId,
  type: 'SomethingSaid',
});

export const sealOne = async (vault: Vault, origin: Origin, values: Record<string, unknown>) => {
  const [blob] = await vault.seal([{ origin, values }]);
  return blob!;
};

export const openOne = async (vault: Vault, blob: SealedBlob) => (await vault.open([blob]))[0]!;
