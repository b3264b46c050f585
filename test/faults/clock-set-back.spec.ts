import { applicationEvents } from '@vivier/domain';
import {
  handSetClock,
  type Actor,
  type CommandId,
  type HandSetClock,
  type PersonId,
} from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { openHouse, silentLog, type House } from '@vivier/server';
import { cheap } from '../support/running.ts';
import { everything, expectFold, expectFollowed, expectOnce, expectWhole } from './checking.ts';
import { born, leave, lifetime, settle, type Place } from './lives.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let place: Place;
let clock: HandSetClock;
let house: House;

const reopened = async (): Promise<void> => {
  house = await openHouse({
    folder: place.folder,
    purpose: 'specs',
    log: silentLog,
    clock,
    passwordCost: cheap,
  });
  await house.settled();
};

beforeEach(async () => {
  place = await settle();
  clock = handSetClock(Date.now());
});
afterEach(async () => {
  await house.close();
  await leave(place);
});

const admin: Actor = { kind: 'account', id: derive('admin'), role: 'admin' };
const invite = (campaign: string) =>
  house.execute({
    name: 'CreateInvitation',
    input: { campaign },
    organisationId: place.organisationId,
    by: admin,
    commandId: derive('inviting', campaign) as CommandId,
  });

test('the clock set back an hour: commands go on, the log keeps its order, and nothing is lost', async () => {
  await reopened();
  const before = clock.now();
  expect(await invite('Before')).toMatchObject({ repeated: false });
  clock.set(before - HOUR);
  expect(await invite('After')).toMatchObject({ repeated: false });
  expect(await invite('Before')).toMatchObject({ repeated: true });
  await house.ticker.tick();
  await house.settled();

  const events = await everything(house);
  expectWhole(events);
  expect(events.slice(-2).map(({ at }) => Date.parse(at))).toEqual([before, before - HOUR]);
  await expectFold(house, place);

  await house.close();
  await reopened();
  expect(await everything(house)).toEqual(events);
  await expectFold(house, place);
}, 60_000);

test('what a saga was to send when the clock was set back is sent once, at its time', async () => {
  // Dead between the replaced document and the dossier that follows it.
  const fate = { event: applicationEvents.DocumentRepinned.type, when: 'before' } as const;
  await lifetime(born(), place, { prefix: 'mortal', fate });
  const repinned = async (): Promise<number> =>
    (await everything(house)).filter(({ type }) => type === fate.event).length;

  const now = Date.now();
  clock.set(now - HOUR);
  await reopened();
  await house.ticker.tick();
  expect(await repinned()).toBe(0);
  expect(await invite('Meanwhile')).toMatchObject({ repeated: false });

  for (const later of [0, 0, -HOUR, HOUR]) {
    clock.set(now + later);
    await house.ticker.tick();
    await house.settled();
    expect(await repinned()).toBe(1);
  }
  const events = await everything(house);
  expectWhole(events);
  expectOnce(
    events.filter(({ by }) => by.id !== admin.id),
    place,
  );
  await expectFollowed(house, place, events);
  await expectFold(house, place);
}, 60_000);

test('housekeeping neither takes an address too early nor forgets it', async () => {
  await reopened();
  const { organisationId } = place;
  const { claims } = house.vault;
  const [email, personId] = ['claimed@example.org', derive('claimed') as PersonId];
  const claimed = clock.now();
  expect(await claims.claim(organisationId, email, personId, claimed)).not.toBe('taken');
  await house.ticker.tick();

  const holders: unknown[] = [];
  for (const at of [claimed - HOUR, claimed - HOUR + 20 * MINUTE, claimed + 10 * MINUTE]) {
    clock.set(at);
    await house.ticker.tick();
    holders.push(await claims.holder(organisationId, email));
  }
  expect(holders).toEqual([personId, personId, personId]);
  clock.set(claimed + 17 * MINUTE);
  await house.ticker.tick();
  expect(await claims.holder(organisationId, email)).toBeUndefined();
}, 60_000);
