import type {
  AnyEventSet,
  DataOf,
  DomainEvent,
  EventOf,
  InputOf,
  Actor,
  Recorded,
  Shape,
} from './events.ts';
import type { OrganisationId, PersonId, Scope } from './ids.ts';
import type { Rejection } from './rejection.ts';

/** Handlers for every event of a set: leaving one out is a compile error, `ignore` is a written case. */
export type Evolve<State, Set extends AnyEventSet> = {
  readonly [Name in keyof Set]: (
    state: State,
    event: Recorded<EventOf<Pick<Set, Name>> & DomainEvent>,
  ) => State;
};

/** The event changes nothing here. */
export const ignore = <State>(state: State): State => state;

declare const stateOf: unique symbol;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any aggregate, whatever its state
export type AnyDecider = Decider<any, any, any>;

/** Another aggregate whose facts a decision needs. */
export interface EvidenceRequest<State> {
  readonly of: AnyDecider;
  readonly key: string;
  readonly [stateOf]?: State;
}

/** Asks for the state of another aggregate; the runtime folds it and hands its facts in. */
export const factsOf = <State>(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever its events and commands
  of: Decider<State, any, any>,
  key: string,
): EvidenceRequest<State> => ({ of, key });

export type EvidenceRequests = Readonly<Record<string, EvidenceRequest<unknown>>>;

/** The folded state of the other aggregate and the revision it was read at (-1: absent). */
export type EvidenceOf<Requests> = {
  readonly [Name in keyof Requests]: Requests[Name] extends EvidenceRequest<infer State>
    ? { readonly state: State; readonly revision: number }
    : never;
};

/** All that is not in the command or the state: a decider reads no clock and makes no ids. */
export interface CommandContext {
  /** ISO-8601 instant. */
  readonly at: string;
  readonly by: Actor;
  readonly organisationId: OrganisationId;
  /** The id of the thing that this command creates; the same whenever the command is repeated. */
  readonly newId: string;
  /** A UUID derived from the parts: the same parts give the same id, everywhere and for ever. */
  readonly derive: (...parts: string[]) => string;
}

export interface Command<
  State,
  Input extends Shape,
  Requests extends EvidenceRequests,
  Event extends DomainEvent,
> {
  /** Personal fields reuse the schema of the event that will hold them. */
  readonly input: Input;
  /** The id of the thing that the command is for. */
  readonly key: (input: DataOf<Input>, context: CommandContext) => string;
  /** May begin a stream; all others answer an absent id with the decider's `absent`. */
  readonly creates?: true;
  readonly evidence?: (input: DataOf<Input>, state: State, context: CommandContext) => Requests;
  /**
   * For a decision that carries the revision its maker saw: which events, had they happened since,
   * mean that what it is about has changed.
   */
  readonly concerns?: (input: DataOf<Input>, event: Recorded<Event>) => boolean;
  readonly decide: (
    input: DataOf<Input>,
    state: State,
    context: CommandContext & { readonly evidence: EvidenceOf<Requests> },
  ) => readonly Event[] | Rejection;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the commands of a decider differ
export type AnyCommand = Command<any, any, any, any>;

/**
 * Types one command of an aggregate: `command<State, Event>()({ input, key, decide })`. The two calls
 * let the input and the evidence be inferred while state and events are given.
 */
export const command =
  <State, Event extends DomainEvent>() =>
  <const Input extends Shape, const Requests extends EvidenceRequests = Record<never, never>>(
    definition: Command<State, Input, Requests, Event>,
  ): Command<State, Input, Requests, Event> =>
    definition;

export interface Decider<
  State,
  Set extends AnyEventSet = AnyEventSet,
  Commands extends Readonly<Record<string, AnyCommand>> = Readonly<Record<string, AnyCommand>>,
> {
  /** Streams are called `<category>-<id>`. */
  readonly category: string;
  readonly events: Set;
  readonly initial: State;
  readonly evolve: Evolve<State, Set>;
  /** The person that the stream is about; whose keys seal its events. */
  readonly person: (state: State) => PersonId | undefined;
  /** What of the person the stream's events are sealed under. */
  readonly scope: (key: string) => Scope;
  /** The answer to an id that is absent or somebody else's: the same, so that it tells nothing. */
  readonly absent: () => Rejection;
  readonly commands: Commands;
}

/** Declares an aggregate: `decider<State>()({ category, events, initial, evolve, commands, … })`. */
export const decider =
  <State>() =>
  <Set extends AnyEventSet, const Commands extends Readonly<Record<string, AnyCommand>>>(
    definition: Decider<State, Set, Commands>,
  ): Decider<State, Set, Commands> =>
    definition;

/** One step of a fold. */
export const evolveOne = <State, Set extends AnyEventSet>(
  aggregate: Pick<Decider<State, Set>, 'evolve'>,
  state: State,
  event: Recorded,
): State => {
  const handler = aggregate.evolve[event.type] as
    ((state: State, event: Recorded) => State) | undefined;
  if (!handler) throw new TypeError(`This aggregate knows no event ${event.type}.`);
  return handler(state, event);
};

/** What a caller sends for a command. */
export type CommandInput<C> =
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- only the input is looked at
  C extends Command<any, infer Input, any, any> ? InputOf<Input> : never;
