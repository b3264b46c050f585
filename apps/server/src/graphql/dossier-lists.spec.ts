import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory, type Place } from '@vivier/directory';
import {
  collectionName,
  START,
  type OrganisationId,
  type PersonId,
  type Position,
} from '@vivier/kernel';
import { unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import { dossier, type DossierDocument } from '@vivier/projections';
import { openEmbeddedReadStore, type ReadDocument, type ReadStore } from '@vivier/read-store';
import type { Bus } from './bus.ts';
import { nameCursor } from './by-name.ts';
import { dossiersByName, dossiersOfNamed, type DossierListing } from './dossier-lists.ts';
import { writeCursor } from './paging.ts';

const organisationId = 'organisation' as OrganisationId;
const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const eventOf = (person: number): string => uuid(1_000_000 + person);

/** More people and more dossiers than are looked at together. */
const PEOPLE = 1_300;
const EACH = 5;
const firstNames = ['Ada', 'Élodie', 'Noé', 'Zoé', 'ada', 'Œdipe', 'Marie'];
const nameOf = (person: number): string =>
  `${firstNames[(person * 31) % 7]} ${['Martin', 'Martinez', 'Zola', 'Abel'][(person * 17) % 4]}`;
/**
 * Of ten people one is restricted, with dossiers that were withdrawn beside; one has a restricted dossier and
 * others that live; one has withdrawn a dossier, and has others.
 */
const apartFrom = (person: number, nth: number): Partial<DossierDocument> => {
  const rejected = { state: 'rejectedFinally', restricted: true } as const;
  if (person % 10 === 3) return nth === 0 ? rejected : { state: 'withdrawn' };
  if (person % 10 === 4) return nth === 0 ? rejected : { state: 'submitted' };
  return person % 10 === 5 && nth === 0 ? { state: 'withdrawn' } : {};
};
/** What reviewers find by name. */
const isOpen = ({ candidateId, restricted }: DossierDocument): boolean =>
  !restricted && Number(candidateId.slice(-12)) % 10 !== 3;
const documents = Array.from({ length: PEOPLE * EACH }, (_, number) => {
  const person = number % PEOPLE;
  return {
    _id: uuid(2_000_000 + ((number * 7_919) % (PEOPLE * EACH))),
    candidateId: uuid(person),
    campaign: 'Home care',
    // Rarely accepted, and then only people at the end of the alphabet.
    state: nameOf(person).startsWith('Zoé') && number % 9 === 0 ? 'accepted' : 'submitted',
    changedAt: new Date(Date.UTC(2026, 0, 1, 0, (number * 13) % 4_000)).toISOString(),
    items: [],
    reason: null,
    restricted: false,
    ...apartFrom(person, Math.floor(number / PEOPLE)),
  };
}) as unknown as readonly DossierDocument[];

const { compare } = new Intl.Collator('fr');
const name = new Map(Array.from({ length: PEOPLE }, (_, person) => [uuid(person), nameOf(person)]));
const sortedByName = documents.toSorted(
  (a, b) =>
    compare(name.get(a.candidateId)!, name.get(b.candidateId)!) ||
    (a.candidateId < b.candidateId ? -1 : a.candidateId > b.candidateId ? 1 : 0) ||
    (a._id < b._id ? -1 : 1),
);
const directory = openDirectory();
directory.put(
  [...name].map(([id, full], person) => ({
    personId: id as PersonId,
    name: full,
    namedBy: eventOf(person),
  })),
);

let folder: string;
let readStore: ReadStore;
let calls = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-lists-'));
  const store = await openEmbeddedReadStore({ file: join(folder, 'read-models.sqlite') });
  const collection = collectionName(dossier);
  await store.declare({ name: collection, indexes: dossier.indexes });
  await store.switchTo(dossier.name, collection);
  await store.apply({
    projection: collection,
    from: START,
    to: 0 as Position,
    writes: documents.map((put) => ({
      organisationId,
      collection,
      put: put as unknown as ReadDocument,
    })),
  });
  readStore = Object.assign(Object.create(store) as ReadStore, {
    collection: (...whose: Parameters<ReadStore['collection']>) => {
      calls += 1;
      return store.collection(...whose);
    },
    current: (projection: string) => store.current(projection),
    close: () => store.close(),
  });
});
afterAll(async () => {
  await readStore.close();
  await rm(folder, { recursive: true });
});

