import { z } from 'zod';
import { EventCodec } from './codec.ts';
import { defineEvents, personal, type DomainEvent } from './events.ts';
import type { EventId, OrganisationId, PersonId, Scope, StreamName } from './ids.ts';
import type { SealedBlob } from './sealed.ts';

export const letters = defineEvents({
  LetterWritten: {
    /** A fact. */
    pages: z.int().positive(),
    title: personal(z.string()),
    postscript: personal(z.string().optional()),
    witnessId: z.string().optional(),
    witnessName: personal(z.string().optional(), 'witnessId'),
  },
  LetterBurnt: { by: z.string() },
});

export const organisationId = 'organisation' as OrganisationId;
export const ada = 'ada' as PersonId;
export const bob = 'bob' as PersonId;
export const stream = 'letter-1' as StreamName;
export const eventId = 'event-1' as EventId;
const scope = 'account' as Scope;

/** Blobs that can be told apart and are never opened: `sealed:<person>:<event>`. */
export const blobOf = (
  personId: PersonId,
  { id = eventId, type = 'LetterWritten', within = scope } = {},
): SealedBlob => ({
  origin: { organisationId, personId, scope: within, stream, eventId: id, type },
  bytes: `sealed:${personId}:${id}`,
});

export const codec = new EventCodec([letters]);

/** Encodes an event of Ada's stream, with a blob for each person in it. */
export const stored = (event: DomainEvent) => {
  const groups = codec.personalValues(event, ada);
  const blobs = groups.map(({ personId }) => blobOf(personId, { type: event.type }));
  return {
    id: eventId,
    stream,
    organisationId,
    type: codec.wireType(event),
    data: codec.encode(event, groups, blobs),
  };
};

export const jsonOf = (data: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(data));
export const bytesOf = (json: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(json));
