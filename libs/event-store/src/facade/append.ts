import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Appended } from '../port.ts';
import { ProposedEvents, expectedOf } from './proposed.ts';
import { InvalidRequest, WrongExpectedVersion } from './refusals.ts';
import { nameOf, positionText } from './wire.ts';
import type { Writer } from './writer.ts';

/** One append, its options first and then one message an event. */
export async function append(
  writer: Writer,
  requests: AsyncIterable<AppendReq>,
): Promise<AppendResp> {
  let options: AppendReq.Options | undefined;
  const events = new ProposedEvents();
  for await (const request of requests) {
    const message = request.getProposedMessage();
    if (options === undefined) options = request.getOptions();
    else if (message !== undefined) events.add(message);
    if (options === undefined) throw new InvalidRequest('An append begins with its options.');
  }
  if (options === undefined) throw new InvalidRequest('An append begins with its options.');
  const name = nameOf(options.getStreamIdentifier());
  const revision = options.hasRevision() ? options.getRevision() : undefined;
  try {
    const expected = expectedOf(options, revision);
    return success(await writer.append(name, expected, events.records));
  } catch (error) {
    if (error instanceof WrongExpectedVersion) return wrongExpectedVersion(error);
    throw error;
  }
}

function success({ revision, position }: Appended): AppendResp {
  const message = new streams.AppendResp.Success();
  if (revision < 0) return new streams.AppendResp().setSuccess(nothingThere(message));
  message
    .setCurrentRevision(String(revision))
    .setPosition(
      new streams.AppendResp.Position()
        .setCommitPosition(positionText(position))
        .setPreparePosition(positionText(position)),
    );
  return new streams.AppendResp().setSuccess(message);
}

const nothingThere = (message: AppendResp.Success): AppendResp.Success =>
  message.setNoStream(new shared.Empty()).setNoPosition(new shared.Empty());

/** An answer, not a failure. The fields that end in 2060 are for clients of that version. */
function wrongExpectedVersion({ expected, actual }: WrongExpectedVersion): AppendResp {
  const message = new streams.AppendResp.WrongExpectedVersion();
  if (actual < 0n) {
    message.setCurrentNoStream(new shared.Empty()).setNoStream2060(new shared.Empty());
  } else {
    message.setCurrentRevision(String(actual)).setCurrentRevision2060(Number(actual));
  }
  if (expected === 'any') {
    message.setExpectedAny(new shared.Empty()).setAny2060(new shared.Empty());
  } else if (expected === 'exists') {
    message.setExpectedStreamExists(new shared.Empty()).setStreamExists2060(new shared.Empty());
  } else if (expected === 'none') {
    message.setExpectedNoStream(new shared.Empty());
  } else {
    message.setExpectedRevision(String(expected));
    if (expected <= BigInt(Number.MAX_SAFE_INTEGER)) {
      message.setExpectedRevision2060(Number(expected));
    }
  }
  return new streams.AppendResp().setWrongExpectedVersion(message);
}
