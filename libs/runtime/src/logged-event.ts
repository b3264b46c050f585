import type { StoredRecord } from '@vivier/event-store';
import {
  streamKey,
  type DomainEvent,
  type EventId,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Position,
  type Recorded,
  type StreamName,
} from '@vivier/kernel';

const utf8 = new TextDecoder();

/** A record but for its bytes: what it is called and where it lies. */
export type Place = Pick<
  StoredRecord,
  'id' | 'stream' | 'organisationId' | 'revision' | 'position'
>;

/**
 * An event as everybody but the log reads it. Its metadata are parsed when somebody first looks at them:
 * a fold mostly does not, and they take as long to parse as the data.
 */
export class LoggedEvent implements Recorded {
  readonly type: string;
  readonly data: unknown;
  readonly id: EventId;
  readonly stream: StreamName;
  readonly organisationId: OrganisationId;
  readonly revision: number;
  readonly position: Position;
  #metadata: string | Uint8Array | Metadata;

  /** @param metadata who, when and why: JSON as it is stored, or as it was made */
  constructor(
    { type, data }: DomainEvent,
    { id, stream, organisationId, revision, position }: Place,
    metadata: string | Uint8Array | Metadata,
  ) {
    this.type = type;
    this.data = data;
    this.id = id;
    this.stream = stream;
    this.organisationId = organisationId;
    this.revision = revision;
    this.position = position;
    this.#metadata = metadata;
  }

  get key(): string {
    return streamKey(this.stream);
  }

  get at(): Metadata['at'] {
    return this.#told.at;
  }

  get by(): Metadata['by'] {
    return this.#told.by;
  }

  /** Undefined, as a field that is not there, where the stream is about no person. */
  get personId(): PersonId {
    return this.#told.personId as PersonId;
  }

  get commandId(): Metadata['commandId'] {
    return this.#told.commandId;
  }

  get command(): Metadata['command'] {
    return this.#told.command;
  }

  get inputDigest(): Metadata['inputDigest'] {
    return this.#told.inputDigest;
  }

  get correlationId(): Metadata['correlationId'] {
    return this.#told.correlationId;
  }

  get causationId(): Metadata['causationId'] {
    return this.#told.causationId;
  }

  /** All of it, for whoever copies or prints an event. */
  toJSON(): Recorded {
    const { type, data, id, stream, key, revision, position, organisationId } = this;
    return { ...this.#told, type, data, id, stream, key, revision, position, organisationId };
  }

  get #told(): Metadata {
    const metadata = this.#metadata;
    if (typeof metadata === 'object' && !ArrayBuffer.isView(metadata)) return metadata;
    const text = typeof metadata === 'string' ? metadata : utf8.decode(metadata);
    return (this.#metadata = JSON.parse(text) as Metadata);
  }
}
