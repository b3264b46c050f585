import { expect } from '@jest/globals';
import {
  evolveOne,
  handSetClock,
  isRejection,
  streamName,
  type Actor,
  type AnyCommand,
  type AnyDecider,
  type AnyEventSet,
  type CommandContext,
  type CommandId,
  type CommandInput,
  type DomainEvent,
  type Recorded,
  type Rejection,
} from '@vivier/kernel';
import {
  createExecute,
  derive,
  deriveCommandId,
  newIdOf,
  type CommandEnvelope,
  type Done,
  type Execute,
  type Permission,
} from '@vivier/runtime';
import { MemoryEventStore } from './memory-event-store.ts';
import { MemoryVault } from './memory-vault.ts';
import { opened } from './open-givens.ts';
import { organisation, Past } from './past.ts';
import { declarations, inClear, withHandles } from './told.ts';

/** What happened in one stream before. */
export interface History {
  readonly of: AnyDecider;
  readonly key: string;
  readonly events: readonly DomainEvent[];
}

type Aggregates = Readonly<Record<string, AnyDecider>>;

type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (
  i: infer I,
) => void
  ? I
  : never;

type CommandsOf<All extends Aggregates> = UnionToIntersection<All[keyof All]['commands']>;

export interface Sending {
  readonly by: Actor;
  /** ISO-8601 instant; default: a day after the past. */
  readonly at?: string;
  /** The revision that the sender saw; default, where it matters: the newest. */
  readonly seen?: number | undefined;
  /** The same id again is the same command again. */
  readonly commandId?: string;
}

/** What a rule may make ids from, for the expectation of what it creates. */
export type Making = Pick<CommandContext, 'newId' | 'derive'>;

interface Step {
  readonly name: string;
  readonly input: unknown;
  readonly sending: Sending;
}

/** What a repetition must answer like the first time. */
const summary = ({ key, events, position, revision, repeated }: Done) => ({
  key,
  events: events.map(({ id, type, at, revision: place }) => ({ id, type, at, place })),
  position,
  revision,
  repeated,
});

const NEXT_DAY = '2026-03-03T09:00:00.000Z';

/** A past, and the product's own way through which commands go, on stores in memory. */
class World {
  readonly vault = new MemoryVault();
  readonly store = new MemoryEventStore();
  readonly #clock = handSetClock(NEXT_DAY);
  readonly #commands: Readonly<
    Record<string, { readonly of: AnyDecider; readonly command: AnyCommand }>
  >;
  readonly #past: Past;
  readonly #execute: Execute;
  readonly #declared;