const bus = {
  find: async (whose, projection, filter, options) => {
    const found = await readStore
      .collection<ReadDocument>(whose, collectionName(projection))
      .find(filter, options);
    return found.map((one) => unpackDocument(one as PackedDocument));
  },
} as Pick<Bus, 'find'>;

const FIRST = 100;
const base = { organisationId, rows: FIRST + 1 };

describe('Dossiers in the order of names', () => {
  test.each<[string, DossierListing['facts'], string]>([
    ['all of them', {}, ''],
    ['many that fit a filter', { state: 'submitted' }, ''],
    ['few that fit a filter', { state: 'accepted' }, ''],
    ['none', { state: 'returned' }, ''],
    ['few, of whom many are restricted', { state: 'withdrawn' }, ''],
    ['restricted ones', { state: 'rejectedFinally' }, ''],
    ['those of the people found by a name', {}, 'marti'],
    ['few of many people found by a name', { state: 'accepted' }, 'zo'],
    ['those of nobody', {}, 'nobody'],
  ])('come page by page like filtering and sorting them: %s.', async (_, facts, search) => {
    const seen: string[] = [];
    const costs = new Set<number>();
    for (let after: string | undefined; ;) {
      calls = 0;
      const rows = await dossiersByName(
        { bus, readStore, directory },
        { ...base, facts, name: search, after },
      );
      costs.add(calls);
      const page = rows.slice(0, FIRST);
      seen.push(...page.map(({ dossier: { _id } }) => _id));
      const last = page.at(-1);
      if (rows.length <= FIRST || !last) break;
      after = writeCursor(nameCursor(last.place, last.dossier._id));
    }
    const found = new Set(directory.list({ search }).map(({ personId }) => personId));
    const expected = sortedByName.filter(
      (one) =>
        found.has(one.candidateId) &&
        isOpen(one) &&
        (facts.state === undefined || one.state === facts.state),
    );
    expect(seen).toEqual(expected.map(({ _id }) => _id));
    expect(Math.max(...costs)).toBeLessThanOrEqual(4);
  });

  test('begin anew once the person of a cursor is gone, and refuse what is no cursor of theirs.', async () => {
    const place: Place = { personId: uuid(7) as PersonId, namedBy: eventOf(8) };
    const listed = (after: string) =>
      dossiersByName({ bus, readStore, directory }, { ...base, facts: {}, name: '', after });
    await expect(listed(writeCursor(nameCursor(place, uuid(1))))).rejects.toMatchObject({
      extensions: { code: 'CursorExpired' },
    });
    await expect(listed(writeCursor(['2026-01-01T00:00:00.000Z', uuid(1)]))).rejects.toMatchObject({
      extensions: { code: 'CursorInvalid' },
    });
  });
});

describe('Dossiers of the people found by a name', () => {
  test.each([
    ['few people', 'zola mar', false],
    ['few people, the oldest first', 'zola', true],
    ['many people', 'a', false],
  ])('come in the order in which they changed: %s.', async (_, search, oldestFirst) => {
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const rows = await dossiersOfNamed(
        { bus, directory },
        { ...base, facts: { campaign: 'Home care' }, name: search, after, oldestFirst },
      );
      const page = rows.slice(0, FIRST);
      seen.push(...page.map(({ _id }) => _id));
      const last = page.at(-1);
      if (rows.length <= FIRST || !last) break;
      after = writeCursor([last.changedAt, last._id]);
    }
    const found = new Set(directory.list({ search }).map(({ personId }) => personId));
    const oldest = documents
      .filter((one) => found.has(one.candidateId) && isOpen(one))
      .toSorted((a, b) => (a.changedAt + a._id < b.changedAt + b._id ? -1 : 1));
    expect(seen).toEqual((oldestFirst ? oldest : oldest.toReversed()).map(({ _id }) => _id));
  });
});
