import { leasesContract } from '../leases.contract.ts';
import { openEmbeddedWorkState } from './work-state.ts';

leasesContract('of a folder', async () => {
  const store = await openEmbeddedWorkState({ file: ':memory:' });
  return { here: store.leases, there: store.leases, end: () => store.close() };
});

test('A lease of a folder is there until it is given back.', async () => {
  const { leases, close } = await openEmbeddedWorkState({ file: ':memory:' }).then((store) => ({
    leases: store.leases,
    close: () => store.close(),
  }));
  const lease = await leases.acquire('projector', 'somebody', 1);
  expect(lease).toEqual({ name: 'projector', number: 1, until: Infinity });
  await close();
});
