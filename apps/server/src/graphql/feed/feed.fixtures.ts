import { recruitmentModuleEvents } from '@vivier/domain';
import type { EventId, OrganisationId, StreamName } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { derive, type MemoryEventStore } from '@vivier/testing';

export const codec = new EventCodec([recruitmentModuleEvents]);
export const ours = derive('ours') as OrganisationId;
export const theirs = derive('theirs') as OrganisationId;

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Appends campaigns to the log of an organisation, each one append. */
export const campaigns = async (
  store: MemoryEventStore,
  organisationId: OrganisationId,
  names: readonly string[],
  type = 'InvitationCreated.v1',
): Promise<void> => {
  for (const campaign of names)
    await store.append(organisationId, `recruitmentModule-${organisationId}` as StreamName, 'any', [
      {
        id: derive('event', organisationId, campaign) as EventId,
        type,
        contentType: 'application/json',
        data: encode({ invitationId: derive(campaign), campaign }),
        metadata: encode({ at: '2026-03-02T09:00:00.000Z', organisationId }),
      },
    ]);
};

/** `c0`, `c1`, … */
export const named = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `c${from + n}`);
