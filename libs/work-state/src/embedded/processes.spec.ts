import { processesContract } from '../processes.contract.ts';
import { openEmbeddedWorkState } from './work-state.ts';

processesContract('of a folder', async () => {
  const store = await openEmbeddedWorkState({ file: ':memory:' });
  return { here: store.processes, there: store.processes, end: () => store.close() };
});
