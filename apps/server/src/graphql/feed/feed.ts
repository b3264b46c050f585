import { Inject, Injectable } from '@nestjs/common';
import { aggregates } from '@vivier/domain';
import type { Principal } from '@vivier/identity';
import { START, type Position, type Rejection } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import type { House } from '../../house/house.ts';
import { HOUSE } from '../bus.ts';
import { edgeRejections } from '../rejections.ts';
import { Refused } from '../refused.ts';
import { FeedStream } from './feed-stream.ts';
import { Hub } from './hub.ts';
import { LIMITS_OF_FEED, type FeedLimits } from './limits.ts';
import { kindOf } from '../../house/log.ts';

/** What an integrator wants to read. */
export interface Wanted {
  /** Default: from the beginning. */
  readonly after?: Position | undefined;
  /** Names of events; default: all. */
  readonly types?: readonly string[] | undefined;
}

/** Who reads what of the log, in this process. */
@Injectable()
export class Feed {
  readonly #house: House;
  readonly #limits: FeedLimits;
  readonly #codec = new EventCodec(Object.values(aggregates).map(({ events }) => events));
  readonly #hub: Hub;
  readonly #streams = new Set<FeedStream>();

  constructor(@Inject(HOUSE) house: House, @Inject(LIMITS_OF_FEED) limits: FeedLimits) {
    this.#house = house;
    this.#limits = limits;
    this.#hub = new Hub({
      store: house.store,
      codec: this.#codec,
      queue: limits.queue,
      onFailure: (failure) => {
        house.log.error({ kind: kindOf(failure) }, 'The feed cannot read the log.');
      },
    });
  }

  /**
   * Opens a stream of the events of the reader's organisation.
   *
   * @throws Refused TooManySubscriptions
   */
  open(reader: Principal, { after = START, types }: Wanted): FeedStream {
    const theirs = [...this.#streams].filter(({ accountId }) => accountId === reader.accountId);
    const limit = this.#limits.subscriptionsPerAccount;
    if (theirs.length >= limit) throw new Refused(edgeRejections.TooManySubscriptions({ limit }));
    const stream = new FeedStream({
      house: this.#house,
      hub: this.#hub,
      codec: this.#codec,
      reader,
      types,
      after,
      onClosed: (closed) => this.#streams.delete(closed),
    });
    this.#streams.add(stream);
    return stream;
  }

  /** Ends streams with a refusal that says where to go on. */
  end(which: (stream: FeedStream) => boolean, rejection: Rejection): void {
    for (const stream of [...this.#streams]) if (which(stream)) stream.end(rejection);
  }
}
