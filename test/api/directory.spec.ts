import { silentLog, start } from '@vivier/server';
import { Client } from '../support/client.ts';
import { erase as eraseNow } from '../support/erased.ts';
import {
  opened,
  registered,
  signIn,
  staffed,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { cheap, running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let invitation: string;
const ids = new Map<string, string>();
let emails = 0;

const register = async (fullName: string, by: Staff = maison, link = invitation) => {
  emails += 1;
  const person = { fullName, email: `someone-${emails}@example.org` };
  const found: Registered = await registered(house, by, link, person);
  ids.set(fullName, found.candidateId);
  return found;
};

beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite();
  for (const name of ['Zoé Lefèvre', 'Élodie Martin', 'Eric Martinez', 'émile Zola', 'Anne Abel'])
    await register(name);
  await house.server.house.settled();
});
afterAll(() => house.end());

interface List<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
interface Person {
  readonly candidateId: string;
  readonly fullName: string | null;
  readonly email: string | null;
}
interface Dossier {
  readonly applicationId: string;
  readonly candidate: { readonly fullName: string | null };
}

const peopleQuery = `query P($search: String, $first: Int, $after: String, $at: Position) {
  people(search: $search, first: $first, after: $after, atLeast: $at) {
    edges { cursor node { candidateId fullName email } } pageInfo { hasNextPage endCursor } } }`;
const dossiersQuery = `query D($filter: DossierFilter, $orderBy: DossierOrder, $oldestFirst: Boolean,
    $first: Int, $after: String, $at: Position) {
  dossiers(filter: $filter, orderBy: $orderBy, oldestFirst: $oldestFirst, first: $first,
    after: $after, atLeast: $at) {
    edges { cursor node { applicationId candidate { fullName } } }
    pageInfo { hasNextPage endCursor } } }`;

const people = async (variables: object = {}, who: Client = maison.olu): Promise<List<Person>> =>
  (await who.ask<{ people: List<Person> }>(peopleQuery, { ...variables })).people;
const dossiers = async (variables: object, who: Client = maison.olu): Promise<List<Dossier>> =>
  (await who.ask<{ dossiers: List<Dossier> }>(dossiersQuery, { ...variables })).dossiers;
const named = ({ edges }: List<Person>) => edges.map(({ node }) => node.fullName);
const ofWhom = ({ edges }: List<Dossier>) => edges.map(({ node }) => node.candidate.fullName);

const erase = async (candidateId: string): Promise<void> => {
  const { house: opened } = house.server;
  const organisation = await opened.identity.organisationBySlug(maison.slug);
  if (!organisation) throw new Error('There is no such organisation.');
  await eraseNow(opened, organisation.organisationId, candidateId);
};

describe('People', () => {
  test('are listed by name, as a French dictionary would.', async () => {
    expect(await people({ first: 2 })).toEqual({
      edges: [
        {
          cursor: expect.any(String) as string,
          node: {
            candidateId: ids.get('Anne Abel'),
            fullName: 'Anne Abel',
            email: 'someone-5@example.org',
          },
        },
        { cursor: expect.any(String) as string, node: expect.anything() as object },
      ],
      pageInfo: { hasNextPage: true, endCursor: expect.any(String) as string },
    });
    expect(named(await people())).toEqual([
      'Anne Abel',
      'Élodie Martin',
      'émile Zola',
      'Eric Martinez',
      'Zoé Lefèvre',
    ]);
  });

  test('are found by beginnings of words, with or without accents and capitals.', async () => {
    expect(named(await people({ search: 'MARTIN' }))).toEqual(['Élodie Martin', 'Eric Martinez']);
    expect(named(await people({ search: 'lefevre zoe' }))).toEqual(['Zoé Lefèvre']);
    expect(named(await people({ search: 'nobody' }))).toEqual([]);
    expect((await people({ search: 'nobody' })).pageInfo).toEqual({
      hasNextPage: false,
      endCursor: null,
    });
  });

  test('are for operators and admins.', async () => {
    expect(named(await people({ search: 'abel' }, maison.admin))).toEqual(['Anne Abel']);
    const { client } = await register('Yann Candidat');
    for (const who of [maison.compliance, client])
      expect((await who.refused(peopleQuery)).code).toBe('NotAllowed');
    expect((await house.anybody.refused(peopleQuery)).code).toBe('NotSignedIn');
  });

  test('of one organisation are nobody to another.', async () => {
    const other = await staffed(house, 'autre');
    await register('Élodie Autre', other, await other.invite());
    await house.server.house.settled();
    expect(named(await people({ search: 'elodie' }, other.olu))).toEqual(['Élodie Autre']);
    expect(named(await people({ search: 'elodie' }))).toEqual(['Élodie Martin']);
    const { endCursor } = (await people({ first: 1 })).pageInfo;
    const foreign = await other.olu.refused(peopleQuery, { after: endCursor });
    expect(foreign.code).toBe('CursorExpired');
  });

  test('who registered a moment ago are there for whoever asks for their position.', async () => {
    const { position } = await house.anybody.do('registerCandidate', {
      invitation,
      fullName: 'Fresh Person',
      email: 'fresh@example.org',
      password: 'correct horse battery',
    });
    expect(named(await people({ search: 'fresh', at: position }))).toEqual(['Fresh Person']);
    const beyond = Buffer.from('p999999999').toString('base64url');
    expect((await maison.olu.refused(peopleQuery, { at: beyond })).code).toBe('PositionUnknown');
  });

  test('who register while a list is read neither move nor repeat what is still to come.', async () => {
    const first = await people({ first: 2 });
    const rest = named(await people({ after: first.pageInfo.endCursor }));
    await register('Aaron Before');
    await register('Zzz After');
    await house.server.house.settled();
    expect(named(await people({ after: first.pageInfo.endCursor }))).toEqual([
      ...rest,
      'Zzz After',
    ]);
    expect(named(await people({ first: 1 }))).toEqual(['Aaron Before']);
  });
});

