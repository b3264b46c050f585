import type { EventStore, NewRecord } from '@vivier/event-store';
import {
  evolveOne,
  streamName,
  type AnyDecider,
  type CorrelationId,
  type DomainEvent,
  type Metadata,
  type Recorded,
  type Scope,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { SealRequest, Vault } from '@vivier/vault';
import { deriveEventId } from './derive.ts';
import { digestOf } from './digest.ts';
import { sourceOf, type CommandEnvelope, type Done } from './envelope.ts';
import { encodeMetadata, recorded, type Loaded } from './log.ts';

interface AppendPorts {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'seal' | 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
}

/** What was decided, and on what. */
export interface Decided {
  readonly envelope: CommandEnvelope;
  readonly aggregate: AnyDecider;
  readonly key: string;
  readonly loaded: Loaded;
  readonly decided: readonly DomainEvent[];
  /** ISO-8601 instant. */
  readonly at: string;
  /** The command's input as one text, for its digest. */
  readonly canonical: string;
}

const organisationScope = 'organisation' as Scope;

/**
 * Makes the last step of a command: personal values are sealed, the events written down with who, when
 * and why, and acknowledged once they are durable.
 */
export const createAppend =
  ({ store, vault, codec }: AppendPorts): ((decision: Decided) => Promise<Done>) =>
  async ({ envelope, aggregate, key, loaded, decided, at, canonical }) => {
    const { organisationId, by, commandId } = envelope;
    const stream = streamName(aggregate.category, key);
    const ids = decided.map((_, index) =>
      deriveEventId(...sourceOf(envelope), stream, String(index)),
    );
    let state = loaded.state;
    decided.forEach((event, index) => {
      // The fold of one's own new events needs no position: they have none yet.
      state = evolveOne(aggregate, state, {
        ...event,
        id: ids[index],
        key,
        stream,
        at,
      } as Recorded);
    });
    const personId = aggregate.person(state);
    const scope = personId === undefined ? organisationScope : aggregate.scope(key);
    const metadata: Metadata = {
      at,
      by: { kind: by.kind, id: by.id, role: by.role },
      organisationId,
      ...(personId !== undefined && { personId }),
      commandId,
      command: envelope.name,
      inputDigest: await digestOf(vault, organisationId, personId, scope, canonical),
      correlationId: envelope.correlationId ?? (commandId as string as CorrelationId),
      causationId: envelope.causationId ?? commandId,
    };
    const groups = decided.map((event) => codec.personalValues(event, personId));
    const requests = groups.flatMap((parts, index) =>
      parts.map(({ personId: subject, ofStream, values }): SealRequest => ({
        values,
        origin: {
          organisationId,
          personId: subject,
          scope: ofStream ? scope : ('account' as Scope),
          stream,
          eventId: ids[index] as NonNullable<(typeof ids)[number]>,
          type: (decided[index] as DomainEvent).type,
        },
      })),
    );
    const blobs = requests.length > 0 ? [...(await vault.seal(requests))] : [];
    const encodedMetadata = encodeMetadata(metadata);
    const records = decided.map((event, index): NewRecord => {
      const parts = groups[index] ?? [];
      return {
        id: ids[index] as NonNullable<(typeof ids)[number]>,
        type: codec.wireType(event),
        contentType: 'application/json',
        data: codec.encode(event, parts, blobs.splice(0, parts.length)),
        metadata: encodedMetadata,
      };
    });
    const { revision, position } = await store.append(
      organisationId,
      stream,
      loaded.revision === -1 ? 'none' : loaded.revision,
      records,
    );
    const events = records.map((record, index) =>
      recorded(codec, {
        ...record,
        organisationId,
        stream,
        revision: revision - records.length + 1 + index,
        // Only the append's last position is known on every store; readers wait for that one.
        position,
        created: 0,
      }),
    );
    return { key, events, position, revision, repeated: false };
  };
