import type { Position } from '@vivier/kernel';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Outlet } from './outlet.ts';
import { caughtUp, checkpoint, fellBehind } from './wire.ts';

/** So many events may wait for a live subscriber; beyond, it has fallen behind. */
const LIVE_BUFFER = 32;

/**
 * Tells a subscriber where it stands: that it is live, that it fell behind, and, where a filter may keep
 * everything back for long, from where it could go on.
 */
export class Liveness {
  #isLive = false;
  #keptUp = true;
  #considered = 0;
  /** The last event or checkpoint that was looked at, and the last checkpoint that was sent. */
  #at: Position | undefined;
  #told: Position | undefined;

  constructor(
    private readonly outlet: Outlet<ReadResp>,
    /** In events that were looked at; Infinity for none. */
    private readonly checkpointInterval: number,
  ) {}

  async send(event: ReadResp): Promise<void> {
    this.#keptUp = (await this.outlet.send(event)) && this.#keptUp;
  }

  /** The next so many events are there, and were not when the subscriber was last looked after. */
  async expect(count: number): Promise<void> {
    const fell = this.#isLive && !this.#keptUp && count > LIVE_BUFFER;
    this.#keptUp = true;
    if (!fell) return;
    this.#isLive = false;
    await this.outlet.send(fellBehind());
    await this.#checkpoint();
  }

  async considered(position: Position): Promise<void> {
    this.#at = position;
    if (++this.#considered >= this.checkpointInterval) await this.#checkpoint();
  }

  /** The end is reached; `position` is it, where the subscriber came by itself. */
  async arrive(position?: Position): Promise<void> {
    this.#keptUp = true;
    if (this.#isLive) return;
    this.#isLive = true;
    if (position !== undefined) {
      this.#at = position;
      await this.#checkpoint();
    }
    await this.outlet.send(caughtUp());
  }

  async #checkpoint(): Promise<void> {
    this.#considered = 0;
    const isNew = this.#at !== undefined && this.#at !== this.#told;
    if (this.checkpointInterval === Infinity || !isNew) return;
    this.#told = this.#at;
    await this.outlet.send(checkpoint(this.#at!));
  }
}