describe('Dossiers', () => {
  beforeAll(async () => {
    for (const name of ['Paul Durand', 'Paula Durand', 'Béa Durand', 'Carl Other']) {
      const { client } = await register(name);
      if (name === 'Paul Durand') await opened(house, maison, client, invitation);
      else await client.do('startApplication', { invitation });
      house.clock.advance(1_000);
      if (name === 'Paul Durand') {
        const second = await maison.invite('Night shift');
        await client.do('startApplication', { invitation: second });
        house.clock.advance(1_000);
      }
    }
    await house.server.house.settled();
  });

  test('come in the order of names, page by page, with a filter or without.', async () => {
    const orderBy = 'NAME';
    const all = ['Béa Durand', 'Carl Other', 'Paul Durand', 'Paul Durand', 'Paula Durand'];
    expect(ofWhom(await dossiers({ orderBy }))).toEqual(all);
    const seen: (string | null)[] = [];
    const applications = new Set<string>();
    for (let after: string | null = null, more = true; more;) {
      const page: List<Dossier> = await dossiers({ orderBy, first: 1, after });
      seen.push(...ofWhom(page));
      for (const { node } of page.edges) applications.add(node.applicationId);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(all);
    expect(applications.size).toBe(all.length);
    expect(ofWhom(await dossiers({ orderBy, filter: { campaign: 'Night shift' } }))).toEqual([
      'Paul Durand',
    ]);
    expect(ofWhom(await dossiers({ orderBy, filter: { name: 'paul d', state: 'draft' } }))).toEqual(
      ['Paul Durand', 'Paula Durand'],
    );
    expect(ofWhom(await dossiers({ orderBy, filter: { state: 'accepted' } }))).toEqual([
      'Paul Durand',
    ]);
    expect(ofWhom(await dossiers({ orderBy, filter: { state: 'returned' } }))).toEqual([]);
  });

  test('of the people found by a name come in the order in which they changed.', async () => {
    const filter = { name: 'durand' };
    const newest = ['Béa Durand', 'Paula Durand', 'Paul Durand', 'Paul Durand'];
    expect(ofWhom(await dossiers({ filter }))).toEqual(newest);
    expect(ofWhom(await dossiers({ filter, oldestFirst: true }))).toEqual(newest.toReversed());
    const { pageInfo } = await dossiers({ filter, first: 2 });
    expect(ofWhom(await dossiers({ filter, after: pageInfo.endCursor }))).toEqual(newest.slice(2));
  });

  test('tell compliance nothing of names, not even their order.', async () => {
    for (const variables of [{ orderBy: 'NAME' }, { filter: { name: 'durand' } }])
      expect((await maison.compliance.refused(dossiersQuery, variables)).code).toBe(
        'NotYoursToOpen',
      );
  });

  test('by name refuse a cursor of another order.', async () => {
    const { pageInfo } = await dossiers({ first: 1 });
    const variables = { orderBy: 'NAME', after: pageInfo.endCursor };
    expect((await maison.olu.refused(dossiersQuery, variables)).code).toBe('CursorInvalid');
  });
});

test('A list by name costs as many calls to the stores whatever its length', async () => {
  const { house: inside } = house.server;
  const { readStore, vault } = inside;
  const calls: Record<string, number> = {};
  const counted = <Port extends object>(port: Port, names: readonly string[]): Port =>
    new Proxy(port, {
      get: (target, name: keyof Port & string) => {
        const method: unknown = target[name];
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          if (names.includes(name)) calls[name] = (calls[name] ?? 0) + 1;
          return Reflect.apply(method, target, args);
        };
      },
    });
  Object.assign(inside, {
    readStore: counted(readStore, ['collection']),
    vault: counted(vault, ['open']),
  });
  const costOf = async (work: () => Promise<unknown>) => {
    for (const name of Object.keys(calls)) delete calls[name];
    await work();
    return { ...calls };
  };
  for (const first of [1, 5, 100]) {
    expect(await costOf(() => people({ first }))).toEqual({ collection: 1, open: 1 });
    expect(await costOf(() => dossiers({ first, orderBy: 'NAME' }))).toEqual({
      collection: 2,
      open: 1,
    });
    expect(await costOf(() => dossiers({ first, filter: { name: 'durand' } }))).toEqual({
      collection: 2,
      open: 1,
    });
  }
  Object.assign(inside, { readStore, vault });
});

