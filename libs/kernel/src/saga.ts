import type { AnyEventSet, DomainEvent, EventOf, Recorded } from './events.ts';
import type { Merged } from './projection.ts';

/** A command that a saga names; the runtime finds its decider by the name. */
export interface SagaCommand<Name extends string = string, Input = unknown> {
  readonly name: Name;
  readonly input: Input;
}

/** What will be sent at `due` (ISO-8601 instant) if nothing else happens first. */
export interface Intention<Command extends SagaCommand = SagaCommand> {
  /** Names the entry within its instance: the same fact always gives the same key. */
  readonly key: string;
  readonly due: string;
  readonly command: Command;
  /** The event that led to it; becomes the causation of what is sent. */
  readonly because: string;
}

type SagaHandlers<State, Sets extends readonly AnyEventSet[]> = {
  readonly [Name in keyof Merged<Sets>]?: (
    state: State,
    event: Recorded<EventOf<Pick<Merged<Sets>, Name>> & DomainEvent>,
  ) => State;
};

type Fold<State> = Readonly<Record<string, ((state: State, event: Recorded) => State) | undefined>>;

/** What applies to all instances of an organisation: its settings, folded from its own events. */
export interface SagaOrganisation<Settings = unknown> {
  readonly initial: Settings;
  readonly evolve: Fold<Settings>;
}

export interface Saga<State = unknown, Settings = unknown> {
  readonly name: string;
  readonly events: readonly AnyEventSet[];
  readonly initial: State;
  /** Which instance an event belongs to; `undefined` for none. */
  readonly instance: (event: Recorded) => string | undefined;
  readonly evolve: Fold<State>;
  readonly organisation?: SagaOrganisation<Settings>;
  readonly agenda: (state: State, settings: Settings) => readonly Intention[];
}

/**
 * Declares a process that time or an event drives: `saga<State>()({ name, events, initial, instance,
 * evolve, agenda })`. States hold facts only and serialise as JSON. The runner replaces an instance's
 * agenda after each of its events, so a later event moves or cancels what an earlier one planned.
 *
 * With `organisation`, events of the organisation fold into settings that its agendas follow: a change
 * reaches all of its instances, and until it has, nothing of theirs is sent.
 */
export const saga =
  <State, Command extends SagaCommand = SagaCommand, Settings = undefined>() =>
  <const Sets extends readonly AnyEventSet[]>(
    definition: {
      readonly name: string;
      readonly events: Sets;
      readonly initial: State;
      readonly instance: (event: Recorded) => string | undefined;
      readonly evolve: SagaHandlers<State, Sets>;
      readonly agenda: (state: State, settings: Settings) => readonly Intention<Command>[];
    } & ([Settings] extends [undefined]
      ? { readonly organisation?: never }
      : {
          readonly organisation: {
            readonly initial: Settings;
            readonly evolve: SagaHandlers<Settings, Sets>;
          };
        }),
  ): Saga<State, Settings> =>
    definition as unknown as Saga<State, Settings>;
