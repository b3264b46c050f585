import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregates, applicationEvents, candidateEvents } from '@vivier/domain';
import type { FileId } from '@vivier/files';
import { collectionName, type PersonId, type Projection, type Recorded } from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import {
  candidateSpace,
  dossier,
  projections,
  type CandidateSpace,
  type DossierDocument,
} from '@vivier/projections';
import { openEmbeddedReadStore, type ReadDocument, type ReadStore } from '@vivier/read-store';
import { recorded, startProjector } from '@vivier/runtime';
import type { House } from '@vivier/server';
import { open, type Place } from './lives.ts';

const codec = new EventCodec(Object.values(aggregates).map(({ events }) => events));

export const everything = async ({ store }: Pick<House, 'store'>): Promise<readonly Recorded[]> => {
  const events: Recorded[] = [];
  for await (const page of store.readAll())
    for (const record of page) events.push(recorded(codec, record));
  return events;
};

/** No gap in the log, none in a stream, no event twice. */
export const expectWhole = (events: readonly Recorded[]): void => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index));
  const revisions = new Map<string, number>();
  const gaps = events.filter(({ stream, revision }) => {
    const expected = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return revision !== expected;
  });
  expect(gaps).toEqual([]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
};

/** What was answered is there, once; what is there was sent by somebody, and is there once. */
export const expectOnce = (events: readonly Recorded[], { sent, told }: Place): void => {
  const made = new Map<string, string[]>();
  const types = new Map<string, string[]>();
  for (const { commandId, id, type, by } of events) {
    if (by.role === 'system' || by.role === 'admin') continue;
    made.set(commandId, [...(made.get(commandId) ?? []), id]);
    types.set(commandId, [...(types.get(commandId) ?? []), type]);
  }
  const lost = [...told.values()].filter(
    ({ commandId = '', events: ids }) =>
      JSON.stringify(made.get(commandId)) !== JSON.stringify(ids),
  );
  expect(lost).toEqual([]);
  // A command may make several events, and none of them twice.
  const twice = [...types].filter(([, names]) => new Set(names).size !== names.length);
  expect(twice).toEqual([]);
  expect([...made.keys()].filter((commandId) => !sent.has(commandId))).toEqual([]);
};

const documentsOf = async <Doc extends ReadDocument>(
  store: ReadStore,
  { organisationId }: Place,
  name: string,
): Promise<readonly Doc[]> =>
  store.collection<Doc>(organisationId, name).find({}, { sort: { _id: 1 } });

/** The read models are what a fold of the whole log gives, byte for byte. */
export const expectFold = async (house: House, place: Place): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-fold-'));
  const readStore = await openEmbeddedReadStore({ file: join(folder, 'read-models.sqlite') });
  const projector = await startProjector({ store: house.store, readStore, codec, projections });
  const head = await house.store.head();
  for (const projection of projections) {
    const name = collectionName(projection);
    expect(house.projector.progress.get(name)?.halt).toBeUndefined();
    expect(await projector.progress.get(name)?.reached(head)).toBe(true);
    const [kept, folded] = [
      await documentsOf(house.readStore, place, name),
      await documentsOf(readStore, place, name),
    ];
    expect(kept.map((document) => JSON.stringify(document))).toEqual(
      folded.map((document) => JSON.stringify(document)),
    );
  }
  await projector.stop();
  await readStore.close();
  await rm(folder, { recursive: true });
};

/** The saga has followed: every dossier holds the newest version, and took each over once. */
export const expectFollowed = async (
  house: House,
  place: Place,
  events: readonly Recorded[],
): Promise<void> => {
  const shown = <Doc>(projection: Pick<Projection, 'name' | 'version'>) =>
    documentsOf<Doc & ReadDocument>(house.readStore, place, collectionName(projection));
  const spaces = await shown<CandidateSpace>(candidateSpace);
  const dossiers = await shown<DossierDocument>(dossier);
  const newest = new Map(
    spaces.flatMap(({ documents }) =>
      documents.map(({ documentId, versions }) => [documentId, versions.length] as const),
    ),
  );
  const behind = dossiers.flatMap(({ _id, items }) =>
    items
      .filter(
        ({ documentId, version }) => documentId !== null && newest.get(documentId) !== version,
      )
      .map((item) => ({ _id, item })),
  );
  expect(behind).toEqual([]);
  const repinned = events
    .filter(({ type }) => type === applicationEvents.DocumentRepinned.type)
    .map(({ stream, data }) => `${stream} ${(data as { readonly version: number }).version}`);
  expect(new Set(repinned).size).toBe(repinned.length);
};

/** Who was told that they are registered can sign in, and what they deposited is theirs to read. */
export const expectUsable = async (
  house: House,
  { organisationId, erasing }: Place,
  lives: ReadonlySet<string>,
  events: readonly Recorded[],
  told: Place['told'],
): Promise<void> => {
  const byId = new Map<string, Recorded>(events.map((event) => [event.id, event]));
  for (const { life = '', what = '', events: ids = [] } of told.values()) {
    if (!lives.has(life) || erasing.has(life)) continue;
    if (what === 'register')
      await house.identity.signIn({
        organisation: 'maison',
        email: `${life}@example.org`,
        password: `password of ${life}`,
      });
    const event = byId.get(ids[0] ?? '');
    const deposits: readonly string[] = [
      candidateEvents.DocumentAdded.type,
      candidateEvents.DocumentReplaced.type,
    ];
    if (!event || !deposits.includes(event.type)) continue;
    const { token } = await house.files.requestDownload({
      organisationId,
      personId: event.key as PersonId,
      fileId: (event.data as { readonly fileId: FileId }).fileId,
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of (await house.files.open(token)).stream) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(`{\\rtf1\\ansi ${life} ${what}\\par}`);
  }
};

/**
 * Opens the folder after a death, and expects all of the above of it.
 *
 * @param lives those of the told that are to be tried out: {@link expectUsable}
 * @returns how many events the log holds
 */
export const expectSurvived = async (place: Place, lives: ReadonlySet<string>): Promise<number> => {
  const house = await open(place.folder);
  try {
    await house.settled();
    const events = await everything(house);
    expectWhole(events);
    expectOnce(events, place);
    await expectFollowed(house, place, events);
    await expectUsable(house, place, lives, events, place.told);
    await expectFold(house, place);
    return events.length;
  } finally {
    await house.close();
  }
};
