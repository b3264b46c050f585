import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { underLease } from './lease.ts';
import type { ReadStore } from './port.ts';

const lease = { name: 'projector', number: 7 };

test('Whoever writes under a lease shows it with each write, and with no question', async () => {
  const calls: unknown[][] = [];
  const store = new Proxy({} as ReadStore, {
    get:
      (_, name) =>
      (...given: unknown[]) => {
        calls.push([name, ...given]);
        return Promise.resolve(name);
      },
  });
  const held = underLease(store, lease);
  const declaration = { name: 'a_1', indexes: [] };
  const batch = { projection: 'a_1', from: START, to: 4 as Position, writes: [] };
  await held.declare(declaration);
  await held.apply(batch);
  await held.switchTo('a', 'a_1');
  await held.drop('a_1');
  expect(calls.splice(0)).toEqual([
    ['declare', declaration, lease],
    ['apply', { ...batch, lease }],
    ['switchTo', 'a', 'a_1', lease],
    ['drop', 'a_1', lease],
  ]);
  const organisation = 'o' as OrganisationId;
  held.collection(organisation, 'a_1');
  expect(await held.position('a_1')).toBe('position');
  expect(await held.current('a')).toBe('current');
  await held.collections();
  await held.close();
  expect(calls).toEqual([
    ['collection', organisation, 'a_1'],
    ['position', 'a_1'],
    ['current', 'a'],
    ['collections'],
    ['close'],
  ]);
});
