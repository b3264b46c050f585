import type { EventId } from '@vivier/kernel';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { MAXIMUM_APPEND_BYTES } from '../port.ts';
import type { NewRecord } from '../port.ts';
import { AppendTooLarge, InvalidRequest, MetadataMissing } from './refusals.ts';
import type { Expected } from './refusals.ts';
import { END, uuidOf } from './wire.ts';

/** What both kinds of append send of an event. */
interface ProposedMessage {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

/** The events of an append as they arrive, never more of them than one append may hold. */
export class ProposedEvents {
  readonly records: NewRecord[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws AppendTooLarge, MetadataMissing, InvalidRequest */
  add(message: ProposedMessage): void {
    const facts = message.getMetadataMap();
    const type = facts.get('type');
    if (type === undefined) throw new MetadataMissing('type');
    if (type === '') throw new InvalidRequest('An event needs a type.');
    const contentType = facts.get('content-type');
    if (contentType === undefined) throw new MetadataMissing('content-type');
    const record: NewRecord = {
      id: uuidOf(message.getId()) as EventId,
      type,
      contentType:
        contentType === 'application/json' ? 'application/json' : 'application/octet-stream',
      data: message.getData_asU8(),
      metadata: message.getCustomMetadata_asU8(),
    };
    const { data, metadata } = record;
    this.#bytes += Buffer.byteLength(type) + data.byteLength + metadata.byteLength;
    if (this.#bytes > MAXIMUM_APPEND_BYTES) throw new AppendTooLarge(MAXIMUM_APPEND_BYTES);
    this.records.push(record);
  }
}

interface ExpectedOption {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

/** @throws InvalidRequest where the client says nothing of what it expects */
export function expectedOf(options: ExpectedOption, revision: string | undefined): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'none';
  if (options.hasStreamExists()) return 'exists';
  if (revision === undefined) throw new InvalidRequest('The expected revision is missing.');
  const expected = BigInt(revision);
  // The largest number of 64 bits is how "no revision" looks without a sign.
  return expected === END ? 'none' : expected;
}