  constructor(aggregates: Aggregates, permissions: Readonly<Record<string, Permission>>) {
    const all = Object.values(aggregates);
    const sets = all.map((of): AnyEventSet => of.events as AnyEventSet);
    this.#past = new Past(sets, this.vault);
    this.#declared = declarations(sets);
    this.#commands = Object.fromEntries(
      all.flatMap((of) =>
        Object.entries(of.commands as Record<string, AnyCommand>).map(([name, command]) => [
          name,
          { of, command },
        ]),
      ),
    );
    this.#execute = createExecute({
      aggregates,
      permissions,
      store: this.store,
      vault: this.vault,
      codec: this.#past.codec,
      clock: this.#clock,
    });
  }

  async happened({ of, key, events }: History): Promise<void> {
    const made = events.map((event) => withHandles(this.#declared, event));
    const state = made.reduce<unknown>(
      (before, event) => evolveOne(of, before, { ...event, key } as Recorded),
      of.initial,
    );
    const stream = {
      category: of.category,
      key,
      personId: of.person(state),
      scope: of.scope(key),
    };
    const records = made.map((event) => this.#past.stored({ stream, event, circumstances: {} }));
    await this.store.append(organisation, streamName(of.category, key), 'any', records);
  }

  making({ name, sending: { by } }: Step, commandId: CommandId): Making {
    return { newId: newIdOf({ organisationId: organisation, by, commandId, name }), derive };
  }

  async send(step: Step, commandId: CommandId): Promise<Done | Rejection> {
    const { name, input, sending } = step;
    const { by, at } = sending;
    if (at !== undefined) this.#clock.set(at);
    const known = this.#commands[name];
    const context = {
      at: new Date(this.#clock.now()).toISOString(),
      by,
      organisationId: organisation,
      ...this.making(step, commandId),
    };
    let { seen } = sending;
    if (known?.command.concerns && !('seen' in sending)) {
      const key = known.command.key(input as never, context);
      const stream = streamName(known.of.category, key);
      seen = (await this.store.readStream(organisation, stream))?.at(-1)?.revision;
    }
    const envelope: CommandEnvelope = {
      name,
      input,
      organisationId: organisation,
      by,
      commandId,
      seen,
    };
    return this.#execute(envelope);
  }

  clear(events: readonly DomainEvent[]): unknown {
    return events.map(({ type, data }) => ({ type, data: inClear(this.vault, data) }));
  }
}

/** After a `when`: another one, or what must come of it. */
export interface When<All extends Aggregates> {
  readonly when: WhenWord<All>;
  /** Exactly these events; the same command again makes none and answers the same. */
  readonly then: (...expected: readonly DomainEvent[]) => Promise<void>;
  /** The same, where an expected event holds an id that the command makes. */
  readonly thenMade: (expected: (making: Making) => readonly DomainEvent[]) => Promise<void>;
  /** Refused by this code, with these details where they are given; nothing is written. */
  readonly thenRejected: (
    code: string,
    details?: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  /** `done`, `nothing` where no event came of it, or the code of the refusal: for tables of many cases. */
  readonly outcome: () => Promise<string>;
}

export type WhenWord<All extends Aggregates> = <Name extends keyof CommandsOf<All> & string>(
  name: Name,
  input: CommandInput<CommandsOf<All>[Name]>,
  sending: Sending,
) => When<All>;

/**
 * The words for deciders: `given(histories…).when(name, input, { by }).then(events…)`. Commands go
 * through the product's own door, so that rights, input checks, evidence, idempotence and races are
 * not played but had. An earlier `when` of the same sentence must succeed.
 */
export const deciderWords =
  <All extends Aggregates>(aggregates: All, permissions: Readonly<Record<string, Permission>>) =>
  (...histories: readonly History[]): { readonly when: WhenWord<All> } => {
    const close = opened();

    const play = async (steps: readonly Step[]) => {
      close();
      const world = new World(aggregates, permissions);
      for (const history of histories) await world.happened(history);
      const idOf = (index: number): CommandId =>
        (steps[index]?.sending.commandId as CommandId | undefined) ??
        deriveCommandId('when', String(index));
      for (const [index, step] of steps.slice(0, -1).entries()) {
        const outcome = await world.send(step, idOf(index));
        if (isRejection(outcome))
          throw new Error(
            `${step.name} was to prepare this test and was refused: ${outcome.rejected}.`,
          );
      }
      const last = steps.at(-1) as Step;
      const commandId = idOf(steps.length - 1);
      const outcome = await world.send(last, commandId);
      const length = world.store.records.length;
      const again = await world.send(last, commandId);
      expect(world.store.records.length).toBe(length);
      return { world, outcome, again, making: world.making(last, commandId) };
    };

    const expectMade = async (
      steps: readonly Step[],
      expected: (making: Making) => readonly DomainEvent[],
    ): Promise<void> => {
      const { world, outcome, again, making } = await play(steps);
      if (isRejection(outcome)) {
        expect(outcome).toBe('a success');
        return;
      }
      const events = expected(making);
      expect(world.clear(outcome.events)).toEqual(world.clear(events));
      if (isRejection(again)) {
        expect(again).toBe('the first outcome again');
        return;
      }
      expect(summary(again)).toEqual({ ...summary(outcome), repeated: events.length > 0 });
    };

    const sentence = (steps: readonly Step[]): When<All> => ({
      when: (name, input, sending) => sentence([...steps, { name, input, sending }]),
      then: (...expected) => {
        if (typeof expected[0] === 'function')
          throw new TypeError('A when stands without a then: say what must come of it.');
        return expectMade(steps, () => expected);
      },
      thenMade: (expected) => expectMade(steps, expected),
      thenRejected: async (code, details) => {
        const { outcome, again } = await play(steps);
        if (!isRejection(outcome)) {
          expect(outcome.events.map(({ type }) => type)).toBe(`refused: ${code}`);
          return;
        }
        expect(outcome.rejected).toBe(code);
        if (details) expect(outcome.details).toEqual(details);
        expect(again).toEqual(outcome);
      },
      outcome: async () => {
        const { outcome } = await play(steps);
        if (isRejection(outcome)) return outcome.rejected;
        return outcome.events.length > 0 ? 'done' : 'nothing';
      },
    });

    return { when: (name, input, sending) => sentence([{ name, input, sending }]) };
  };
