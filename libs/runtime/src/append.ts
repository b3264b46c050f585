import type { EventStore, NewRecord, RecordText } from '@vivier/event-store';
import {
  evolveOne,
  type CorrelationId,
  type DomainEvent,
  type EventId,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Recorded,
  type Scope,
  type SealedBlob,
  type StreamName,
} from '@vivier/kernel';
import type { EventCodec, PersonalValues } from '@vivier/kernel/sealing';
import type { SealRequest, Vault } from '@vivier/vault';
import { deriveEventId } from './derive.ts';
import { digestOf } from './digest.ts';
import { sourceOf, type CommandEnvelope, type Done } from './envelope.ts';
import type { Fold, Whole } from './folds.ts';
import { LoggedEvent } from './logged-event.ts';

interface AppendPorts {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'seal' | 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
}

/** What was decided, on which command and on what. */
export interface Decided {
  readonly received: Whole & {
    readonly envelope: CommandEnvelope;
    readonly key: string;
    /** The command's input as one text, for its digest. */
    readonly canonical: string;
  };
  readonly fold: Fold;
  readonly decided: readonly DomainEvent[];
  /** ISO-8601 instant. */
  readonly at: string;
}

const organisationScope = 'organisation' as Scope;

/** A decided event on its way to the log. */
interface Leaving {
  readonly event: DomainEvent;
  readonly id: EventId;
  /** Its personal values; they are sealed meanwhile. */
  readonly personal: readonly PersonalValues[];
}

/** Whom the stream is about once the events are in it; they have no position yet, and need none. */
const personAfter = (
  { received: { aggregate, key, stream }, fold, decided, at }: Decided,
  ids: readonly EventId[],
): PersonId | undefined => {
  let { state } = fold;
  for (const [index, { type, data }] of decided.entries())
    state = evolveOne(aggregate, state, {
      type,
      data,
      id: ids[index],
      key,
      stream,
      at,
    } as Recorded);
  return aggregate.person(state);
};

/**
 * Makes the last step of a command: personal values are sealed, the events written down with who, when
 * and why, and acknowledged once they are durable. Gives undefined where the store says that such a
 * command's events are there already: nothing was written, and what is there tells its outcome.
 */
export const createAppend = ({
  store,
  vault,
  codec,
}: AppendPorts): ((decision: Decided) => Promise<Done | undefined>) => {
  const metadataOf = async (
    { received: { envelope, canonical }, at }: Decided,
    personId: PersonId | undefined,
    scope: Scope,
  ): Promise<Metadata> => {
    const { organisationId, by, commandId, name, correlationId, causationId } = envelope;
    return {
      at,
      by: { kind: by.kind, id: by.id, role: by.role },
      organisationId,
      // As no field at all where there is nobody: JSON leaves it out.
      personId: personId as PersonId,
      commandId,
      command: name,
      inputDigest: await digestOf(vault, organisationId, personId, scope, canonical),
      correlationId: correlationId ?? (commandId as string as CorrelationId),
      causationId: causationId ?? commandId,
    };
  };

  const sealed = (
    leaving: readonly Leaving[],
    stream: StreamName,
    scope: Scope,
    organisationId: OrganisationId,
  ): Promise<readonly SealedBlob[]> | readonly SealedBlob[] => {
    const requests: SealRequest[] = [];
    for (const { event, id, personal } of leaving)
      for (const { personId, ofStream, values } of personal)
        requests.push({
          values,
          origin: {
            organisationId,
            personId,
            scope: ofStream ? scope : ('account' as Scope),
            stream,
            eventId: id,
            type: event.type,
          },
        });
    return requests.length > 0 ? vault.seal(requests) : [];
  };

  return async (decision) => {
    const { received, fold, decided } = decision;
    const { envelope, organisationId, aggregate, key, stream } = received;
    const source = sourceOf(envelope);
    const ids = decided.map((_, index) => deriveEventId(...source, stream, String(index)));
    const personId = personAfter(decision, ids);
    const scope = personId === undefined ? organisationScope : aggregate.scope(key);
    const metadata = await metadataOf(decision, personId, scope);
    const leaving = decided.map((event, index): Leaving => {
      const personal = codec.personalValues(event, personId);
      return { event, id: ids[index] as EventId, personal };
    });
    const blobs = await sealed(leaving, stream, scope, organisationId);
    const metadataText = JSON.stringify(metadata);
    const metadataBytes = Buffer.from(metadataText);
    let taken = 0;
    const records = leaving.map(({ event, id, personal }): NewRecord => {
      const own = blobs.slice(taken, (taken += personal.length));
      const data = codec.encodeText(event, personal, own);
      return {
        id,
        type: codec.wireType(event),
        contentType: 'application/json',
        data: Buffer.from(data),
        metadata: metadataBytes,
        text: { data, metadata: metadataText },
      };
    });
    const expected = fold.revision === -1 ? 'none' : fold.revision;
    const { revision, position, repeated } = await store.append(
      organisationId,
      stream,
      expected,
      records,
    );
    if (repeated) return undefined;
    const events = records.map(({ id, type, data, text }, index) => {
      const stored = {
        id,
        type,
        data,
        text: text as RecordText,
        organisationId,
        stream,
        revision: revision - records.length + 1 + index,
        // Only the append's last position is known on every store; readers wait for that one.
        position,
      };
      // The data as they are stored: what was decided still holds what was typed in.
      return new LoggedEvent(codec.decode(stored), stored, metadata);
    });
    return { key, events, position, revision, repeated: false };
  };
};
