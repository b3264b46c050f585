import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStoreContract } from '../contract.ts';
import { openEmbeddedReadStore } from './store.ts';

readStoreContract('in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-read-'));
  const file = join(folder, 'read.sqlite');
  const store = await openEmbeddedReadStore({ file });
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = await openEmbeddedReadStore({ file });
      return current;
    },
    end: async () => {
      await current.close();
      await rm(folder, { recursive: true });
    },
  };
});
