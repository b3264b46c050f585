import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { candidateEvents, type CandidateId } from '@vivier/domain/events';
import { collectionName, START, type PersonId, type Position, type Scope } from '@vivier/kernel';
import { packDocument, type OpenBlobs } from '@vivier/kernel/sealing';
import { candidateSpace } from '@vivier/projections';
import { openEmbeddedReadStore, type ReadStore } from '@vivier/read-store';
import { inStream, MemoryEventStore, MemoryVault, organisation, Past } from '@vivier/testing';
import { BlobRejected } from '@vivier/vault';
import { directoryFollower, type DirectoryFollower } from './directory-follower.ts';

const never = new AbortController().signal;
const over = AbortSignal.abort();
const name = collectionName(candidateSpace);
const idOf = (number: number): CandidateId =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as CandidateId;
const streamOf = (number: number) =>
  inStream({
    category: 'candidate',
    key: idOf(number),
    personId: idOf(number),
    scope: 'account' as Scope,
  });
const registered = (number: number) =>
  streamOf(number)(
    candidateEvents.CandidateRegistered({
      candidateId: idOf(number),
      fullName: `Person ${number}`,
      email: `person-${number}@example.org`,
      invitationId: idOf(999),
      campaign: 'summer',
    } as never),
  );
const erasedOne = (number: number) =>
  streamOf(number)(candidateEvents.SubjectErased({ candidateId: idOf(number) }));

let folder: string;
let readStore: ReadStore;
let store: MemoryEventStore;
let vault: MemoryVault;
let past: Past;
let followers: DirectoryFollower[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-follower-'));
  readStore = await openEmbeddedReadStore({ file: join(folder, 'read-models.sqlite') });
  await readStore.declare({ name, indexes: [] });
  await readStore.switchTo(candidateSpace.name, name);
  store = new MemoryEventStore();
  vault = new MemoryVault();
  past = new Past([candidateEvents], vault);
  followers = [];
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  await readStore.close();
  await rm(folder, { recursive: true });
});

/** Something happens; the read models hear of it where they are asked to. */
const happens = async (event: ReturnType<typeof registered>, projected = false): Promise<void> => {
  const stored = past.stored(event);
  const { organisationId, stream, ...record } = stored;
  const { position } = await store.append(organisationId, stream, 'any', [record]);
  if (!projected) return;
  const { data } = past.codec.decode(stored) as { data: { candidateId: PersonId } };
  await readStore.apply({
    projection: name,
    from: await readStore.position(name),
    to: position,
    writes: [
      {
        organisationId,
        collection: name,
        put: packDocument({ ...data, _id: data.candidateId }),
      },
    ],
  });
};

const following = (ports: {
  readonly open?: OpenBlobs;
  readonly onHalt?: () => void;
  readonly onErased?: (organisationId: string, personId: string) => void;
}): DirectoryFollower => {
  const follower = directoryFollower({
    store,
    readStore,
    codec: past.codec,
    open: (blobs) => vault.open(blobs),
    organisations: async () => [organisation],
    wait: async () => undefined,
    ...ports,
  });
  followers.push(follower);
  return follower;
};
const listed = async (follower: DirectoryFollower, search = '') =>
  (await follower.of(organisation, never))?.list({ search });

test('Nobody is found before it begins, nor after it has stopped', async () => {
  await happens(registered(1));
  const follower = following({});
  expect(await follower.of(organisation, over)).toBeUndefined();
  await follower.settled(await store.head());
  follower.begin();
  expect(await listed(follower)).toHaveLength(1);
  await follower.stop();
  expect(await listed(follower)).toBeUndefined();
});

test('From the read models and from the log come the same people at the same places', async () => {
  for (let number = 1; number <= 600; number += 1) await happens(registered(number), true);
  const late = registered(601);
  await happens(late);
  const fromModels = following({});
  fromModels.begin();
  const places = await listed(fromModels);
  expect(places).toHaveLength(601);
  // More than a page was opened together each time, and nobody twice.
  expect(vault.openings).toBe(4);

  await readStore.drop(name);
  await readStore.declare({ name, indexes: [] });
  expect(await readStore.position(name)).toBe(START);
  const fromLog = following({});
  fromLog.begin();
  expect(await listed(fromLog)).toEqual(places);
});

test('Whoever is erased while names are being opened is not found afterwards', async () => {
  for (const number of [1, 2, 3]) await happens(registered(number), true);
  let opened = false;
  const follower = following({
    open: async (blobs) => {
      const values = await vault.open(blobs);
      if (!opened) {
        opened = true;
        await happens(erasedOne(2));
        await vault.destroyPerson(organisation, idOf(2));
      }
      return values;
    },
  });
  follower.begin();
  expect((await listed(follower))?.map(({ personId }) => personId)).toEqual([idOf(1), idOf(3)]);
});

test('What happens while it follows is there for whoever waits for its position', async () => {
  const follower = following({});
  follower.begin();
  expect(await listed(follower)).toEqual([]);
  await happens(registered(1));
  await happens(registered(2));
  await happens(erasedOne(1));
  expect(await follower.progress.reached(await store.head())).toBe(true);
  expect((await listed(follower))?.map(({ personId }) => personId)).toEqual([idOf(2)]);
  expect(await listed(follower, 'person 1')).toEqual([]);
});

test('GDPR 17: it tells of an erasure that it meets, so that what else is held in memory goes too', async () => {
  const told: string[][] = [];
  const follower = following({ onErased: (...erased) => told.push(erased) });
  follower.begin();
  await happens(registered(1));
  await happens(registered(2));
  await happens(erasedOne(1));
  expect(await follower.progress.reached(await store.head())).toBe(true);
  expect(told).toEqual([[organisation, idOf(1)]]);
});

test('What fails for a while is tried again, from the beginning', async () => {
  for (const number of [1, 2]) await happens(registered(number), true);
  let failures = 0;
  const follower = following({
    open: async (blobs) => {
      failures += 1;
      if (failures < 3) throw new Error('away');
      return vault.open(blobs);
    },
  });
  follower.begin();
  expect(await listed(follower)).toHaveLength(2);
});

test('A name that does not belong where it was found halts it, and everybody is forgotten', async () => {
  await happens(registered(1), true);
  let halts = 0;
  let sound = true;
  const follower = following({
    open: async (blobs) => {
      if (!sound) throw new BlobRejected();
      return vault.open(blobs);
    },
    onHalt: () => (halts += 1),
  });
  follower.begin();
  const directory = await follower.of(organisation, never);
  expect(directory?.size).toBe(1);
  sound = false;
  await happens(registered(2));
  expect(await follower.progress.reached(await store.head())).toBe(false);
  expect(follower.progress.halt).toMatchObject({ position: 0 as Position });
  expect([directory?.size, await listed(follower), halts]).toEqual([0, undefined, 1]);
});
