import type { Position, Recorded, Saga } from '@vivier/kernel';
import { SagaPositionMoved, UnstorableAgenda, type SagaBatch } from '@vivier/work-state';
import type { WorkState } from '@vivier/work-state';
import type { RuntimeFaults } from './faults.ts';
import { CannotGoOn, Progress } from './followers.ts';
import { InstancesInHand } from './instances-in-hand.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { entriesOf } from './saga-fold.ts';

export interface SagaFollowerPorts {
  readonly workState: WorkState;
  readonly faults?: RuntimeFaults | undefined;
}

/** What plans nothing is written down only now and then: so many events are read again in no time. */
const UNWRITTEN = 1_000;

/** Changed settings come so many instances further at a time: others have their turn in between. */
const REACHED_AT_ONCE = 100;

/** One saga that follows the log: what it holds in hand, and what of that is stored. */
export class SagaFollower {
  readonly progress: Progress;
  readonly #alone = oneAtATime();
  /** What the store has. */
  #written: Position;
  /** What is folded into the instances in hand. */
  #taken: Position;
  /** So many events since `written`: positions may have gaps and do not tell. */
  #unsaved = 0;
  #instances: InstancesInHand;
  /** Whether there may be instances that changed settings have yet to reach. */
  #mayBeUnreached = true;

  constructor(
    readonly saga: Saga,
    private readonly ports: SagaFollowerPorts,
    written: Position,
  ) {
    this.progress = new Progress(written);
    this.#written = written;
    this.#taken = written;
    this.#instances = new InstancesInHand(ports.workState, saga);
  }

  /** How far it has read. */
  get taken(): Position {
    return this.#taken;
  }

  get mayBeUnreached(): boolean {
    return this.#mayBeUnreached && this.saga.organisation !== undefined;
  }

  /** Goes on from what the store has: what is in hand is not stored, or not by this process. */
  begin(): Promise<void> {
    return this.#alone(async () => this.#goBack(this.#written));
  }

  /**
   * Takes what is new to it out of a page.
   *
   * @param failed told of an event on which the saga fails, which no waiting mends
   */
  follow(
    events: readonly Recorded[],
    failed: (position: Position, error: CannotGoOn) => void,
  ): Promise<void> {
    return this.#alone(() => this.#follow(events, failed));
  }

  /**
   * Brings changed settings to a page of instances: their agendas are made anew, in one batch with how
   * far that is, so that it goes on there whatever ends it.
   */
  reachSome(failed: (position: Position, error: CannotGoOn) => void): Promise<void> {
    return this.#alone(async () => {
      try {
        await this.#reachSome();
      } catch (error) {
        // Another process does it too, and has come further.
        if (error instanceof SagaPositionMoved) this.#goBack(error.stored);
        else if (error instanceof CannotGoOn) failed(this.progress.position, error);
        else throw error;
      }
    });
  }

  async #follow(
    events: readonly Recorded[],
    failed: (position: Position, error: CannotGoOn) => void,
  ): Promise<void> {
    const fresh = events.filter(({ position }) => position > this.#taken);
    const [first] = fresh;
    if (!first || this.progress.halt) return;
    try {
      await this.#take(fresh);
    } catch (error) {
      if (error instanceof SagaPositionMoved) {
        // Another process runs it too and was first: this one goes on from there.
        this.#goBack(error.stored);
        if (error.stored < first.position - 1) throw error;
        return this.#follow(events, failed);
      }
      if (!(error instanceof CannotGoOn)) throw error;
      failed(this.#instances.at ?? first.position, error);
    }
  }

  async #take(fresh: readonly Recorded[]): Promise<void> {
    await this.#instances.apply(fresh);
    this.#taken = fresh.at(-1)?.position ?? this.#taken;
    this.#unsaved += fresh.length;
    if (this.#instances.isPlanned || this.#unsaved >= UNWRITTEN) await this.#commit();
    if (this.#taken > this.progress.position) this.progress.moveTo(this.#taken);
  }

  async #reachSome(): Promise<void> {
    const { workState } = this.ports;
    // What is computed from the store is right only where everything is stored.
    if (this.#unsaved > 0) await this.#commit();
    const { name } = this.saga;
    const [next] = await workState.unreached(name);
    if (!next) {
      this.#mayBeUnreached = false;
      return;
    }
    const { organisationId, after } = next;
    const { settings } = this.#instances;
    await settings.fetch([organisationId]);
    const page = await workState.instancesAfter(name, organisationId, after, REACHED_AT_ONCE);
    const instances = page.map(({ instance, state }) => {
      const agenda = entriesOf(
        ...([this.saga, organisationId, instance] as const),
        ...([JSON.parse(state) as unknown, settings.of(organisationId)] as const),
      );
      return { organisationId, instance, state, agenda };
    });
    const upTo = page.length < REACHED_AT_ONCE ? undefined : page.at(-1)?.instance;
    await this.#store({
      ...{ saga: name, from: this.#written, to: this.#written, instances },
      reached: { organisationId, after, upTo },
    });
    this.#instances.planned(instances);
  }

  async #commit(): Promise<void> {
    this.ports.faults?.at('before-position-saved');
    const settings = this.#instances.settings.changes();
    await this.#store({
      ...{ saga: this.saga.name, from: this.#written, to: this.#taken },
      ...{ instances: this.#instances.changes(), settings },
    });
    this.#written = this.#taken;
    this.#unsaved = 0;
    this.#mayBeUnreached ||= settings.length > 0;
    this.#instances.written();
  }

  async #store(batch: SagaBatch): Promise<void> {
    try {
      await this.ports.workState.commit(batch);
    } catch (error) {
      // An agenda that cannot be stored is a bug of the saga.
      if (error instanceof UnstorableAgenda)
        throw new CannotGoOn('The saga failed on this event.', { cause: error });
      throw error;
    }
  }

  #goBack(written: Position): void {
    this.#written = written;
    this.#taken = written;
    this.#unsaved = 0;
    this.#mayBeUnreached = true;
    this.#instances = new InstancesInHand(this.ports.workState, this.saga);
    if (written > this.progress.position) this.progress.moveTo(written);
  }
}
