import protobuf from 'google-protobuf/google/protobuf/empty_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type {
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { MAXIMUM_APPEND_BYTES } from '../port.ts';
import type { Appended } from '../port.ts';
import { statusOf } from './batch-status.ts';
import { deadlineOf } from './deadline.ts';
import type { Outlet } from './outlet.ts';
import { ProposedEvents, expectedOf } from './proposed.ts';
import { AccessDenied, TimedOut } from './refusals.ts';
import type { Expected } from './refusals.ts';
import { identifierOf, nameOf, positionText, uuidOf } from './wire.ts';
import { NO_WRITER } from './writer.ts';
import type { Writer } from './writer.ts';

/** An append whose chunks are still arriving. */
interface Arriving {
  readonly correlationId: UUID;
  readonly name: string;
  readonly expected: Expected;
  readonly events: ProposedEvents;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Nothing more is read from a client while so much of what it sent is being stored. */
const BYTES_AT_ONCE = 32 * MAXIMUM_APPEND_BYTES;
/** What an append costs besides its events, about. */
const BYTES_OF_AN_APPEND = 32_768;
/** What a timer can wait; a later deadline is none. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Many appends over one call, told apart by the ids that the client gave them. Each is answered on its
 * own, in the order in which they are done; one that fails disturbs no other.
 */
export class BatchAppend {
  readonly #arriving = new Map<string, Arriving>();
  #storing = 0;
  #fewer: () => void = () => {};

  constructor(
    private readonly writer: Writer,
    private readonly outlet: Outlet<BatchAppendResp>,
    private readonly report: (error: unknown) => void,
  ) {}

  async run(requests: AsyncIterable<BatchAppendReq>): Promise<void> {
    try {
      for await (const request of requests) {
        await this.#take(request);
        await this.#atMost(BYTES_AT_ONCE);
      }
      await this.#atMost(0);
    } finally {
      for (const { timer } of this.#arriving.values()) clearTimeout(timer);
    }
  }

  /** Resolves when no more than so many bytes are being stored, or their answers sent. */
  async #atMost(bytes: number): Promise<void> {
    while (this.#storing > bytes) await new Promise<void>((resolve) => (this.#fewer = resolve));
  }

  async #take(request: BatchAppendReq): Promise<void> {
    const correlationId = request.getCorrelationId() ?? new shared.UUID();
    const options = request.getOptions();
    const identifier = options?.getStreamIdentifier();
    let name = Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
    let key: string | undefined;
    try {
      key = uuidOf(correlationId);
      if (options !== undefined && !this.#arriving.has(key)) {
        this.#begin(key, correlationId, request);
      }
      const append = this.#arriving.get(key);
      // The rest of an append that has been answered already.
      if (append === undefined) return;
      ({ name } = append);
      for (const message of request.getProposedMessagesList()) append.events.add(message);
      if (request.getIsFinal()) this.#store(key, append);
    } catch (error) {
      if (key !== undefined) this.#forget(key);
      await this.#refuse(correlationId, name, error);
    }
  }

  #begin(key: string, correlationId: UUID, request: BatchAppendReq): void {
    if (this.writer === NO_WRITER) throw new AccessDenied();
    const options = request.getOptions()!;
    const name = nameOf(options.getStreamIdentifier());
    const revision = options.hasStreamPosition() ? options.getStreamPosition() : undefined;
    const expected = expectedOf(options, revision);
    const left = deadlineOf(request) - Date.now();
    if (left <= 0) throw new TimedOut();
    const expire = (): void => {
      this.#forget(key);
      this.#refuse(correlationId, name, new TimedOut()).catch(this.report);
    };
    const timer = left <= LONGEST_MS ? setTimeout(expire, left) : undefined;
    this.#arriving.set(key, { correlationId, name, expected, events: new ProposedEvents(), timer });
  }

  #forget(key: string): void {
    clearTimeout(this.#arriving.get(key)?.timer);
    this.#arriving.delete(key);
  }

  #store(key: string, { correlationId, name, expected, events }: Arriving): void {
    this.#forget(key);
    const bytes = BYTES_OF_AN_APPEND + events.bytes;
    this.#storing += bytes;
    const stored = this.writer.append(name, expected, events.records).then(
      (appended) => this.#answer(correlationId, name, successOf(appended)),
      (error: unknown) => this.#refuse(correlationId, name, error),
    );
    stored.catch(this.report).finally(() => {
      this.#storing -= bytes;
      this.#fewer();
    });
  }

  #refuse(correlationId: UUID, name: string, error: unknown): Promise<void> {
    const answer = new streams.BatchAppendResp().setError(statusOf(error, this.report));
    return this.#answer(correlationId, name, answer);
  }

  async #answer(correlationId: UUID, name: string, answer: BatchAppendResp): Promise<void> {
    answer.setCorrelationId(correlationId).setStreamIdentifier(identifierOf(name));
    await this.outlet.send(answer);
  }
}

function successOf({ revision, position }: Appended): BatchAppendResp {
  const message = new streams.BatchAppendResp.Success();
  if (revision < 0) {
    message.setNoStream(new protobuf.Empty()).setNoPosition(new protobuf.Empty());
  } else {
    const at = positionText(position);
    message
      .setCurrentRevision(String(revision))
      .setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
  }
  return new streams.BatchAppendResp().setSuccess(message);
}
