import { aggregates } from '@vivier/domain';
import { erased, type OrganisationId, type PersonId, type Sealed } from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import { candidateSpace } from '@vivier/projections';
import { asOf as upTo, replay } from '@vivier/runtime';
import { administer } from '@vivier/server';
import { runToEnd } from '../support/child.ts';
import type { Client } from '../support/client.ts';
import {
  agree,
  deposit,
  registered,
  sample,
  staffed,
  upload,
  type Staff,
} from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

const version = 'version fileName mediaType size contentHash at';
const facts = `applicationId campaign state revision startedAt submittedAt changedAt checklistVersion`;
const by = 'by { kind id role name } at reason';

/** All that a dossier and its review show, as it is or as it was. */
const everything = `query Read($applicationId: ID!, $asOf: String) {
  dossier(applicationId: $applicationId, asOf: $asOf) {
    ${facts} reason
    candidate { candidateId fullName email }
    items { key label required documentId document { ${version} } }
  }
  reviewSynthesis(applicationId: $applicationId, asOf: $asOf) {
    state revision decision { ${by} }
    entries {
      item label required state documentId version contentHash document { ${version} }
      verdict { ${by} } comments { by { id name } at version comment }
    }
  } }`;
const onlyFacts = `query Read($applicationId: ID!, $asOf: String) {
  dossier(applicationId: $applicationId, asOf: $asOf) {
    ${facts} candidate { candidateId } items { key documentId document { version size at } }
  } }`;

interface Shown {
  readonly dossier: Record<string, unknown> & { readonly state: string };
  readonly reviewSynthesis: unknown;
}

/** Everything, as it is or as it was, as compliance reads it: each personal value is a refusal of its own. */
const read = async (reader: Client, asked: { readonly asOf?: string } = {}) => {
  const { data, errors, text } = await reader.send<Shown>(everything, { applicationId, ...asked });
  if (!data) throw new Error(`The server refused: ${text}`);
  const closed = errors.map(({ path, extensions }) => `${String(path)} ${extensions.code}`);
  return { ...data, closed: closed.sort() };
};

const minute = (passed: number, seconds = '00.000'): string =>
  `2026-03-02T09:${String(passed).padStart(2, '0')}:${seconds}Z`;

let house: Running;
let maison: Staff;
let noa: Client;
let candidateId: string;
let applicationId: string;
/** What the API showed to compliance after each step, by the minute of the step. */
const shown = new Map<number, Awaited<ReturnType<typeof read>>>();

beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: 'Noa Exemple', email: 'noa@example.org' };
  ({ client: noa, candidateId } = await registered(house, maison, invitation, person));
  await agree(noa);

  let passed = 0;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    passed += 1;
    house.clock.set(minute(passed));
    const done = await work();
    await house.server.house.settled();
    if (applicationId) shown.set(passed, await read(maison.compliance));
    return done;
  };
  const seeing = async () => ({
    applicationId,
    seenRevision: (await dossierOf(maison.olu, applicationId)).revision,
  });

  await step(async () => {
    ({ applicationId } = await noa.do('startApplication', { invitation }));
  });
  const { documentId: cv } = await step(() => deposit(noa, 'CV.pdf'));
  const { documentId: diploma } = await step(() => deposit(noa, 'CV.docx'));
  await step(() => noa.do('selectDocument', { applicationId, item: 'cv', documentId: cv }));
  await step(() =>
    noa.do('selectDocument', { applicationId, item: 'diploma', documentId: diploma }),
  );
  await step(() => noa.do('submitApplication', { applicationId }));
  await step(async () =>
    maison.olu.do('acceptDocument', { ...(await seeing()), documentId: cv, version: 1 }),
  );
  const first = { documentId: diploma, version: 1 };
  await step(async () =>
    maison.olu.do('refuseDocument', { ...(await seeing()), ...first, reason: 'No diploma.' }),
  );
  await step(async () => {
    const uploadId = await upload(noa, await sample('letter.odt'));
    await noa.do('replaceDocument', { documentId: diploma, uploadId, fileName: 'Diploma.odt' });
  });
  const second = { documentId: diploma, version: 2 };
  await step(() =>
    maison.noor.do('commentOnDocument', { applicationId, ...second, comment: 'Hard to read.' }),
  );
  await step(async () => maison.noor.do('acceptDocument', { ...(await seeing()), ...second }));
  await step(async () =>
    maison.olu.do('returnApplication', { ...(await seeing()), reason: 'Your number, please.' }),
  );
  await step(() => noa.do('submitApplication', { applicationId }));
  await step(async () => maison.olu.do('acceptApplication', await seeing()));
  house.clock.set(minute(59));
});
afterAll(() => house.end());

test('At every instant between two events the dossier is told as the API showed it then', async () => {
  expect(shown.size).toBe(14);
  for (const [passed, then] of shown)
    for (const asOf of [minute(passed), minute(passed, '30'), minute(passed, '59.999')])
      expect(await read(maison.compliance, { asOf })).toEqual(then);
  const states = [...shown.values()].map(({ dossier: { state } }) => state);
  expect(new Set(states)).toEqual(new Set(['draft', 'submitted', 'returned', 'accepted']));
  // No two steps looked alike, so that each comparison says something.
  const texts = new Set([...shown.values()].map((then) => JSON.stringify(then)));
  // Depositing into the vault changes nothing in the dossier yet.
  expect(texts.size).toBe(12);
});

test('An instant may be told in any offset, and one that is still to come shows the present', async () => {
  const asked = (asOf: string) => read(maison.compliance, { asOf });
  expect(await asked('2026-03-02T10:08:30+01:00')).toEqual(shown.get(8));
  expect(await asked('2026-03-02T09:08Z')).toEqual(shown.get(8));
  expect(await asked('2099-01-01T00:00:00Z')).toEqual(shown.get(14));
});

