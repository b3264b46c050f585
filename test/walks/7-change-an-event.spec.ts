import { aggregates, rights } from '@vivier/domain';
import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import {
  collectionName,
  defineEvents,
  erased,
  handSetClock,
  isRejection,
  joined,
  personal,
  type Actor,
  type AnyCommand,
  type AnyDecider,
  type AnyEventSet,
  type CommandId,
  type OrganisationId,
  type PersonId,
  type Sealed,
  type Shape,
  type StreamName,
} from '@vivier/kernel';
import { EventCodec, openHandles, unpackDocument } from '@vivier/kernel/sealing';
import type { PackedDocument } from '@vivier/kernel/sealing';
import { candidateSpace, projections, type CandidateSpace } from '@vivier/projections';
import { openEmbeddedReadStore, type ReadDocument } from '@vivier/read-store';
import { createExecute, derive, startProjector, type Done } from '@vivier/runtime';
import { openEmbeddedVault } from '@vivier/vault';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const organisationId = derive('walk 7') as OrganisationId;
const admin: Actor = { kind: 'account', id: 'alix', role: 'admin' };
const { CandidateRegistered, ...others } = aggregates.candidate.events;
const unchanged = Object.fromEntries(
  Object.entries(others).map(([name, { fields }]): [string, Shape] => [name, fields]),
);
const { fullName, ...rest } = CandidateRegistered.fields;

/** A program as it was, in which a person had a first and a last name. */
const earlier = defineEvents({
  ...unchanged,
  CandidateRegistered: {
    ...rest,
    firstName: personal(z.string()),
    lastName: personal(z.string()),
  },
}) as AnyEventSet;

interface Names {
  readonly firstName: Sealed<string>;
  readonly lastName: Sealed<string>;
}

/** The program after the change: one field, and the upcast beside its declaration. */
const changed = defineEvents(
  { ...unchanged, CandidateRegistered: { ...rest, fullName } },
  {
    CandidateRegistered: {
      1: ({ firstName, lastName, ...old }: Names) => ({
        ...old,
        fullName: joined(' ', firstName, lastName),
      }),
    },
  },
) as AnyEventSet;

/** The domain in which candidates have these events; the earlier one registers two names. */
const domainWith = (events: AnyEventSet): Record<string, AnyDecider> => {
  const { candidate } = aggregates;
  const { RegisterCandidate } = candidate.commands;
  const { fields } = events['CandidateRegistered'] as { readonly fields: Shape };
  const { candidateId: _, campaign: __, ...input } = fields;
  const commands = {
    ...candidate.commands,
    RegisterCandidate: { ...(RegisterCandidate as object as AnyCommand), input },
  };
  return { ...aggregates, candidate: { ...candidate, events, commands } as AnyDecider };
};

