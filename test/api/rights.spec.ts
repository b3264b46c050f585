import { rights } from '@vivier/domain';
import { fieldRights, operationRights } from '@vivier/server';
import type { GraphQLSchema } from 'graphql';
import {
  asking,
  fieldsIn,
  inputsOf,
  objectFields,
  rootFields,
  type Given,
} from '../support/asking.ts';
import type { Answer, Client } from '../support/client.ts';
import { counting } from '../support/counting.ts';
import { signIn } from '../support/people.ts';
import { firstOf } from '../support/feed.ts';
import { running, type Running } from '../support/running.ts';
import { schemaOf } from '../support/schema.ts';
import {
  ids,
  peopleOf,
  twoHouses,
  words,
  type Things,
  type TwoHouses,
} from '../support/two-houses.ts';
import { goodFor, harmless } from './rights.inputs.ts';
import { cells, fields, operations, roles, rowsOf, type Cell, type Role } from './rights.tables.ts';

let house: Running;
let schema: GraphQLSchema;
let world: TwoHouses;
let people: Record<Role, Client>;
let watch: ReturnType<typeof counting>;
beforeAll(async () => {
  // Sessions are looked at again in the middle of nothing that is counted here.
  house = await running({ feedLimits: { sessionsMs: 3_600_000 } });
  world = await twoHouses(house);
  people = peopleOf(house, world);
  schema = await schemaOf(house.anybody);
  watch = counting(house.server.house);
  await house.server.house.settled();
});
afterAll(() => house.end());

const { names, files, remark, said } = words;
const reasons = [words.refusal, words.return];
/** Words that stand in no answer to a role, whatever it asks; but for a name that it opens with a reason. */
const unreadable: Readonly<Record<Role, readonly string[]>> = {
  anonymous: [...names, ...files, ...reasons, ...said, remark, ...words.staff],
  candidate: [...words.neighbours, remark, ...words.staff],
  operator: [],
  admin: [],
  compliance: [...names, ...files, ...reasons, ...said, remark],
  integrator: [...names, ...files, ...reasons, ...said, remark, ...words.staff],
};

/** The operation of a row. */
const operationIn = (name: string): string => name.replace(/@.*/, '');

const send = async (
  role: Role,
  name: string,
  given: Given,
): Promise<Answer<Record<string, unknown>>> => {
  const { query, variables } = asking(schema, operationIn(name), given);
  const answer = await (query.startsWith('subscription')
    ? firstOf(people[role], query, variables)
    : people[role].send<Record<string, unknown>>(query, variables));
  const opened = name === 'openPersonalData' ? words.names : [];
  for (const word of [...unreadable[role], ...words.elsewhere])
    if (!opened.includes(word)) expect(answer.text).not.toContain(word);
  return answer;
};

/** What an operation did as a whole; fields inside may be refused on their own. */
const outcomeOf = ({ data, errors }: Answer<Record<string, unknown>>, name: string): string => {
  const whole = errors.find(({ path }) => path === undefined || path.length === 1);
  if (whole) return whole.extensions.code;
  const answer = data?.[operationIn(name)];
  const { edges } = (answer ?? {}) as { readonly edges?: readonly unknown[] };
  return edges?.length === 0 || answer === '[]' ? 'nothing' : 'done';
};

/** What an operation takes of the things of somebody, and all else it needs. */
const about = (name: string, things: Given): Given => {
  const field = rootFields(schema).find((root) => root.field.name === operationIn(name))?.field;
  const taken = new Set(field && inputsOf(field));
  if (!name.endsWith('@asOf')) taken.delete('asOf');
  const all: Given = { ...harmless(house, world), ...things };
  const given = Object.fromEntries(Object.entries(all).filter(([input]) => taken.has(input)));
  // What it names there is told as well.
  return operationIn(name).startsWith('auditTrail') ? { ...given, filter: {} } : given;
};

/** Which of the things an operation can be told. */
const thingsIn = (name: string, right: string): readonly (keyof Things)[] =>
  ids
    .filter((id) => id in about(name, world.adas))
    // The owner of a document needs no dossier to read it, and none is looked at.
    .filter((id) => !(name === 'requestDownload' && right === 'own' && id === 'applicationId'));

