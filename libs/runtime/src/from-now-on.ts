import type { EventStore } from '@vivier/event-store';
import { START, type Position } from '@vivier/kernel';
import { SagaPositionMoved, type Outbox } from '@vivier/work-state';

/** Under this name stands, as a position, that an installation knows an effect. */
const knownAs = (effect: string): string => `${effect}, known`;

/** Any position that is not the absent one. */
const KNOWN = 0 as Position;

/** Somebody else has just written the same. */
const unlessMoved = (error: unknown): void => {
  if (!(error instanceof SagaPositionMoved)) throw error;
};

/**
 * Lets effects that are new to an installation begin at the end of its log, so that a release does not
 * write to people about what happened before it. In a new installation, whose log is empty, they begin at
 * the beginning, and keep to that: what is appended afterwards is theirs, crash or no crash. To be called
 * before this process appends anything, by each of several.
 */
export const beginFromNow = async (
  effects: readonly string[],
  {
    store,
    outbox,
  }: {
    readonly store: Pick<EventStore, 'head'>;
    readonly outbox: Pick<Outbox, 'position' | 'take'>;
  },
): Promise<void> => {
  // Before it is looked whether somebody knows it: whoever appends has written down that they do.
  const head = await store.head();
  for (const effect of effects) {
    const isKnown = async (name: string) => (await outbox.position(name)) !== START;
    if ((await isKnown(knownAs(effect))) || (await isKnown(effect))) continue;
    const begin = (name: string, to: Position): Promise<void> =>
      outbox.take({ effect: name, from: START, to, tasks: [], due: 0 }).catch(unlessMoved);
    if (head !== START) await begin(effect, head);
    await begin(knownAs(effect), KNOWN);
  }
};
