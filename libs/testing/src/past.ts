import type { StoredRecord } from '@vivier/event-store';
import {
  streamName,
  type Actor,
  type AnyEventSet,
  type CommandId,
  type CorrelationId,
  type DomainEvent,
  type EventFacts,
  type EventId,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Position,
  type Recorded,
  type Scope,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { derive, deriveEventId, recorded } from '@vivier/runtime';
import type { MemoryVault } from './memory-vault.ts';
import { declarations, withHandles } from './told.ts';

/** The organisation in which tests play. */
export const organisation = derive('organisation of the tests') as OrganisationId;

/** When the first event of a past happened; each further one a minute later. */
export const FIRST_INSTANT = '2026-03-02T09:00:00.000Z';

const somebody: Actor = { kind: 'system', id: 'past', role: 'system' };

/** Who did it, when, by which command; all of it is made up where a test does not care. */
export interface Circumstances {
  readonly at?: string;
  readonly by?: Actor;
  readonly command?: string;
  readonly commandId?: string;
  readonly causationId?: string;
  readonly organisationId?: OrganisationId;
}

export interface PastStream {
  readonly category: string;
  readonly key: string;
  readonly personId?: PersonId | undefined;
  readonly scope: Scope;
}

/** Something that happened before what is tested. */
export interface PastEvent {
  readonly stream: PastStream;
  readonly event: DomainEvent;
  readonly circumstances: Circumstances;
}

/** Says in which stream things happened: `inDossier(DocumentAccepted(cv), { by: otto })`. */
export const inStream =
  (stream: PastStream) =>
  (event: DomainEvent, circumstances: Circumstances = {}): PastEvent => ({
    stream,
    event,
    circumstances,
  });

/** The id of the n-th event of a past, from 0. */
export const pastId = (index: number): EventId => deriveEventId('past', String(index));

/** Turns told events into what the log would hold of them. */
export class Past {
  readonly codec: EventCodec;
  readonly #declared: ReadonlyMap<string, EventFacts>;
  readonly #revisions = new Map<string, number>();
  #count = 0;

  constructor(
    sets: readonly AnyEventSet[],
    private readonly vault: MemoryVault,
  ) {
    this.codec = new EventCodec(sets);
    this.#declared = declarations(sets);
  }

  /** The next record of the log. */
  stored({
    stream: { category, key, personId, scope },
    event,
    circumstances,
  }: PastEvent): StoredRecord {
    const index = this.#count;
    this.#count += 1;
    const { organisationId = organisation, by = somebody } = circumstances;
    const id = pastId(index);
    const stream = streamName(category, key);
    const place = `${organisationId} ${stream}`;
    const revision = (this.#revisions.get(place) ?? -1) + 1;
    this.#revisions.set(place, revision);
    const commandId = circumstances.commandId ?? `past-${index}`;
    const metadata: Metadata = {
      at: circumstances.at ?? new Date(Date.parse(FIRST_INSTANT) + index * 60_000).toISOString(),
      by: { kind: by.kind, id: by.id, role: by.role },
      organisationId,
      ...(personId !== undefined && { personId }),
      commandId: commandId as CommandId,
      command: circumstances.command ?? 'Past',
      inputDigest: 'past',
      correlationId: commandId as CorrelationId,
      causationId: circumstances.causationId ?? commandId,
    };
    const made = withHandles(this.#declared, event);
    const groups = this.codec.personalValues(made, personId);
    const blobs = this.vault.sealNow(
      groups.map(({ personId: subject, ofStream, values }) => ({
        values,
        origin: {
          organisationId,
          personId: subject,
          scope: ofStream ? scope : ('account' as Scope),
          stream,
          eventId: id,
          type: event.type,
        },
      })),
    );
    return {
      id,
      type: this.codec.wireType(made),
      contentType: 'application/json',
      data: this.codec.encode(made, groups, blobs),
      metadata: new TextEncoder().encode(JSON.stringify(metadata)),
      organisationId,
      stream,
      revision,
      position: index as Position,
      created: 0,
    };
  }

  /** The next event as projections and sagas read it. */
  recorded(past: PastEvent): Recorded {
    return recorded(this.codec, this.stored(past));
  }
}