describe('GDPR 17: whoever is erased', () => {
  test('is found no more, and a cursor at their place says that it expired.', async () => {
    const { candidateId, client } = await register('Mmm Canary');
    await client.do('startApplication', { invitation });
    await house.server.house.settled();
    const upTo = async () => {
      const { edges } = await people({ search: 'mmm' });
      const byName = await dossiers({ orderBy: 'NAME', filter: { name: 'mmm' } });
      return [edges[0]?.cursor, byName.edges[0]?.cursor] as const;
    };
    const [personCursor, dossierCursor] = await upTo();
    const told = [personCursor, dossierCursor].map((cursor) =>
      Buffer.from(cursor ?? '', 'base64url').toString(),
    );
    expect(told.join()).toContain(candidateId);
    expect(told.join()).not.toMatch(/mmm|canary/i);

    await erase(candidateId);
    expect(await upTo()).toEqual([undefined, undefined]);
    expect((await maison.olu.refused(peopleQuery, { after: personCursor })).code).toBe(
      'CursorExpired',
    );
    const after = { orderBy: 'NAME', after: dossierCursor };
    expect((await maison.olu.refused(dossiersQuery, after)).code).toBe('CursorExpired');
    expect(ofWhom(await dossiers({ orderBy: 'NAME' }))).not.toContain(null);
  });

  test('is not there after a restart either, and everybody else stands where they stood.', async () => {
    const { candidateId } = await register('Nnn Canary');
    await house.server.house.settled();
    await erase(candidateId);
    const before = await people({ first: 100 });
    house = await house.again();
    const olu = await signIn(house, 'maison', 'olu@maison.example');
    expect(await people({ first: 100 }, olu)).toEqual(before);
    maison = { ...maison, olu };
  });
});

test('While names are still being opened everything but names is answered', async () => {
  const { folder, clock } = house;
  await house.server.stop();
  let open = (): void => undefined;
  const held = new Promise<void>((resolve) => (open = resolve));
  const server = await start({
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    clock,
    passwordCost: cheap,
    log: silentLog,
    demo: false,
    beforeNames: () => held,
  });
  const anybody = new Client(server.url);
  const olu = await signIn({ anybody, clock }, 'maison', 'olu@maison.example');
  const [byPeople, byDossiers, facts, ready] = await Promise.all([
    olu.refused(peopleQuery),
    olu.refused(dossiersQuery, { orderBy: 'NAME' }),
    dossiers({}, olu),
    fetch(`${server.url}/health/ready`),
  ]);
  expect(byPeople).toMatchObject({ code: 'DirectoryNotReady', retry: 'later' });
  expect(byDossiers.code).toBe('DirectoryNotReady');
  expect(facts.edges.length).toBeGreaterThan(4);
  expect(ready.status).toBe(200);
  open();
  expect(named(await people({ search: 'zoe' }, olu))).toEqual(['Zoé Lefèvre']);
  await server.stop();
  house = await running({ folder, at: clock.now() });
});