test('Before it began there is no such application, nor for another organisation', async () => {
  const before = { applicationId, asOf: minute(0, '59.999') };
  expect((await maison.compliance.refused(onlyFacts, before)).code).toBe('ApplicationUnknown');
  const absent = { applicationId: candidateId, asOf: minute(10) };
  expect((await maison.compliance.refused(onlyFacts, absent)).code).toBe('ApplicationUnknown');
  const { compliance: stranger } = await staffed(house, 'autre');
  expect(await stranger.refused(onlyFacts, { applicationId, asOf: minute(10) })).toEqual(
    await maison.compliance.refused(onlyFacts, absent),
  );
});

test.each([
  '',
  'yesterday',
  '2026-03-02',
  '2026-03-02T09:10:00',
  '2026-02-30T00:00:00Z',
  '2026-03-02T24:00:00Z',
])('What is no instant is refused as input: %p', async (asOf) => {
  const refusal = await maison.compliance.refused(onlyFacts, { applicationId, asOf });
  expect(refusal).toMatchObject({
    code: 'InvalidInput',
    details: { fields: { asOf: expect.stringContaining('ISO-8601') as string } },
  });
});

test('It is for compliance alone, who reads facts and opens nothing by it', async () => {
  const asked = { applicationId, asOf: minute(8) };
  const { dossier } = await maison.compliance.ask<Shown>(onlyFacts, asked);
  expect(dossier).toMatchObject({ state: 'submitted', candidate: { candidateId } });
  const { errors } = await maison.compliance.send(everything, asked);
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
    new Set(['NotYoursToOpen']),
  );
  for (const other of [maison.admin, maison.olu, noa])
    expect((await other.refused(onlyFacts, asked)).code).toBe('NotAllowed');
});

/** What `vivier replay dossier` prints, asked of the running server. */
const replayed = (until: string, ...more: readonly string[]) =>
  runToEnd(
    new URL('../../apps/cli/src/main.ts', import.meta.url),
    ['replay', 'dossier', applicationId, '--until', until, ...more],
    { env: { VIVIER_DATA: house.folder } },
  );

test('The command line tells the same, with every event that led there and no personal value', async () => {
  const { code, output } = await replayed(minute(8), '--organisation', maison.slug);
  expect(code).toBe(0);
  const told = JSON.parse(output) as {
    readonly dossier: { readonly state: string; readonly revision: number };
    readonly synthesis: { readonly entries: readonly { readonly verdict: unknown }[] };
    readonly events: readonly {
      readonly at: string;
      readonly event: string;
      readonly data: unknown;
    }[];
  };
  expect(told.dossier).toMatchObject({
    state: 'submitted',
    revision: shown.get(8)?.dossier['revision'],
  });
  expect(told.synthesis.entries[1]).toMatchObject({
    state: 'refused',
    verdict: { at: minute(8), reason: '[sealed]' },
  });
  expect(told.events.map(({ at, event }) => [at, event])).toEqual([
    [minute(0), 'CandidateRegistered'],
    [minute(0), 'ActivationRequested'],
    [minute(1), 'ApplicationStarted'],
    [minute(2), 'DocumentAdded'],
    [minute(3), 'DocumentAdded'],
    [minute(4), 'DocumentSelected'],
    [minute(5), 'DocumentSelected'],
    [minute(6), 'ApplicationSubmitted'],
    [minute(7), 'DocumentAccepted'],
    [minute(8), 'DocumentRefused'],
  ]);
  expect(told.events[0]?.data).toMatchObject({ fullName: '[sealed]', email: '[sealed]' });
  for (const personal of ['Noa', 'noa@example.org', 'CV.pdf', 'No diploma'])
    expect(output).not.toContain(personal);
}, 60_000);

test('What the command line asks says what is wrong with an instant, and where nothing was', async () => {
  const asked = (until: string, organisation?: string) =>
    administer(house.server.house, {
      do: 'replayDossier',
      applicationId,
      until,
      ...(organisation && { organisation }),
    });
  expect(await asked('yesterday')).toMatchObject({
    rejected: 'InvalidInput',
    details: { fields: { until: expect.stringContaining('ISO-8601 instant') as string } },
  });
  expect(await asked(minute(0))).toMatchObject({ rejected: 'ApplicationUnknown' });
  expect(await asked(minute(8), 'nobody')).toMatchObject({ rejected: 'ApplicationUnknown' });
  expect(await asked(minute(8))).toMatchObject({ done: {} });
});

test('GDPR 17: who was erased since has no name at any instant, and the facts stay', async () => {
  const { identity, load, vault } = house.server.house;
  const organisationId = (await identity.organisationBySlug(maison.slug))
    ?.organisationId as OrganisationId;
  const personId = candidateId as PersonId;
  /** The name in what the log tells of that instant, as whoever may open it would get it. */
  const nameThen = async (): Promise<unknown> => {
    const { events } = await load(organisationId, aggregates.candidate, candidateId);
    const space = replay(candidateSpace, upTo(events, Date.parse(minute(8))), candidateId);
    const handle = space?.fullName as Sealed;
    const expected = { organisationId, personId };
    return (await openHandles([{ handle, expected }], (blobs) => vault.open(blobs)))[0];
  };
  expect(await nameThen()).toBe('Noa Exemple');
  await vault.destroyPerson(organisationId, personId);
  expect(await nameThen()).toBe(erased);
  expect(await read(maison.compliance, { asOf: minute(8) })).toEqual(shown.get(8));
});
