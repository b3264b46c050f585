import type { Projection } from '@vivier/kernel';
import { startProjector } from '@vivier/runtime';
import { MemoryEventStore } from './memory-event-store.ts';
import { MemoryReadStore } from './memory-read-store.ts';
import { MemoryVault } from './memory-vault.ts';
import { Past, type PastEvent } from './past.ts';

/**
 * Runs the product's projector over a past and gives all documents as one text.
 *
 * @param pageSize events in one page of the log
 * @throws when a projection halts
 */
export const projected = async (
  projections: readonly Projection[],
  past: readonly PastEvent[],
  pageSize: number,
): Promise<string> => {
  const log = new Past(
    [...new Set(projections.flatMap(({ events }) => events))],
    new MemoryVault(),
  );
  const store = new MemoryEventStore({ pageSize });
  for (const { organisationId, stream, ...record } of past.map((event) => log.stored(event)))
    await store.append(organisationId, stream, 'any', [record]);
  const readStore = new MemoryReadStore();
  const projector = await startProjector({ store, readStore, codec: log.codec, projections });
  const head = await store.head();
  for (const [name, progress] of projector.progress)
    if (!(await progress.reached(head))) throw new Error(`${name} stands still.`);
  await projector.stop();
  return readStore.contents();
};
