import jspb from 'google-protobuf';
import duration from 'google-protobuf/google/protobuf/duration_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { BinaryReader } from 'google-protobuf';

// Numbers of fields in the protocol's later versions: a duration from now on instead of an instant.
const OPTIONS = 2;
const DEADLINE_AS_DURATION = 7;

const deadlines = new WeakMap<BatchAppendReq, number>();

/**
 * Reads a request with the stubs, and beside it the one field that they do not know: the deadline as a
 * duration, which clients send to a server that says it has the feature `deadline_duration`.
 */
export function deserializeBatchAppend(bytes: Uint8Array): BatchAppendReq {
  const request = streams.BatchAppendReq.deserializeBinary(bytes);
  if (request.hasOptions()) {
    const left = durationIn(new jspb.BinaryReader(bytes));
    if (left !== undefined) deadlines.set(request, Date.now() + left);
  }
  return request;
}

/** When the append must be there, in ms since 1970; Infinity where the client does not say. */
export function deadlineOf(request: BatchAppendReq): number {
  const instant = request.getOptions()?.getDeadline()?.toDate().getTime();
  return deadlines.get(request) ?? instant ?? Infinity;
}

/** In ms. */
function durationIn(reader: BinaryReader): number | undefined {
  let found: number | undefined;
  while (reader.nextField() && !reader.isEndGroup()) {
    if (reader.getFieldNumber() !== OPTIONS) {
      reader.skipField();
      continue;
    }
    reader.readMessage(new duration.Duration(), (_, options: BinaryReader) => {
      while (options.nextField() && !options.isEndGroup()) {
        if (options.getFieldNumber() !== DEADLINE_AS_DURATION) {
          options.skipField();
          continue;
        }
        const left = duration.Duration.deserializeBinary(options.readBytes());
        found = left.getSeconds() * 1000 + left.getNanos() / 1_000_000;
      }
    });
  }
  return found;
}
