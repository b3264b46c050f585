import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applicationEvents, candidateEvents } from '@vivier/domain';
import { openEmbeddedEventStore } from '@vivier/event-store';
import type { FileId } from '@vivier/files';
import type { DomainEvent, PersonId, Recorded } from '@vivier/kernel';
import type { House } from '@vivier/server';
import {
  everything,
  expectFold,
  expectFollowed,
  expectOnce,
  expectUsable,
  expectWhole,
} from './checking.ts';
import { born, leave, lifetime, open, settle, type Fate, type Place } from './lives.ts';

const { CandidateRegistered, DocumentAdded, DocumentReplaced } = candidateEvents;
const { DocumentRepinned, DocumentVerdictReset } = applicationEvents;

/** Somebody lives until they die at a certain place. */
const died = async (
  event: { readonly type: string },
  when: Fate['when'],
): Promise<{ readonly place: Place; readonly events: readonly Recorded[] }> => {
  const place = await settle();
  const heard = await lifetime(born(), place, {
    prefix: 'mortal',
    fate: { event: event.type, when },
  });
  expect(heard.at(-1)?.kind).not.toBe('refused');
  // What follows the log is not started: this is how the child left it.
  const store = await openEmbeddedEventStore({ file: join(place.folder, 'log.sqlite') });
  const events = await everything({ store });
  await store.close();
  return { place, events };
};

/** The same life goes on where it broke off, to its end. */
const livedOn = async (place: Place): Promise<void> => {
  await lifetime(
    born(),
    place,
    { prefix: 'other' },
    ({ kind, life }) => kind === 'over' && life === 'mortal-1',
  );
};

const whereOf = (events: readonly Recorded[], { type }: { readonly type: string }) =>
  events.filter((event) => event.type === type) as Recorded<
    DomainEvent<string, { version: number }>
  >[];

describe('R-026, F-04: killed between a replaced document and the dossier that follows it,', () => {
  test.each([
    ['before the saga has seen it', DocumentReplaced, 'after', 0],
    ['when the saga is about to send', DocumentRepinned, 'before', 0],
    ['when the saga’s command is done and not yet crossed out', DocumentRepinned, 'after', 1],
  ] as const)(
    '%s, it catches up, exactly once',
    async (_, event, when, already) => {
      const { place, events: left } = await died(event, when);
      expect(whereOf(left, DocumentReplaced)).toHaveLength(1);
      expect(whereOf(left, DocumentRepinned)).toHaveLength(already);

      const house = await open(place.folder);
      await house.settled();
      const events = await everything(house);
      const [replaced] = whereOf(events, DocumentReplaced);
      for (const made of [DocumentRepinned, DocumentVerdictReset])
        expect(
          whereOf(events, made).map(({ by, causationId, data }) => [by, causationId, data.version]),
        ).toEqual([[{ kind: 'saga', id: 'changedDocument', role: 'system' }, replaced?.id, 2]]);
      await expectFollowed(house, place, events);
      await expectFold(house, place);
      await house.close();

      // Started again it finds nothing more to do, and the life goes on.
      const again = await open(place.folder);
      await again.settled();
      expect(await everything(again)).toHaveLength(events.length);
      await again.close();
      await livedOn(place);
      await leave(place);
    },
    60_000,
  );
});

const QUARTER_OF_AN_HOUR = 15 * 60_000 + 60_000;
const DAY = 25 * 3_600_000;
const mortal = {
  organisation: 'maison',
  email: 'mortal-1@example.org',
  password: 'password of mortal-1',
};

/** Opens the folder so much later, and lets housekeeping do what has come due. */
const later = async ({ folder }: Place, ms: number): Promise<House> => {
  const house = await open(folder, ms);
  await house.settled();
  await house.ticker.tick();
  return house;
};

describe('Killed in the middle of a registration,', () => {
  test('before it is in the log: sent again it is done, as if nothing had been', async () => {
    const { place, events } = await died(CandidateRegistered, 'before');
    expect(whereOf(events, CandidateRegistered)).toEqual([]);
    await livedOn(place);
    const house = await open(place.folder);
    await house.settled();
    const after = await everything(house);
    expectWhole(after);
    expectOnce(after, place);
    await expectUsable(house, place, new Set(['mortal-1']), after, place.told);
    await house.close();
    await leave(place);
  });

  test('and not sent again: a quarter of an hour later the address is free, and nothing is left', async () => {
    const { place } = await died(CandidateRegistered, 'before');
    const soon = await later(place, 0);
    const { organisationId } = place;
    expect(await soon.vault.claims.holder(organisationId, mortal.email)).toBeDefined();
    await soon.close();
    const house = await later(place, QUARTER_OF_AN_HOUR);
    expect(await house.vault.claims.holder(organisationId, mortal.email)).toBeUndefined();
    await expect(house.identity.signIn(mortal)).rejects.toMatchObject({ code: 'SignInFailed' });
    await house.close();
    await leave(place);
  });

  test('when it is in the log: the person is registered, and keeps the address', async () => {
    const { place, events } = await died(CandidateRegistered, 'after');
    const house = await later(place, QUARTER_OF_AN_HOUR);
    const [registered] = whereOf(events, CandidateRegistered);
    const holder = await house.vault.claims.holder(place.organisationId, mortal.email);
    expect(holder).toBe(registered?.key);
    expect((await house.identity.signIn(mortal)).principal.personId).toBe(holder);
    await house.close();
    await leave(place);
  });
});

describe('Killed in the middle of a deposit,', () => {
  const stored = async ({ folder }: Place) =>
    (await readdir(join(folder, 'documents'), { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    ).length;

  test('before the event: a day later the file that no event names is gone', async () => {
    const { place } = await died(DocumentAdded, 'before');
    expect(await stored(place)).toBe(1);
    const house = await later(place, DAY);
    await house.close();
    expect(await stored(place)).toBe(0);
    await leave(place);
  });

  test('after the event: a day later the file is there, and reads', async () => {
    const { place, events } = await died(DocumentAdded, 'after');
    const house = await later(place, DAY);
    const [added] = whereOf(events, DocumentAdded) as unknown as {
      key: PersonId;
      data: { fileId: FileId };
    }[];
    const { organisationId } = place;
    const { token } = await house.files.requestDownload({
      organisationId,
      personId: added?.key as PersonId,
      fileId: added?.data.fileId as FileId,
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of (await house.files.open(token)).stream) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('{\\rtf1\\ansi mortal-1 add\\par}');
    await house.close();
    await leave(place);
  });
});
