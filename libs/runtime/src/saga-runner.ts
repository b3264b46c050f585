import type { EventStore } from '@vivier/event-store';
import {
  isRejection,
  START,
  type Actor,
  type Clock,
  type CorrelationId,
  type OrganisationId,
  type Position,
  type Recorded,
  type Rejection,
  type Saga,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import type { AgendaEntry, SagaInstance, WorkState } from '@vivier/work-state';
import { deriveCommandId } from './derive.ts';
import type { Execute } from './execute.ts';
import { CannotGoOn, haltFor, keepReading, Progress, type Halt, type Wait } from './followers.ts';
import { recorded } from './log.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface SagaRunnerPorts {
  readonly store: EventStore;
  readonly workState: WorkState;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly execute: Execute;
  readonly sagas: readonly Saga[];
  readonly onHalt?: (saga: string, halt: Halt) => void;
  /** Told when the domain refuses what a saga sends; the entry is done with all the same. */
  readonly onRefused?: (saga: string, rejection: Rejection) => void;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
}

export interface SagaRunner {
  readonly progress: ReadonlyMap<string, Progress>;
  /** How far the log was when everything due had been sent. */
  readonly settled: Progress;
  /** Sends what is due at this moment, where every saga has seen all that happened. */
  sendDue(): Promise<void>;
  /** When there is something to send next, in ms since 1970. */
  nextDue(): Promise<number | undefined>;
  stop(): Promise<void>;
}

interface Payload {
  readonly name: string;
  readonly input: unknown;
  readonly because: string;
}

interface Follower {
  readonly saga: Saga;
  readonly progress: Progress;
  written: Position;
}

const DUE_AT_ONCE = 100;
/** A position that touched nothing is written down only now and then: it is read again in no time. */
const UNWRITTEN = 1_000;

/**
 * Runs the sagas: folds the log into their instances, replaces an instance's agenda after each of its
 * events, and sends what is due. Position, states and agendas are stored together and before anything
 * is sent; command ids derive from saga, instance, entry and time. So a crash at any point only delays.
 */
export const startSagaRunner = async (ports: SagaRunnerPorts): Promise<SagaRunner> => {
  const { store, workState, codec, clock, execute } = ports;
  const followers: Follower[] = [];
  for (const saga of ports.sagas) {
    const written = await workState.position(saga.name);
    followers.push({ saga, progress: new Progress(written), written });
  }
  const settled = new Progress(START);
  const stopping = new AbortController();

  const halt = ({ saga, progress }: Follower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    settled.haltAt(reason);
    ports.onHalt?.(saga.name, reason);
  };

  const entriesOf = (
    saga: Saga,
    organisationId: OrganisationId,
    instance: string,
    state: unknown,
  ): AgendaEntry[] =>
    saga.agenda(state).map(({ key, due, command, because }) => ({
      organisationId,
      saga: saga.name,
      instance,
      key,
      due: Date.parse(due),
      payload: JSON.stringify({ ...command, because } satisfies Payload),
    }));

  const fold = async (saga: Saga, events: readonly Recorded[]): Promise<SagaInstance[]> => {
    const touched = events.flatMap((event) => {
      const instance = saga.evolve[event.type] && saga.instance(event);
      return instance === undefined ? [] : [{ event, instance }];
    });
    const instances = new Map(
      touched.map(({ event: { organisationId }, instance }) => [
        `${organisationId}/${instance}`,
        { organisationId, instance },
      ]),
    );
    const stored = await workState.states(saga.name, [...instances.values()]);
    const states = new Map(
      [...instances.keys()].map((place, index) => {
        const text = stored[index];
        return [place, text === undefined ? saga.initial : (JSON.parse(text) as unknown)];
      }),
    );
    for (const { event, instance } of touched) {
      const place = `${event.organisationId}/${instance}`;
      try {
        states.set(place, saga.evolve[event.type]?.(states.get(place), event));
      } catch (error) {
        // A saga that throws has a bug: waiting does not mend it.
        throw new CannotGoOn('The saga failed on this event.', { cause: error });
      }
    }
    return [...instances].map(([place, { organisationId, instance }]) => ({
      organisationId,
      instance,
      state: JSON.stringify(states.get(place)),
      agenda: entriesOf(saga, organisationId, instance, states.get(place)),
    }));
  };

  const follow = async (follower: Follower, events: readonly Recorded[]): Promise<void> => {
    const { saga, progress } = follower;
    const fresh = events.filter(({ position }) => position > progress.position);
    const last = fresh.at(-1);
    if (!last || progress.halt) return;
    try {
      const instances = await fold(saga, fresh);
      if (instances.length > 0 || last.position - follower.written >= UNWRITTEN) {
        const to = last.position;
        await workState.commit({ saga: saga.name, from: follower.written, to, instances });
        follower.written = to;
      }
      progress.moveTo(last.position);
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      halt(follower, last.position, error);
    }
  };

  const send = async (entry: AgendaEntry): Promise<void> => {
    const { name, input, because } = JSON.parse(entry.payload) as Payload;
    const by: Actor = { kind: 'saga', id: entry.saga, role: 'system' };
    const outcome = await execute({
      name,
      input,
      organisationId: entry.organisationId,
      by,
      commandId: deriveCommandId(entry.saga, entry.instance, entry.key, String(entry.due)),
      causationId: because,
      correlationId: because as CorrelationId,
    });
    if (!isRejection(outcome)) return;
    // What may succeed later is not done with: it is tried again after a wait.
    if (outcome.retry !== 'never') throw new Error(outcome.message);
    ports.onRefused?.(entry.saga, outcome);
  };

  /** Whether the runner has seen the log's end, so that no plan is sent that an event has voided. */
  let caughtUp = false;
  const alone = oneAtATime();

  const sendDue = (): Promise<void> =>
    alone(async () => {
      for (;;) {
        // A saga that stands still may hold plans which events that it has not seen would cancel.
        if (!caughtUp || stopping.signal.aborted || followers.some(({ progress }) => progress.halt))
          return;
        const due = await workState.due(clock.now(), DUE_AT_ONCE);
        if (due.length === 0) return;
        for (const entry of due) await send(entry);
        await workState.done(due);
      }
    });

  const run = async (): Promise<void> => {
    const after = Math.min(...followers.map(({ progress }) => progress.position)) as Position;
    for await (const message of store.subscribe({ after, signal: stopping.signal })) {
      if (message.kind === 'caughtUp') {
        caughtUp = true;
        await sendDue();
        settled.moveTo(message.position);
        continue;
      }
      const events: Recorded[] = [];
      for (const record of message.records)
        try {
          events.push(recorded(codec, record));
        } catch (error) {
          // Nothing is skipped: what comes before the unreadable event is followed, then all stand still.
          for (const follower of followers) {
            await follow(follower, events);
            halt(follower, record.position, error);
          }
          return;
        }
      for (const follower of followers) await follow(follower, events);
    }
  };
  const allHalt = (error: unknown): void => {
    for (const follower of followers) halt(follower, follower.progress.position, error);
  };
  const running = keepReading(run, stopping.signal, allHalt, ports.wait);

  return {
    progress: new Map(followers.map(({ saga, progress }) => [saga.name, progress])),
    settled,
    sendDue,
    nextDue: () => workState.nextDue(),
    stop: async () => {
      stopping.abort();
      await running;
      await alone(() => Promise.resolve());
    },
  };
};
