import { jest } from '@jest/globals';
import type { ExpectedRevision } from '../port.ts';
import { StoreUnavailable } from '../port.ts';
import { toEventStoreDb } from '../stream-names.ts';
import {
  idsOf,
  newOrganisation,
  newStream,
  outcomeOf,
  record,
  records,
} from '../contract/samples.contract.ts';
import type { Piece } from './proxy.fixtures.ts';
import { HandSetWaiting, served } from './served.fixtures.ts';
import type { Served } from './served.fixtures.ts';

jest.setTimeout(60_000);

let server: Served;
beforeEach(async () => {
  server = await served();
});
afterEach(() => server.cleanUp());

/** Calls once, at the first piece that carries a text towards the server. */
function once(text: string, then: (piece: Piece) => void): (piece: Piece) => void {
  let isOver = false;
  return (piece) => {
    if (isOver || piece.direction === 'down' || !piece.bytes.includes(text)) return;
    isOver = true;
    then(piece);
  };
}

/** How the network breaks around one append: before the server had it, or before its answer is back. */
const BREAKS: [string, (of: Served, name: string, kept: number) => (piece: Piece) => void][] = [
  ['before the request arrived', (_, name) => once(name, ({ link }) => link.cut())],
  [
    'after it was stored and before the answer',
    (of, name, kept) =>
      once(name, ({ link }) => {
        link.hold('down');
        of.keeps(kept).then(link.cut, link.cut);
      }),
  ],
];

describe.each(BREAKS)('a network that is cut %s', (_, breaking) => {
  test.each<[ExpectedRevision, number]>([
    ['none', 0],
    ['any', 0],
    [1, 2],
    ['exists', 2],
    ['any', 2],
  ])(
    'costs an append that expects "%s" of %d records nothing, and stores it once',
    async (expected, before) => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const waiting = new HandSetWaiting();
      const store = await server.open({ waiting });
      const first = records(before);
      if (before > 0) await store.append(organisation, stream, 'none', first);
      const batch = records(3);
      server.proxy.watch = breaking(server, toEventStoreDb(organisation, stream), before + 3);
      const made = server.proxy.made;

      const appended = await store.append(organisation, stream, expected, batch);
      expect(appended.revision).toBe(before + 2);
      const all = await server.stored();
      expect(idsOf(all)).toEqual(idsOf([...first, ...batch]));
      expect(appended.position).toBe(
        (await store.readStream(organisation, stream))?.at(-1)?.position,
      );
      // The cut was met, and a new connection made.
      expect(server.proxy.made).toBe(made + 1);
      expect(waiting.pauses.length).toBeGreaterThan(0);
    },
  );
});

test('an append that was lost on its way and overtaken learns of the race, not of the network', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  const overtaker = await server.direct();
  const winner = record();
  const waiting = new HandSetWaiting(() =>
    outcomeOf(overtaker.append(organisation, stream, 'none', [winner])),
  );
  const store = await server.open({ waiting });
  server.proxy.watch = once(toEventStoreDb(organisation, stream), ({ link }) => link.cut());
  const append = store.append(organisation, stream, 'none', [record()]);
  await expect(append).rejects.toMatchObject({ name: 'WrongExpectedRevision', actual: 0 });
  expect(idsOf(await server.stored())).toEqual([winner.id]);
});

test('a server that stays away is told of clearly, and the same append tells the truth afterwards', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  const waiting = new HandSetWaiting();
  const store = await server.open({ waiting, patienceMs: 2_000 });
  const batch = records(2);
  server.proxy.watch = once(toEventStoreDb(organisation, stream), ({ link }) => {
    link.hold('down');
    const goDown = (): void => server.proxy.goDown();
    server.keeps(2).then(goDown, goDown);
  });
  const append = store.append(organisation, stream, 'none', batch);
  await expect(append).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(append).rejects.toMatchObject({ during: 'append' });
  await expect(append).rejects.toThrow(/unknown.*Send the same again.*once/s);
  expect(waiting.now()).toBeGreaterThanOrEqual(2_000);
  // Each pause is longer than the one before: the server is not hammered.
  expect(waiting.pauses).toEqual([...waiting.pauses].sort((a, b) => a - b));

  for (const read of [
    () => store.readStream(organisation, stream),
    () => store.head(),
    async () => {
      for await (const _ of store.readAll());
    },
  ]) {
    await expect(read()).rejects.toMatchObject({ name: 'StoreUnavailable', during: 'read' });
  }

  server.proxy.isDown = false;
  const { revision } = await store.append(organisation, stream, 'none', batch);
  expect(revision).toBe(1);
  expect(idsOf(await server.stored())).toEqual(idsOf(batch));
});

test('a frozen server is given up after the deadline, asked again, and has it once', async () => {
  const [organisation, stream] = [newOrganisation(), newStream()];
  let frozen: Piece['link'] | undefined;
  const waiting = new HandSetWaiting(() => frozen?.release());
  const store = await server.open({ waiting, address: `${server.address}&defaultDeadline=300` });
  server.proxy.watch = once(toEventStoreDb(organisation, stream), ({ link }) => {
    frozen = link;
    link.hold('up');
  });
  const batch = records(2);
  const { revision } = await store.append(organisation, stream, 'none', batch);
  expect(revision).toBe(1);
  expect(frozen).toBeDefined();
  expect(waiting.pauses.length).toBeGreaterThan(0);
  expect(idsOf(await server.stored())).toEqual(idsOf(batch));
});

test('a process with two clients loses nothing of one when the other goes, or is cut off', async () => {
  const organisation = newOrganisation();
  const [one, other] = [await server.direct(), await server.open()];
  const appended = Array.from({ length: 40 }, () =>
    one.append(organisation, newStream(), 'none', records(2)),
  );
  const others = Array.from({ length: 10 }, () =>
    other.append(organisation, newStream(), 'none', records(1)),
  );
  server.proxy.cutAll();
  expect(await Promise.all(others.map(outcomeOf))).toEqual(others.map(() => 'done'));
  await other.close();
  expect(await Promise.all(appended.map(outcomeOf))).toEqual(appended.map(() => 'done'));
  // A client that survived is as good as before.
  expect(await outcomeOf(one.append(organisation, newStream(), 'none', records(1)))).toBe('done');
  expect(await server.stored()).toHaveLength(40 * 2 + 10 + 1);
});