test('Every operation of the schema has its row here, and every row its operation', () => {
  const { header, rows } = rowsOf(operations);
  expect(header).toEqual([...roles, 'otherwise']);
  const names = rootFields(schema).flatMap(({ field }) =>
    inputsOf(field).includes('asOf') ? [field.name, `${field.name}@asOf`] : [field.name],
  );
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
});

const isDenied = async ({ name, role }: Cell): Promise<void> => {
  // What an earlier test set going, a mail say, counts as nobody’s call.
  await house.server.house.settled();
  const head = await house.server.house.store.head();
  const answers = [];
  const { adas, bos, cass, absent } = world;
  for (const things of [adas, bos, cass, absent]) {
    const { result, calls } = await watch(() => send(role, name, about(name, things)));
    answers.push({ status: result.status, text: result.text, calls });
    expect(outcomeOf(result, name)).toBe(role === 'anonymous' ? 'NotSignedIn' : 'NotAllowed');
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await house.server.house.store.head()).toBe(head);
};

const isBounded = async ({ name, role, right, otherwise }: Cell): Promise<void> => {
  const head = await house.server.house.store.head();
  const { adas, bos, cass, absent } = world;
  const others = right === 'own' ? [bos, cass] : [cass];
  const taken = thingsIn(name, right);
  expect(taken.length).toBeGreaterThan(0);
  // All that it names, then each of them alone among things that they do reach.
  const mixtures = [taken, ...(taken.length > 1 ? taken.map((one) => [one]) : [])];
  for (const mixture of mixtures) {
    const ask = async (whose: Things) => {
      const things = Object.fromEntries(mixture.map((id) => [id, whose[id]]));
      const { result, calls } = await watch(() =>
        send(role, name, about(name, { ...adas, ...things })),
      );
      return { code: outcomeOf(result, name), status: result.status, text: result.text, calls };
    };
    const none = await ask(absent);
    if (mixture === taken) expect(none.code).toBe(otherwise);
    expect(['done', 'NotAllowed', 'NotSignedIn', 'InvalidInput']).not.toContain(none.code);
    expect(none.calls.length).toBeGreaterThan(0);
    for (const theirs of others) expect(await ask(theirs)).toEqual(none);
  }
  expect(await house.server.house.store.head()).toBe(head);
};

describe('Who may not, is told that and nothing else, whatever it is about:', () => {
  test.each(cells.filter(({ right }) => right === 'no'))('$name by $role', isDenied);
});

describe('What is somebody else’s, and what is not there, is one answer after the same work:', () => {
  const bounded = cells.filter(({ right }) => right === 'own' || right === 'all');
  test.each(bounded)('$name by $role ($right)', isBounded);
});

/** Nobody signs out who has something to do yet. */
const asThemselves = async (role: Role, work: () => Promise<void>): Promise<void> => {
  const kept = people[role];
  const email = role === 'candidate' ? 'ada@example.org' : `${nameOf[role]}@maison.example`;
  people = { ...people, [role]: await signIn(house, 'maison', email) };
  await work();
  people = { ...people, [role]: kept };
};
const nameOf: Readonly<Partial<Record<Role, string>>> = {
  operator: 'olu',
  admin: 'alix',
  compliance: 'charlie',
  integrator: 'ivo',
};

const seen = new Map<string, Map<Role, Set<'opened' | 'refused'>>>();
const note = (role: Role, field: string, how: 'opened' | 'refused' | 'empty'): void => {
  const byRole = seen.get(field) ?? new Map<Role, Set<'opened' | 'refused'>>();
  seen.set(field, byRole);
  const hows = byRole.get(role) ?? new Set();
  byRole.set(role, hows);
  if (how !== 'empty') hows.add(how);
};

