import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Position } from '@vivier/kernel';
import type { StoredRecord } from '../port.ts';
import { InvalidRequest } from './refusals.ts';

/** 2^63 - 1: the revision of a tombstone, and the `$tb` of a deleted stream. */
export const LARGEST = 9_223_372_036_854_775_807n;
/** 2^64 - 1: how the protocol writes "the end", and "no stream" where a revision is meant. */
export const END = 18_446_744_073_709_551_615n;

export const empty = (): InstanceType<typeof shared.Empty> => new shared.Empty();

/** @throws InvalidRequest where a request names no stream */
export function nameOf(identifier: StreamIdentifier | undefined): string {
  const name = Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
  if (name === '' || name === '$$') throw new InvalidRequest('A stream needs a name.');
  return name;
}

export const identifierOf = (name: string): StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'));

const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** A UUID in lower case, from its text or its two halves. @throws InvalidRequest where it is none */
export function uuidOf(uuid: UUID | undefined): string {
  let text = uuid?.getString() ?? '';
  const halves = uuid?.getStructured();
  if (halves !== undefined) {
    const half = (bits: string): string =>
      BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
    const hex = half(halves.getMostSignificantBits()) + half(halves.getLeastSignificantBits());
    text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  if (!TEXT.test(text) || text === NOTHING) throw new InvalidRequest('An id must be a UUID.');
  return text.toLowerCase();
}

export function uuidAs(kind: 'text' | 'halves', id: string): UUID {
  if (kind === 'text') return new shared.UUID().setString(id);
  const hex = id.replaceAll('-', '');
  const half = (from: number): string =>
    BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  return new shared.UUID().setStructured(
    new shared.UUID.Structured().setMostSignificantBits(half(0)).setLeastSignificantBits(half(16)),
  );
}

/**
 * A place in the log, as the protocol counts: no record lies at 0, which means the beginning there. Both
 * of the protocol's positions, of the commit and of its preparation, are this one.
 */
export const positionText = (position: Position): string => String(position + 1);

/** What a subscriber or reader sees of a record: where it lies and under which names. */
export interface Shown {
  readonly record: StoredRecord;
  readonly stream: string;
  /** Decimal; a tombstone's is {@link LARGEST}. */
  readonly revision: string;
}

const TICKS_PER_MILLISECOND = 10_000n;

function recordedEvent(
  { record, stream, revision }: Shown,
  ids: 'text' | 'halves',
): ReadResp.ReadEvent.RecordedEvent {
  const position = positionText(record.position);
  const message = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(uuidAs(ids, record.id))
    .setStreamIdentifier(identifierOf(stream))
    .setStreamRevision(revision)
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  const facts = message.getMetadataMap();
  facts.set('type', record.type);
  facts.set('content-type', record.contentType);
  facts.set('created', String(BigInt(record.created) * TICKS_PER_MILLISECOND));
  return message;
}

/** An event on its way to a client; of a link, both the link and what it points to, if that is there. */
export function eventMessage(
  shown: { readonly event: Shown | undefined; readonly link?: Shown },
  ids: 'text' | 'halves',
): ReadResp {
  const { event, link } = shown;
  const message = new streams.ReadResp.ReadEvent();
  if (event !== undefined) message.setEvent(recordedEvent(event, ids));
  if (link !== undefined) message.setLink(recordedEvent(link, ids));
  const original = link ?? event;
  if (original !== undefined) message.setCommitPosition(positionText(original.record.position));
  return new streams.ReadResp().setEvent(message);
}

export const confirmation = (subscriptionId: string): ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId),
  );

export const checkpoint = (position: Position): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint()
      .setCommitPosition(positionText(position))
      .setPreparePosition(positionText(position)),
  );

export const caughtUp = (): ReadResp =>
  new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const fellBehind = (): ReadResp =>
  new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind());

export const streamNotFound = (name: string): ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(name)),
  );
