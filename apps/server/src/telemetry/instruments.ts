import type { EventStore } from '@vivier/event-store';
import { isRejection } from '@vivier/kernel';
import type { Execute } from '@vivier/runtime';

/** What watches the product while it works, without changing what it does. */
export interface Instruments {
  /** The same door, watched: no input and no value of a command is kept. */
  execute(execute: Execute): Execute;
  /** The same log, its appends watched. */
  store(store: EventStore): EventStore;
}

/** Several, the first one outermost. */
export const together = (all: readonly Instruments[]): Instruments => ({
  execute: (execute) => all.reduceRight((inner, one) => one.execute(inner), execute),
  store: (store) => all.reduceRight((inner, one) => one.store(inner), store),
});

/** What became of a command: `done`, `repeated`, or the code of its refusal. */
export const outcomeOf = (done: Awaited<ReturnType<Execute>>): string =>
  isRejection(done) ? done.rejected : done.repeated ? 'repeated' : 'done';

/** A log whose appends go another way; everything else is the log's own, asked of itself. */
export const withAppend = (store: EventStore, append: EventStore['append']): EventStore =>
  new Proxy(store, {
    get: (target, name) => {
      if (name === 'append') return append;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
