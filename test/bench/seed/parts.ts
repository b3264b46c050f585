import { join } from 'node:path';
import { aggregates } from '@vivier/domain';
import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { EventCodec } from '@vivier/kernel/sealing';
import { openEmbeddedVault, type Vault } from '@vivier/vault';

/** The files that a house keeps in its folder, as far as rows open them one by one. */
export const filesOf = (folder: string) => ({
  log: join(folder, 'log.sqlite'),
  readModels: join(folder, 'read-models.sqlite'),
});

/** The parts of a house behind its command side, without anything that follows the log. */
export interface Parts {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly codec: EventCodec;
  close(): Promise<void>;
}

export const newCodec = (): EventCodec =>
  new EventCodec(Object.values(aggregates).map(({ events }) => events));

/** Opens the same files that `openHouse` does; a seeded house tells where the two differ. */
export const openParts = async (folder: string): Promise<Parts> => {
  const vault = await openEmbeddedVault({
    keysFile: join(folder, 'keys.sqlite'),
    masterKeysFile: join(folder, 'master-keys.json'),
    fenceFile: join(folder, 'erased.jsonl'),
  });
  const store = await openEmbeddedEventStore({ file: filesOf(folder).log });
  return {
    store,
    vault,
    codec: newCodec(),
    close: async () => {
      await store.close();
      await vault.close();
    },
  };
};
