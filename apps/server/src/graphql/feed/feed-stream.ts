import type { AccountId, LoginSessionId, Principal } from '@vivier/identity';
import { START, type Position, type Rejection } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { commandRejections, needsUpgrade } from '@vivier/runtime';
import type { House } from '../../house/house.ts';
import { isUnavailable } from '../../house/unavailable.ts';
import { edgeRejections } from '../rejections.ts';
import { Refused } from '../refused.ts';
import { positionToken } from '../scalars.ts';
import type { DomainEventType } from '../types/domain-event.ts';
import { follow, TooSlow } from './follow.ts';
import type { Hub } from './hub.ts';
import { PersonalAccess } from './personal-access.ts';
import { presentEvent } from './present-event.ts';
import { unforeseen } from '../../house/log.ts';

export interface FeedStreamOptions {
  readonly house: Pick<House, 'store' | 'vault' | 'load' | 'log'>;
  readonly hub: Hub;
  readonly codec: EventCodec;
  readonly reader: Principal;
  readonly types: readonly string[] | undefined;
  readonly after: Position;
  readonly onClosed: (stream: FeedStream) => void;
}

/** What the executor makes each message of. */
export interface Told {
  readonly domainEvents: DomainEventType;
}

/**
 * The events of one subscription. It ends with a refusal whose details say after which position to go on,
 * or when the subscriber leaves.
 */
export class FeedStream implements AsyncIterableIterator<Told, undefined> {
  readonly accountId: AccountId;
  readonly sessionId: LoginSessionId;
  readonly #options: FeedStreamOptions;
  readonly #ending = new AbortController();
  readonly #events: AsyncGenerator<Told, undefined>;
  /** All up to here was handed over. */
  #reached: Position;

  constructor(options: FeedStreamOptions) {
    this.#options = options;
    this.accountId = options.reader.accountId;
    this.sessionId = options.reader.sessionId;
    this.#reached = options.after;
    this.#events = this.#read();
  }

  /** Ends it, also while nothing happens. */
  end(rejection: Rejection): void {
    this.#ending.abort(rejection);
  }

  next(): Promise<IteratorResult<Told, undefined>> {
    return this.#events.next();
  }

  /** The subscriber leaves. */
  return(): Promise<IteratorResult<Told, undefined>> {
    this.#ending.abort();
    this.#options.onClosed(this);
    return this.#events.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#read(): AsyncGenerator<Told, undefined> {
    const { house, hub, codec, reader, types, after } = this.#options;
    const { signal } = this.#ending;
    const access = new PersonalAccess(house, reader);
    try {
      const entries = follow({
        store: house.store,
        hub,
        codec,
        organisationId: reader.organisationId,
        types,
        after,
        signal,
        onPage: () => {
          access.renew();
        },
      });
      for await (const entry of entries) {
        // Opened one by one, when the reader takes it: nobody holds what was erased meanwhile.
        const domainEvents = await presentEvent(
          entry.event,
          () => access.isGranted(),
          (blobs) => house.vault.open(blobs),
        );
        yield { domainEvents };
        this.#reached = entry.position;
      }
    } catch (failure) {
      throw this.#refusal(failure);
    } finally {
      this.#options.onClosed(this);
    }
    const { reason } = signal as { readonly reason: unknown };
    if (reason !== undefined && isRefusal(reason)) throw this.#refused(reason);
    return undefined;
  }

  #refusal(failure: unknown): Refused {
    if (failure instanceof TooSlow) return this.#refused(edgeRejections.ReaderTooSlow());
    if (needsUpgrade(failure))
      return this.#refused(commandRejections.UpgradeNeeded({ event: failure.wireType }));
    if (isUnavailable(failure)) return this.#refused(edgeRejections.StoreUnavailable());
    this.#options.house.log.error(unforeseen(failure), 'The feed of a subscriber has failed.');
    return this.#refused(edgeRejections.FeedFailed());
  }

  #refused(rejection: Rejection): Refused {
    const resumeAfter = this.#reached === START ? null : positionToken(this.#reached);
    return new Refused({ ...rejection, details: { ...rejection.details, resumeAfter } });
  }
}

const isRefusal = (reason: unknown): reason is Rejection =>
  typeof reason === 'object' && reason !== null && 'rejected' in reason;
