import { DatabaseSync } from 'node:sqlite';
import { jest } from '@jest/globals';
import type { CommandId, Rejection } from '@vivier/kernel';
import { candidateSpace } from '@vivier/projections';
import { derive, documentsOf, type Done } from '@vivier/runtime';
import type { House } from '@vivier/server';
import { everything, expectFold, expectWhole } from './checking.ts';
import { leave, open, settle, type Place } from './lives.ts';

/** Every connection that the house opens: only on its own one can a file be told not to grow. */
const connections = new Set<DatabaseSync>();
const { prepare } = DatabaseSync.prototype;

let place: Place;
let house: House;
beforeEach(async () => {
  place = await settle();
  connections.clear();
  jest.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
    this: DatabaseSync,
    ...args
  ) {
    connections.add(this);
    return prepare.apply(this, args);
  });
  house = await open(place.folder);
  await house.settled();
});
afterEach(async () => {
  await house.close();
  jest.restoreAllMocks();
  await leave(place);
});

/** From now on a file may not grow, as on a full disk; the answer makes room again. */
const fill = (file: string): (() => void) => {
  const theirs = [...connections].filter((one) => one.isOpen && one.location()?.endsWith(file));
  expect(theirs.length).toBeGreaterThan(0);
  // SQLite makes of a smaller number the size that the file has.
  for (const one of theirs) one.exec('PRAGMA max_page_count = 1');
  return () => {
    for (const one of theirs) one.exec('PRAGMA max_page_count = 1000000');
  };
};

const register = (name: string): Promise<Done | Rejection> => {
  const { organisationId, invitationId } = place;
  return house.execute({
    name: 'RegisterCandidate',
    input: { invitationId, fullName: `${name} Exemple`, email: `${name}@example.org` },
    organisationId,
    by: { kind: 'anonymous', id: invitationId, role: 'anonymous', apart: name },
    commandId: derive('registering', name) as CommandId,
  });
};

const people = async (): Promise<number> => {
  await house.settled();
  const spaces = documentsOf(house.readStore, place.organisationId, candidateSpace);
  return (await spaces.find({})).length;
};

test.each(['log.sqlite', 'keys.sqlite'])(
  'no room for %s: commands are refused clearly, reading goes on, and so does everything once there is room',
  async (file) => {
    const makeRoom = fill(file);
    let done = 0;
    let outcome = await register('person-0');
    while (!('rejected' in outcome) && done < 500)
      outcome = await register(`person-${(done += 1)}`);
    expect(outcome).toMatchObject({
      rejected: 'StoreFull',
      retry: 'later',
      message: 'The disk of the service is full; nothing was changed.',
    });
    expect(await register(`person-${done}`)).toMatchObject({ rejected: 'StoreFull' });
    expect(await people()).toBe(done);
    const kept = await everything(house);
    expectWhole(kept);

    makeRoom();
    expect(await register(`person-${done}`)).toMatchObject({ repeated: false });
    const events = await everything(house);
    expectWhole(events);
    expect(events.slice(0, kept.length)).toEqual(kept);
    expect(await people()).toBe(done + 1);
    await expectFold(house, place);
  },
  60_000,
);

test('no room for the read models: commands go on, and what was done is seen once there is room', async () => {
  const makeRoom = fill('read-models.sqlite');
  for (let index = 0; index < 60; index += 1)
    expect(await register(`person-${index}`)).toMatchObject({ repeated: false });
  expect([...house.projector.progress.values()].flatMap(({ halt }) => halt ?? [])).toEqual([]);
  const head = await house.store.head();
  expect([...house.projector.progress.values()].some(({ position }) => position < head)).toBe(true);
  makeRoom();
  expect(await people()).toBe(60);
  await expectFold(house, place);
}, 60_000);
