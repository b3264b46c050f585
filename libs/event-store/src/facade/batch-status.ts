import any from 'google-protobuf/google/protobuf/any_pb.js';
import protobuf from 'google-protobuf/google/protobuf/empty_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { status } from '@grpc/grpc-js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import {
  AccessDenied,
  AppendTooLarge,
  Refusal,
  StreamDeleted,
  TimedOut,
  WrongExpectedVersion,
} from './refusals.ts';
import { identifierOf } from './wire.ts';

interface Details {
  serializeBinary(): Uint8Array;
}

/** A failed append of a batch, as `google.rpc.Status` with the refusal's own message in its details. */
export function statusOf(error: unknown, report: (error: unknown) => void): Status {
  const [code, name, details] = described(error);
  if (!(error instanceof Refusal)) report(error);
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new rpc.Status().setCode(code).setMessage(name).setDetails(packed);
}

function described(error: unknown): readonly [code: number, name: string, details: Details] {
  if (error instanceof WrongExpectedVersion) {
    return [status.ALREADY_EXISTS, 'WrongExpectedVersion', wrongExpectedVersion(error)];
  }
  if (error instanceof StreamDeleted) {
    const details = new shared.StreamDeleted().setStreamIdentifier(identifierOf(error.stream));
    return [status.NOT_FOUND, 'StreamDeleted', details];
  }
  if (error instanceof AccessDenied) {
    return [status.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied()];
  }
  if (error instanceof AppendTooLarge) {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(error.maximum);
    return [status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details];
  }
  if (error instanceof TimedOut) {
    return [status.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()];
  }
  if (error instanceof Refusal) {
    const details = new shared.BadRequest().setMessage(error.message);
    return [status.INVALID_ARGUMENT, 'BadRequest', details];
  }
  return [status.UNKNOWN, 'Unknown', new shared.Unknown()];
}

function wrongExpectedVersion({ expected, actual }: WrongExpectedVersion): Details {
  const message = new shared.WrongExpectedVersion();
  if (actual < 0n) message.setCurrentNoStream(new protobuf.Empty());
  else message.setCurrentStreamRevision(String(actual));
  if (expected === 'any') message.setExpectedAny(new protobuf.Empty());
  else if (expected === 'none') message.setExpectedNoStream(new protobuf.Empty());
  else if (expected === 'exists') message.setExpectedStreamExists(new protobuf.Empty());
  else message.setExpectedStreamPosition(String(expected));
  return message;
}
