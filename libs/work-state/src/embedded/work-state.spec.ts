import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workStateContract } from '../contract.ts';
import { openEmbeddedWorkState } from './work-state.ts';

workStateContract('in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-work-'));
  const file = join(folder, 'work.sqlite');
  const store = await openEmbeddedWorkState({ file });
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = await openEmbeddedWorkState({ file });
      return current;
    },
    end: async () => {
      await current.close();
      await rm(folder, { recursive: true });
    },
  };
});
