import type { Position, Projection } from '@vivier/kernel';
import { rebuilder, startProjector, type Projector } from '@vivier/runtime';
import { MemoryEventStore } from './memory-event-store.ts';
import { MemoryReadStore } from './memory-read-store.ts';
import { MemoryVault } from './memory-vault.ts';
import { Past, type PastEvent } from './past.ts';

/** What becomes of the projector after so many events. */
export interface Interruption {
  readonly after: number;
  readonly by: 'restart' | 'rebuild';
}

/**
 * Runs the product's projector over a past and gives all documents as one text.
 *
 * @param pageSize events in one page of the log
 * @param interruptions by their `after`, the lowest first; default: it runs through
 * @throws when a projection halts
 */
export const projected = async (
  projections: readonly Projection[],
  past: readonly PastEvent[],
  pageSize: number,
  interruptions: readonly Interruption[] = [],
): Promise<string> => {
  const log = new Past(
    [...new Set(projections.flatMap(({ events }) => events))],
    new MemoryVault(),
  );
  const records = past.map((event) => log.stored(event));
  const store = new MemoryEventStore({ pageSize });
  const readStore = new MemoryReadStore();
  const ports = { store, readStore, codec: log.codec, projections };

  let appended = 0;
  const upTo = async (count: number): Promise<void> => {
    for (const { organisationId, stream, ...record } of records.slice(appended, count))
      await store.append(organisationId, stream, 'any', [record]);
    appended = Math.max(appended, count);
  };
  const caughtUp = async (projector: Projector, head: Position): Promise<void> => {
    for (const [name, progress] of projector.progress)
      if (!(await progress.reached(head))) throw new Error(`${name} stands still.`);
  };

  let projector: Projector | undefined;
  for (const { after, by } of interruptions) {
    await upTo(after);
    projector ??= await startProjector(ports);
    await caughtUp(projector, await store.head());
    if (by === 'rebuild') await rebuilder({ ...ports, projector }).rebuild({});
    else {
      await projector.stop();
      projector = undefined;
    }
  }
  await upTo(records.length);
  projector ??= await startProjector(ports);
  await caughtUp(projector, await store.head());
  await projector.stop();
  return readStore.contents();
};