describe('Who may, does:', () => {
  const allowed = cells.filter(({ right }) => right !== 'no');
  test.each(allowed)('$name by $role', async ({ name, role }) => {
    const given = about(name, { ...world.adas, ...(await goodFor(house, world, name)) });
    const act = async (): Promise<void> => {
      const answer = await send(role, name, given);
      expect([outcomeOf(answer, name), answer.text]).toEqual(['done', answer.text]);
      for (const { field, beside, value, refused } of fieldsIn(
        schema,
        answer.data ?? {},
        answer.errors,
      )) {
        const whose = beside['role'] === 'candidate' ? 'candidate' : 'staff';
        const known = field === 'Actor.name' ? `${field}:${whose}` : field;
        if (refused !== undefined) {
          expect([known, refused, value]).toEqual([known, 'NotYoursToOpen', null]);
          note(role, known, 'refused');
        } else note(role, known, value === null ? 'empty' : 'opened');
      }
      expect(answer.errors.every(({ path = [] }) => path.length > 1)).toBe(true);
    };
    await (name === 'signOut' ? asThemselves(role, act) : act());
    if (name === 'switchRecruitmentModuleOff')
      await world.maison.admin.do('switchRecruitmentModuleOn');
  });
});

describe('Each personal field opens to whom its row names, and to nobody else:', () => {
  const { header, rows } = rowsOf(fields);
  const opening = rows.flatMap(([field, ...line]) =>
    roles.map((role, column) => ({ field, role, answer: line[column] ?? '' })),
  );
  test('the table has a column for each role', () => {
    expect(header).toEqual(roles);
  });
  test.each(opening)('$field to $role: $answer', ({ field, role, answer }) => {
    const found = [...(seen.get(field)?.get(role) ?? [])];
    expect(found).toEqual({ yes: ['opened'], no: ['refused'] }[answer] ?? []);
  });
  test('every other field is a fact, and every field of the schema was read', () => {
    const personal = new Set(rows.map(([field]) => field));
    for (const [field, byRole] of seen)
      if (!personal.has(field))
        for (const [role, hows] of byRole)
          expect([field, role, hows.has('refused')]).toEqual([field, role, false]);
    const read = new Set([...seen.keys()].map((field) => field.replace(/:.*/, '')));
    expect(objectFields(schema).filter((field) => !read.has(field))).toEqual([]);
  });
});

describe('A row that gives too much is found:', () => {
  /** Runs while one row of the product's table is another. */
  const poisoned = async (
    table: object,
    row: string,
    poison: unknown,
    work: () => Promise<unknown>,
  ): Promise<unknown> => {
    const rows = table as Record<string, unknown>;
    const kept = rows[row];
    rows[row] = poison;
    try {
      return await work();
    } finally {
      rows[row] = kept;
    }
  };
  const cellOf = (name: string, role: Role): Cell =>
    cells.find((cell) => cell.name === name && cell.role === role) as Cell;

  test('a query for a role that may not ask it', async () => {
    const cell = cellOf('people', 'candidate');
    await isDenied(cell);
    await poisoned(operationRights, 'people', { candidate: 'organisation' }, () =>
      expect(isDenied(cell)).rejects.toThrow('expect('),
    );
  });

  test('a command for a role that may not send it; the API’s row alone would not let it through', async () => {
    const cell = cellOf('openPersonalData', 'operator');
    const poison = { operator: 'organisation' };
    await poisoned(operationRights, 'openPersonalData', poison, async () => {
      await isDenied(cell);
      await poisoned(rights, 'OpenPersonalData', poison, () =>
        expect(isDenied(cell)).rejects.toThrow('expect('),
      );
    });
  });

  test.each(['dossier', 'reviewSynthesis', 'candidateSpace', 'messages'])(
    'somebody else’s %s for a candidate',
    async (name) => {
      const cell = cellOf(name, 'candidate');
      await isBounded(cell);
      await poisoned(operationRights, name, { candidate: 'organisation' }, () =>
        expect(isBounded(cell)).rejects.toThrow('expect('),
      );
    },
  );

  test('words about a person for who reads facts only', async () => {
    const about = () => send('compliance', 'dossier', { applicationId: world.adas.applicationId });
    await about();
    const reason = { compliance: 'organisation' };
    await poisoned(fieldRights, 'Dossier', { ...fieldRights.Dossier, reason }, () =>
      expect(about()).rejects.toThrow('Send it once more.'),
    );
  });

  // Last: what a stream reads besides must be nobody else's.
  test('the feed for a role that may not read it', async () => {
    const cell = cellOf('domainEvents', 'admin');
    await isDenied(cell);
    await poisoned(operationRights, 'domainEvents', { admin: 'organisation' }, () =>
      expect(isDenied(cell)).rejects.toThrow('expect('),
    );
  });
});
