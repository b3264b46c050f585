import type { AnyEventSet, DomainEvent, EventOf, Recorded } from './events.ts';
import type { EventId, OrganisationId } from './ids.ts';
import type { Merged } from './projection.ts';

/** What an attempt knows besides its task. */
export interface Attempt {
  readonly organisationId: OrganisationId;
  readonly eventId: EventId;
  /** 1 for the first. */
  readonly attempt: number;
  /** Whether the task is given up when this attempt fails. */
  readonly isLast: boolean;
}

type EffectHandlers<Task, Sets extends readonly AnyEventSet[]> = {
  readonly [Name in keyof Merged<Sets>]?: (
    event: Recorded<EventOf<Pick<Merged<Sets>, Name>> & DomainEvent>,
  ) => Task | undefined;
};

/** A reaction to events that touches the outside: files, keys, mails. */
export interface Effect<Task = unknown> {
  readonly name: string;
  readonly events: readonly AnyEventSet[];
  /** What an event asks for, as facts that serialise as JSON; pure. */
  readonly on: Readonly<Record<string, ((event: Recorded) => Task | undefined) | undefined>>;
  /**
   * Does it. It may be called again for the same event after a crash and must then come to the same
   * end. What it throws is tried again later; {@link FailedForGood} is not.
   */
  readonly perform: (task: Task, attempt: Attempt) => Promise<void>;
  /**
   * Told of a task whose last attempt never ended, since the process died of it: it is given up without
   * another one. May be called again, as `perform`.
   */
  readonly givenUp?: (task: Task, attempt: Attempt) => Promise<void>;
}

/** Declares an effect: `effect<Task>()({ name, events, on, perform })`. */
export const effect =
  <Task>() =>
  <const Sets extends readonly AnyEventSet[]>(definition: {
    readonly name: string;
    readonly events: Sets;
    readonly on: EffectHandlers<Task, Sets>;
    readonly perform: Effect<Task>['perform'];
    readonly givenUp?: Effect<Task>['givenUp'];
  }): Effect =>
    definition as unknown as Effect;

/** Trying again would not help: the task is put among the dead, where people see it. */
export class FailedForGood extends Error {
  override readonly name = 'FailedForGood';
}
