import { DEMO_PASSWORD } from '@vivier/server';
import type { Client } from '../support/client.ts';
import { agree, deposit, registered, sample, signIn, upload } from '../support/people.ts';
import { dossierOf, synthesisOf, trailOf, type TrailEntry } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let olu: Client;
beforeAll(async () => {
  house = await running({ demo: true });
  olu = await signIn(house, 'demo', 'operator@demo.example', DEMO_PASSWORD);
});
afterAll(() => house.end());

const minutes = (passed: number): string =>
  `2026-03-02T09:${String(passed).padStart(2, '0')}:00.000Z`;

/** What is compared; ids of events and positions are checked on their own. */
const told = ({ eventId: _, position: __, by, ...entry }: TrailEntry) => ({
  ...entry,
  by: `${by.role} ${by.name ?? by.id}`,
});

test('R-022 to R-031: from the invitation to the verdict, every step visible for ever', async () => {
  const invitation = house.server.demoInvitation ?? '';
  const page = await fetch(`${house.server.url}/invitations/${invitation}`);
  expect(await page.text()).toContain('Maison Exemple invites you to apply: Home care 2027');

  const { client: noa } = await registered(house, { slug: 'demo' }, invitation, {
    fullName: 'Noa Exemple',
    email: 'noa@example.org',
  });
  await agree(noa);
  const { applicationId } = await noa.do('startApplication', { invitation });

  house.clock.set(minutes(1));
  const cv = await deposit(noa, 'CV.pdf');
  const diploma = await deposit(noa, 'CV.docx');
  expect(diploma.document?.versions).toMatchObject([
    {
      fileName: 'CV.docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    },
  ]);
  house.clock.set(minutes(2));
  const place = { applicationId, item: 'cv', documentId: cv.documentId };
  const selectedCv = await noa.do('selectDocument', place);
  const selectedDiploma = await noa.do('selectDocument', {
    applicationId,
    item: 'diploma',
    documentId: diploma.documentId,
  });
  await noa.do('submitApplication', { applicationId });

  const { dossiers } = await olu.ask<{ dossiers: object }>(
    '{ dossiers(filter: { state: submitted }) { edges { node { applicationId candidate { fullName } } } } }',
  );
  expect(dossiers).toEqual({
    edges: [{ node: { applicationId, candidate: { fullName: 'Noa Exemple' } } }],
  });

  /** The operator reads the dossier anew before each decision. */
  const seeing = async () => ({
    applicationId,
    seenRevision: (await dossierOf(olu, applicationId)).revision,
  });

  house.clock.set(minutes(10));
  const acceptedCv = await olu.do('acceptDocument', {
    ...(await seeing()),
    documentId: cv.documentId,
    version: 1,
  });
  house.clock.set(minutes(11));
  const first = { documentId: diploma.documentId, version: 1 };
  const refusedDiploma = await olu.do('refuseDocument', {
    ...(await seeing()),
    ...first,
    reason: 'This is a curriculum vitae, not a diploma.',
  });

  house.clock.set(minutes(20));
  const uploadId = await upload(noa, await sample('letter.odt'));
  const replaced = await noa.do('replaceDocument', {
    documentId: diploma.documentId,
    uploadId,
    fileName: 'Diploma.odt',
  });
  await house.server.house.settled();
  expect((await synthesisOf(olu, applicationId)).entries.map(({ state }) => state)).toEqual([
    'valid',
    'submitted',
    'missing',
  ]);

  const second = { documentId: diploma.documentId, version: 2 };
  house.clock.set(minutes(30));
  const accepted = await olu.do('acceptDocument', { ...(await seeing()), ...second });
  house.clock.set(minutes(31));
  const commented = await olu.do('commentOnDocument', {
    applicationId,
    ...second,
    comment: 'The year is hard to read.',
  });
  house.clock.set(minutes(32));
  const reason = 'The year cannot be read.';
  const refused = await olu.do('refuseDocument', { ...(await seeing()), ...second, reason });
  house.clock.set(minutes(33));
  const acceptedAgain = await olu.do('acceptDocument', { ...(await seeing()), ...second });

  house.clock.set(minutes(40));
  const returned = await olu.do('returnApplication', {
    ...(await seeing()),
    reason: 'Please add your telephone number.',
  });
  expect(returned.reviewSynthesis?.state).toBe('returned');
  const { reason: shown } = (
    await noa.ask<{ dossier: { reason: string } }>(
      'query Mine($applicationId: ID!) { dossier(applicationId: $applicationId) { reason } }',
      { applicationId },
    )
  ).dossier;
  expect(shown).toBe('Please add your telephone number.');
  await noa.do('submitApplication', { applicationId });
  house.clock.set(minutes(50));
  const verdict = await olu.do('acceptApplication', await seeing());
  expect(verdict.reviewSynthesis?.state).toBe('accepted');

  const byNoa = 'candidate Noa Exemple';
  const byOlu = 'operator Olu Demo';
  const vault = { applicationId: null, item: null, from: null, to: null };
  const silent = { reason: null, comment: null };
  const caused = ({ commandId }: { readonly commandId: string }) => ({
    commandId,
    causationId: commandId,
  });

  const cvHash = cv.document?.versions[0]?.contentHash;
  const aboutCv = { applicationId, item: 'cv', version: 1, contentHash: cvHash, ...silent };
  expect((await trailOf(olu, cv.documentId)).map(told)).toEqual([
    {
      ...aboutCv,
      ...vault,
      event: 'DocumentAdded',
      at: minutes(1),
      by: byNoa,
      command: 'AddDocument',
      ...caused(cv),
    },
    {
      ...aboutCv,
      event: 'DocumentSelected',
      at: minutes(2),
      by: byNoa,
      from: 'missing',
      to: 'submitted',
      command: 'SelectDocument',
      ...caused(selectedCv),
    },
    {
      ...aboutCv,
      event: 'DocumentAccepted',
      at: minutes(10),
      by: byOlu,
      from: 'submitted',
      to: 'valid',
      command: 'AcceptDocument',
      ...caused(acceptedCv),
    },
  ]);

  const [oldHash, newHash] =
    replaced.document?.versions.map(({ contentHash }) => contentHash) ?? [];
  expect(newHash).not.toBe(oldHash);
  const trail = await trailOf(olu, diploma.documentId);
  const was = { applicationId, item: 'diploma', version: 1, contentHash: oldHash, ...silent };
  const is = { ...was, version: 2, contentHash: newHash };
  const bySaga = {
    at: minutes(20),
    by: 'system changedDocument',
    command: 'RepinDocument',
    commandId: trail[4]?.commandId,
    causationId: trail[3]?.eventId,
  };
  expect(trail.map(told)).toEqual([
    {
      ...was,
      ...vault,
      event: 'DocumentAdded',
      at: minutes(1),
      by: byNoa,
      command: 'AddDocument',
      ...caused(diploma),
    },
    {
      ...was,
      event: 'DocumentSelected',
      at: minutes(2),
      by: byNoa,
      from: 'missing',
      to: 'submitted',
      command: 'SelectDocument',
      ...caused(selectedDiploma),
    },
    {
      ...was,
      event: 'DocumentRefused',
      at: minutes(11),
      by: byOlu,
      from: 'submitted',
      to: 'refused',
      reason: 'This is a curriculum vitae, not a diploma.',
      command: 'RefuseDocument',
      ...caused(refusedDiploma),
    },
    {
      ...is,
      ...vault,
      event: 'DocumentReplaced',
      at: minutes(20),
      by: byNoa,
      command: 'ReplaceDocument',
      ...caused(replaced),
    },
    { ...is, ...bySaga, event: 'DocumentRepinned', from: 'refused', to: 'refused' },
    { ...is, ...bySaga, event: 'DocumentVerdictReset', from: 'refused', to: 'submitted' },
    {
      ...is,
      event: 'DocumentAccepted',
      at: minutes(30),
      by: byOlu,
      from: 'submitted',
      to: 'valid',
      command: 'AcceptDocument',
      ...caused(accepted),
    },
    {
      ...is,
      event: 'DocumentCommented',
      at: minutes(31),
      by: byOlu,
      // A comment moves nothing.
      from: null,
      to: null,
      comment: 'The year is hard to read.',
      command: 'CommentOnDocument',
      ...caused(commented),
    },
    {
      ...is,
      event: 'DocumentRefused',
      at: minutes(32),
      by: byOlu,
      from: 'valid',
      to: 'refused',
      reason,
      command: 'RefuseDocument',
      ...caused(refused),
    },
    {
      ...is,
      event: 'DocumentAccepted',
      at: minutes(33),
      by: byOlu,
      from: 'refused',
      to: 'valid',
      command: 'AcceptDocument',
      ...caused(acceptedAgain),
    },
  ]);
  expect(new Set(trail.map(({ eventId }) => eventId)).size).toBe(trail.length);
});
