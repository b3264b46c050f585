import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '../contract.ts';
import { openEmbeddedEventStore } from '../index.ts';

eventStoreContract('the embedded log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  const open = () => openEmbeddedEventStore({ file: join(folder, 'log.db') });
  const store = await open();
  let current = store;
  return {
    store,
    async reopen() {
      await current.close();
      current = await open();
      return current;
    },
    async cleanUp() {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
});