let folder: string;
let store: EventStore;
let readStore: Awaited<ReturnType<typeof openEmbeddedReadStore>>;
let vault: Awaited<ReturnType<typeof openEmbeddedVault>>;
const clock = handSetClock('2026-03-02T09:00:00.000Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-walk-7-'));
  const at = (name: string) => join(folder, name);
  store = await openEmbeddedEventStore({ file: at('log.sqlite'), now: () => clock.now() });
  readStore = await openEmbeddedReadStore({ file: at('read-models.sqlite') });
  vault = await openEmbeddedVault({
    keysFile: at('keys.sqlite'),
    masterKeysFile: at('master-keys.json'),
    fenceFile: at('erased.jsonl'),
    clock,
  });
  await vault.admitOrganisation(organisationId);
});
afterAll(async () => {
  await vault.close();
  await readStore.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** One version of the program on the folder: its door, and its read models when they are asked for. */
const program = (candidateEvents: AnyEventSet) => {
  const domain = domainWith(candidateEvents);
  const codec = new EventCodec(Object.values(domain).map(({ events }) => events as AnyEventSet));
  const execute = createExecute({
    aggregates: domain,
    permissions: rights,
    store,
    vault,
    codec,
    clock,
  });
  let count = 0;
  const send = async (name: string, input: unknown, by: Actor): Promise<Done> => {
    count += 1;
    const commandId = derive(name, by.id, String(count)) as CommandId;
    const outcome = await execute({ name, input, organisationId, by, commandId });
    if (isRejection(outcome)) throw new Error(`${name} was refused: ${outcome.rejected}`);
    return outcome;
  };
  const projector = () => startProjector({ store, readStore, codec, projections });
  const caughtUp = async (): Promise<void> => {
    const started = await projector();
    const head = await store.head();
    for (const progress of started.progress.values())
      expect(await progress.reached(head)).toBe(true);
    await started.stop();
  };
  return { execute, send, projector, caughtUp };
};

const visitor = (invitationId: string, apart: string): Actor => ({
  kind: 'anonymous',
  id: invitationId,
  role: 'anonymous',
  apart,
});

const typesOf = async (stream: string): Promise<readonly string[] | undefined> =>
  (await store.readStream(organisationId, stream as StreamName))?.map(({ type }) => type);

/** A person's name as the edge opens it. */
const nameOf = async (candidateId: string): Promise<unknown> => {
  const packed = await readStore
    .collection<ReadDocument>(organisationId, collectionName(candidateSpace))
    .findOne({ _id: candidateId });
  const { fullName: handle } = unpackDocument<CandidateSpace>(packed as PackedDocument);
  const expected = { organisationId, personId: candidateId as PersonId };
  const [name] = await openHandles([{ handle: handle as Sealed, expected }], (blobs) =>
    vault.open(blobs),
  );
  return name;
};

let invitationId: string;
let ada: string;
let bob: string;

test('An earlier version of the program registers a candidate under two names', async () => {
  const { send } = program(earlier);
  const invitation = await send('CreateInvitation', { campaign: 'Night shift' }, admin);
  invitationId = (invitation.events[0]?.data as { invitationId: string }).invitationId;
  const names = { firstName: 'Ada', lastName: 'Lovelace' };
  const input = { invitationId, ...names, email: 'ada@example.org' };
  ada = (await send('RegisterCandidate', input, visitor(invitationId, 'ada'))).key;
  expect(await typesOf(`candidate-${ada}`)).toEqual([
    'CandidateRegistered.v1',
    'ActivationRequested.v1',
  ]);
});

test('The version after the change reads one name from it, which nobody has read on the way', async () => {
  const { caughtUp, send } = program(changed);
  await caughtUp();
  expect(await nameOf(ada)).toBe('Ada Lovelace');

  const input = { invitationId, fullName: 'Bob Martin', email: 'bob@example.org' };
  bob = (await send('RegisterCandidate', input, visitor(invitationId, 'bob'))).key;
  expect(await typesOf(`candidate-${bob}`)).toEqual([
    'CandidateRegistered.v2',
    'ActivationRequested.v1',
  ]);
  await caughtUp();
  expect(await nameOf(bob)).toBe('Bob Martin');
});

test('Old streams are gone on with, and what lies in them is never written again', async () => {
  const [before] = (await store.readStream(organisationId, `candidate-${ada}` as StreamName)) ?? [];
  const { send } = program(changed);
  const personId = ada as PersonId;
  const candidate: Actor = { kind: 'account', id: ada, role: 'candidate', personId };
  const document = {
    fileId: derive('file'),
    fileName: 'CV.pdf',
    mediaType: 'application/pdf',
    size: 1,
    contentHash: 'hash',
  };
  await send('AddDocument', document, candidate);
  expect(await typesOf(`candidate-${ada}`)).toEqual([
    'CandidateRegistered.v1',
    'ActivationRequested.v1',
    'DocumentAdded.v1',
  ]);
  const [after] = (await store.readStream(organisationId, `candidate-${ada}` as StreamName)) ?? [];
  expect(after).toEqual(before);
});

test('GDPR 17: a joined name goes with its parts', async () => {
  await vault.destroyPerson(organisationId, ada as PersonId);
  expect(await nameOf(ada)).toBe(erased);
});

test('The earlier version, started again, changes nothing of what it cannot read, and says so', async () => {
  const { execute, projector } = program(earlier);
  const head = await store.head();
  const outcome = await execute({
    name: 'AddDocument',
    input: {
      fileId: derive('another file'),
      fileName: 'CV.pdf',
      mediaType: 'application/pdf',
      size: 1,
      contentHash: 'hash',
    },
    organisationId,
    by: { kind: 'account', id: bob, role: 'candidate', personId: bob as PersonId },
    commandId: derive('add') as CommandId,
  });
  expect(outcome).toMatchObject({
    rejected: 'UpgradeNeeded',
    retry: 'later',
    details: { event: 'CandidateRegistered.v2' },
  });
  expect(await store.head()).toBe(head);

  for (const projection of projections) await readStore.drop(collectionName(projection));
  const started = await projector();
  const progress = started.progress.get(collectionName(candidateSpace));
  expect(await progress?.reached(head)).toBe(false);
  await started.stop();
  expect(progress?.halt).toMatchObject({
    position: 3,
    message: expect.stringContaining('CandidateRegistered.v2') as string,
    remedy: expect.stringContaining('Start the version of the program that wrote it') as string,
  });
});
