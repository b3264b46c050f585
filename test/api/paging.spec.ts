import type { Client } from '../support/client.ts';
import { deposit, registered, staffed, type Staff } from '../support/people.ts';
import { trailQuery, type TrailPage } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let invitation: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  invitation = await maison.invite();
});
afterAll(() => house.end());

const applied = async (name: string): Promise<{ readonly client: Client; readonly id: string }> => {
  const { client } = await registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });
  const { applicationId: id } = await client.do('startApplication', { invitation });
  return { client, id };
};

interface Page {
  readonly dossiers: {
    readonly edges: readonly {
      readonly cursor: string;
      readonly node: { readonly applicationId: string };
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const pageAfter = async (
  after: string | null,
  variables: { readonly first?: number; readonly oldestFirst?: boolean; readonly filter?: object },
) =>
  (
    await maison.olu.ask<Page>(
      `query Page($first: Int, $after: String, $oldestFirst: Boolean, $filter: DossierFilter) {
        dossiers(first: $first, after: $after, oldestFirst: $oldestFirst, filter: $filter) {
          edges { cursor node { applicationId } } pageInfo { hasNextPage endCursor } } }`,
      { ...variables, after },
    )
  ).dossiers;

const ids = ({ edges }: Page['dossiers']): string[] => edges.map(({ node }) => node.applicationId);

describe('A list is read to its end page by page,', () => {
  const early: string[] = [];
  beforeAll(async () => {
    // All in the same instant: only the id tells them apart.
    for (const name of ['One', 'Two', 'Three', 'Four', 'Five'])
      early.push((await applied(name)).id);
    await house.server.house.settled();
  });

  test('without gap or repetition where many changed in one instant', async () => {
    for (const oldestFirst of [false, true]) {
      const seen: string[] = [];
      let page = await pageAfter(null, { first: 2, oldestFirst });
      const sizes: number[] = [];
      for (;;) {
        seen.push(...ids(page));
        sizes.push(page.edges.length);
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
        if (!page.pageInfo.hasNextPage) break;
        page = await pageAfter(page.pageInfo.endCursor, { first: 2, oldestFirst });
      }
      expect(sizes).toEqual([2, 2, 1]);
      expect(seen).toEqual(oldestFirst ? [...early].sort() : [...early].sort().reverse());
    }
  });

  test('and what comes in between changes no page that is still to come', async () => {
    const down = await pageAfter(null, { first: 2 });
    const up = await pageAfter(null, { first: 2, oldestFirst: true });
    const rest = ids(await pageAfter(down.pageInfo.endCursor, {}));
    const restUp = ids(await pageAfter(up.pageInfo.endCursor, { oldestFirst: true }));

    house.clock.advance(1_000);
    const { id: late } = await applied('Late');
    await house.server.house.settled();
    expect(ids(await pageAfter(down.pageInfo.endCursor, {}))).toEqual(rest);
    expect(ids(await pageAfter(up.pageInfo.endCursor, { oldestFirst: true }))).toEqual([
      ...restUp,
      late,
    ]);
    expect(ids(await pageAfter(null, { first: 1 }))).toEqual([late]);
  });

  test('and a page past the end is empty and says so', async () => {
    const all = await pageAfter(null, {});
    const past = await pageAfter(all.pageInfo.endCursor, {});
    expect(past).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  });

  test('and a cursor holds no name', async () => {
    const { edges } = await pageAfter(null, {});
    const told = edges.map(({ cursor }) => Buffer.from(cursor, 'base64url').toString());
    expect(told.join()).not.toContain('Exemple');
  });
});

test('A trail is paged the same way, the oldest first', async () => {
  const { client, id: applicationId } = await applied('Trail');
  const { documentId } = await deposit(client, 'CV.pdf');
  await client.do('selectDocument', { applicationId, item: 'cv', documentId });
  for (const comment of ['One.', 'Two.', 'Three.'])
    await maison.olu.do('commentOnDocument', { applicationId, documentId, version: 1, comment });
  const page = async (after: string | null) =>
    (await maison.olu.ask<TrailPage>(trailQuery, { documentId, first: 3, after }))
      .documentAuditTrail;
  const first = await page(null);
  const second = await page(first.pageInfo.endCursor);
  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(second.pageInfo.hasNextPage).toBe(false);
  expect([...first.edges, ...second.edges].map(({ node }) => node.comment)).toEqual([
    null,
    null,
    'One.',
    'Two.',
    'Three.',
  ]);
});

test('A list with all its names and files costs as many calls to the stores as one with two entries', async () => {
  for (let count = 0; count < 50; count += 1) await applied(`Many${count}`);
  await house.server.house.settled();

  const calls: Record<string, number> = {};
  const counted = <Port extends object>(port: Port, names: readonly string[]): Port =>
    new Proxy(port, {
      get: (target, name: keyof Port & string) => {
        const method: unknown = target[name];
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          if (names.includes(name)) calls[name] = (calls[name] ?? 0) + 1;
          const result: unknown = Reflect.apply(method, target, args);
          return name === 'collection' ? counted(result as object, ['find', 'findOne']) : result;
        };
      },
    });
  const { house: inside } = house.server;
  const { readStore, vault, identity } = inside;
  Object.assign(inside, {
    readStore: counted(readStore, []),
    vault: counted(vault, ['open']),
    identity: counted(identity, ['accountsByIds', 'authenticate']),
  });
  const costOf = async (first: number) => {
    for (const name of Object.keys(calls)) delete calls[name];
    const { dossiers } = await maison.olu.ask<{
      dossiers: { edges: { node: { candidate: { fullName: string } } }[] };
    }>(
      `query All($first: Int) { dossiers(first: $first) { edges { node {
        state reason candidate { fullName email } items { label document { fileName } } } } } }`,
      { first },
    );
    const names = new Set(dossiers.edges.map(({ node }) => node.candidate.fullName));
    expect(names.size).toBe(first);
    return { ...calls };
  };
  const few = await costOf(2);
  expect(await costOf(50)).toEqual(few);
  expect(few).toEqual({ authenticate: 1, find: 2, open: 1 });
  Object.assign(inside, { readStore, vault, identity });
});
