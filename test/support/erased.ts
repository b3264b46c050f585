import { applicationEvents, candidateEvents, type ApplicationId } from '@vivier/domain/events';
import {
  streamName,
  type DomainEvent,
  type EventId,
  type Metadata,
  type OrganisationId,
  type PersonId,
} from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import type { House } from '@vivier/server';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

type Where = Pick<House, 'store' | 'clock' | 'settled'>;

const append = async (
  { store, clock }: Where,
  organisationId: OrganisationId,
  personId: PersonId,
  category: string,
  key: string,
  { type, data }: DomainEvent,
): Promise<EventId> => {
  const id = derive('erasure', key) as EventId;
  const metadata = {
    at: new Date(clock.now()).toISOString(),
    by: { kind: 'saga', id: 'test', role: 'system' },
    ...{ organisationId, personId, commandId: id, causationId: id, correlationId: id },
    ...{ command: type, inputDigest: '' },
  } as unknown as Metadata;
  await store.append(organisationId, streamName(category, key), 'exists', [
    {
      id,
      type: `${type}.v1`,
      contentType: 'application/json',
      data: bytes(data),
      metadata: bytes(metadata),
    },
  ]);
  return id;
};

/**
 * Writes into the log that somebody is erased, whatever their dossiers would say to it; what follows from
 * it is the product's.
 *
 * @returns the event's id
 */
export const writeErasure = (
  house: Where,
  organisationId: OrganisationId,
  candidateId: string,
): Promise<EventId> => {
  const personId = candidateId as PersonId;
  const event = candidateEvents.SubjectErased({ candidateId: personId });
  return append(house, organisationId, personId, 'candidate', candidateId, event);
};

/** The same of one dossier. */
export const writeForgetting = (
  house: Where,
  organisationId: OrganisationId,
  candidateId: string,
  applicationId: string,
): Promise<EventId> => {
  const personId = candidateId as PersonId;
  const about = { candidateId: personId, applicationId: applicationId as ApplicationId };
  const event = applicationEvents.DossierForgotten(about);
  return append(house, organisationId, personId, 'application', applicationId, event);
};

/** Writes it and waits until all that follows has happened. */
export const erase = async (
  house: Where,
  organisationId: OrganisationId,
  candidateId: string,
): Promise<void> => {
  await writeErasure(house, organisationId, candidateId);
  await house.settled();
};
