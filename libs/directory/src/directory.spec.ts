import type { PersonId } from '@vivier/kernel';
import fc from 'fast-check';
import { openDirectory } from './directory.ts';
import { PlaceGone, type Directory, type Listing, type NamedPerson } from './port.ts';
import { wordsOf } from './words.ts';

const person = (id: string, name: string, namedBy = `named-${id}`): NamedPerson => ({
  personId: id as PersonId,
  namedBy,
  name,
});
const ids = (directory: Directory, listing?: Listing): string[] =>
  directory.list(listing).map(({ personId }) => personId);
const holding = (...people: NamedPerson[]): Directory => {
  const directory = openDirectory();
  directory.put(people);
  return directory;
};

const zoe = person('1', 'Zoé Lefèvre');
const elodie = person('2', 'Élodie Martin');
const eric = person('3', 'Eric Martinez');
const emile = person('4', 'émile Zola');

describe('The order by name', () => {
  test('is that of a French dictionary, where accents and capitals part only equal letters.', () => {
    expect(ids(holding(zoe, eric, emile, elodie))).toEqual(['2', '4', '3', '1']);
  });

  test('is that of another language where one is given.', () => {
    const people = [person('1', 'Örn'), person('2', 'Zeb')];
    const [french, swedish] = [openDirectory(), openDirectory({ locale: 'sv' })];
    for (const directory of [french, swedish]) directory.put(people);
    expect([ids(french), ids(swedish)]).toEqual([
      ['1', '2'],
      ['2', '1'],
    ]);
  });

  test('puts people of one name in the order of their ids.', () => {
    const people = ['c', 'a', 'b'].map((id) => person(id, 'Ada Exemple'));
    expect(ids(holding(...people))).toEqual(['a', 'b', 'c']);
  });
});

describe('A search', () => {
  const directory = holding(zoe, elodie, eric, emile);
  test.each([
    ['the beginning of a word', 'marti', ['2', '3']],
    ['any capitals and accents', 'ZOE LÉFEVRE', ['1']],
    ['words in any order', 'zola em', ['4']],
    ['every word that is asked for', 'martin zoe', []],
    ['nothing in the middle of a word', 'artin', []],
    ['everybody where no word is asked for', ' - ', ['2', '4', '3', '1']],
  ])('finds by %s.', (_, search, expected) => {
    expect(ids(directory, { search })).toEqual(expected);
  });

  test('takes what is special elsewhere as it is.', () => {
    expect(ids(directory, { search: '"martin" OR *' })).toEqual([]);
    expect(ids(directory, { search: 'name: "martin*"' })).toEqual([]);
    expect(ids(directory, { search: '__proto__' })).toEqual([]);
  });
});

describe('A place', () => {
  test('is where one goes on, whoever came in between.', () => {
    const directory = holding(zoe, elodie, eric);
    const [first] = directory.list({ limit: 1 });
    directory.put([person('5', 'Aaron Arc'), emile]);
    expect(ids(directory, { after: first })).toEqual(['4', '3', '1']);
    expect(ids(directory, { from: first })).toEqual(['2', '4', '3', '1']);
    expect(ids(directory, { from: first, search: 'e' })).toEqual(['2', '4', '3']);
  });

  test('is gone with the person, with their name, and with everybody.', () => {
    const places = holding(zoe).list();
    const erased = holding(zoe);
    erased.remove(zoe.personId);
    const renamed = holding(zoe);
    renamed.put([person('1', 'Zoé Martin', 'renamed')]);
    const cleared = holding(zoe);
    cleared.clear();
    for (const directory of [erased, renamed, cleared])
      expect(() => directory.list({ after: places[0] })).toThrow(PlaceGone);
  });

  test('holds no name.', () => {
    expect(holding(zoe).list()).toEqual([{ personId: '1', namedBy: 'named-1' }]);
  });
});

test('a new name takes the place of the old one, which nobody is found by any more', () => {
  const directory = holding(zoe, elodie);
  directory.put([person('1', 'Zoé Abel', 'renamed')]);
  expect(directory.size).toBe(2);
  expect(ids(directory)).toEqual(['2', '1']);
  expect([ids(directory, { search: 'lefevre' }), ids(directory, { search: 'abel' })]).toEqual([
    [],
    ['1'],
  ]);
});

describe('Whatever comes and goes,', () => {
  const parts = [
    'Ada',
    'ada',
    'Adá',
    'Élo',
    'Elo',
    'de',
    'Martin',
    'Martinez',
    'Œuf',
    'Zoé',
    'X-y',
  ];
  const name = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 });
  const someone = fc.record({
    id: fc.integer({ min: 0, max: 60 }).map(String),
    name: name.map((words) => words.join(' ')),
  });
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.array(someone, { maxLength: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 }).map(String) },
  );
  const { compare } = new Intl.Collator('fr');

  test('the answer is that of filtering and sorting them all.', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 12 }),
        fc.option(
          fc.oneof(fc.constantFrom('a', 'mar', 'ELO', 'ada m', 'oeu', 'y x', '!'), fc.string()),
        ),
        fc.nat(70),
        fc.nat(20),
        (steps, search, at, limit) => {
          const directory = openDirectory();
          const model = new Map<string, string>();
          for (const [change, look] of steps) {
            if (typeof change === 'string') {
              directory.remove(change as PersonId);
              model.delete(change);
            } else {
              directory.put(change.map(({ id, name }) => person(id, name, name)));
              for (const { id, name } of change) model.set(id, name);
            }
            if (look) directory.list({ limit: 1 });
          }
          const sorted = [...model].sort(
            ([a, nameOfA], [b, nameOfB]) => compare(nameOfA, nameOfB) || (a < b ? -1 : 1),
          );
          expect(directory.size).toBe(model.size);
          expect(ids(directory)).toEqual(sorted.map(([id]) => id));
          const [id, name = ''] = sorted[at % (sorted.length + 1)] ?? [];
          const after = id === undefined ? undefined : { personId: id as PersonId, namedBy: name };
          const asked = wordsOf(search ?? '');
          const expected = sorted
            .slice(id === undefined ? 0 : sorted.findIndex(([other]) => other === id) + 1)
            .filter(([, full]) =>
              asked.every((word) => wordsOf(full).some((own) => own.startsWith(word))),
            )
            .slice(0, limit);
          expect(ids(directory, { search: search ?? undefined, after, limit })).toEqual(
            expected.map(([found]) => found),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('so it is with thousands, in whatever batches they come.', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_500 }),
        fc.infiniteStream(someone),
        (batch, stream) => {
          const directory = openDirectory();
          const people = [...stream.take(3_000)].map((one, at) => person(`${at}`, one.name));
          for (let at = 0; at < people.length; at += batch)
            directory.put(people.slice(at, at + batch));
          const sorted = people.toSorted(
            (a, b) => compare(a.name, b.name) || (a.personId < b.personId ? -1 : 1),
          );
          expect(ids(directory)).toEqual(sorted.map(({ personId }) => personId));
        },
      ),
      { numRuns: 5 },
    );
  });
});
