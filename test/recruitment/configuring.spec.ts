import { settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { sample, staffed, upload, type Staff } from '../support/people.ts';
import type { Client } from '../support/client.ts';
import {
  CHECKLIST_BY_STATUS,
  completed,
  configured,
  INFORMATION,
  newcomer,
  place,
  REQUIREMENTS,
  shown,
  spaceOf,
} from './support.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
});
afterAll(() => house.end());

const anUpload = async (client: Client, fileName = 'CV.pdf') => ({
  uploadId: await upload(client, await sample(fileName)),
  fileName,
});

test('R-016, R-018: an organisation of service workers says what it asks for, and everybody of its staff reads it', async () => {
  const { recruitmentModule } = await maison.compliance.ask<{ recruitmentModule: object }>(
    `{ recruitmentModule { on acceptedStatuses
       information { key label mandatory justification }
       requirements { key kind mandatory language level confirmedByReviewer }
       checklist { key required statuses types maximum validFor hint } } }`,
  );
  expect(recruitmentModule).toMatchObject({
    on: true,
    acceptedStatuses: ['self-employed', 'employee'],
    information: INFORMATION,
    requirements: [
      { key: 'french', kind: 'language', language: 'fr', level: 'fluent' },
      { key: 'driving-licence', kind: 'claim', confirmedByReviewer: true },
      { key: 'motivation', kind: 'question', confirmedByReviewer: null },
    ],
    checklist: [
      { key: 'cv', types: ['pdf'], statuses: null },
      { key: 'company-register', statuses: ['self-employed'], validFor: 'P3M' },
      { key: 'work-certificate', statuses: ['employee'] },
      { key: 'diplomas', required: false, maximum: 2 },
    ],
  });
});

test('R-018: a dossier keeps what was asked for when it began; the next one is asked the new things', async () => {
  const elsewhere = await staffed(house, 'changing');
  await configured(elsewhere);
  const before = await newcomer(house, elsewhere);
  const { applicationId } = await completed(before.client, before.invitation);
  // A checklist without what that dossier holds.
  await elsewhere.admin.do('setChecklist', {
    items: [{ key: 'portrait', label: 'Portrait', required: true }],
  });
  await elsewhere.admin.do('setInformationFields', { fields: [] });
  await elsewhere.admin.do('setRequirements', { requirements: [] });
  const { dossier } = await before.client.do('submitApplication', { applicationId });
  expect([dossier?.state, dossier?.items.map(({ key }) => key)]).toEqual([
    'submitted',
    CHECKLIST_BY_STATUS.map(({ key }) => key),
  ]);

  const after = await newcomer(house, elsewhere);
  const next = await after.client.do('startApplication', { invitation: after.invitation });
  const { code, details } = await after.client.tries('submitApplication', {
    applicationId: next.applicationId,
  });
  expect([code, details]).toEqual([
    'ApplicationIncomplete',
    expect.objectContaining({
      missingFields: [],
      unmetRequirements: [],
      missingItems: ['portrait'],
    }),
  ]);
});

test('R-018, R-019, R-020: what is missing is told all at once, and nothing is lost', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await client.do('startApplication', { invitation });
  const first = await client.tries('submitApplication', { applicationId });
  expect([first.code, first.details]).toEqual([
    'ApplicationIncomplete',
    {
      missingFields: ['phone'],
      unmetRequirements: ['french', 'driving-licence'],
      acceptedStatuses: ['self-employed', 'employee'],
      missingItems: ['cv'],
    },
  ]);
  await client.do('declareStatus', { applicationId, status: 'self-employed' });
  await client.do('declareRequirement', {
    ...{ applicationId, requirement: 'french' },
    level: 'conversational',
  });
  const second = await client.tries('submitApplication', { applicationId });
  expect(second.details).toEqual({
    missingFields: ['phone'],
    // Conversational is less than what is asked for.
    unmetRequirements: ['french', 'driving-licence'],
    missingItems: ['cv', 'company-register'],
  });
});

test('R-020: who works in a way that is not accepted is told which ways are', async () => {
  const strict = await staffed(house, 'strict');
  await configured(strict);
  // Unticking *travailleur salarié*.
  await strict.admin.do('setAcceptedStatuses', { statuses: ['self-employed'] });
  const { client, invitation } = await newcomer(house, strict);
  const { applicationId } = await completed(client, invitation);
  await client.do('declareStatus', { applicationId, status: 'employee' });
  const { details } = await client.tries('submitApplication', { applicationId });
  expect(details).toMatchObject({ acceptedStatuses: ['self-employed'] });
  const none = await strict.admin.tries('setAcceptedStatuses', { statuses: [] });
  expect([none.code, none.remedy]).toEqual([
    'NoStatusAccepted',
    expect.stringContaining('at least one'),
  ]);
});

test('R-021: the documents follow the status; what is not asked for any more keeps its history', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId, register } = await completed(client, invitation);
  const { dossier } = await client.do('submitApplication', { applicationId });
  await maison.olu.do('acceptDocument', {
    ...{ applicationId, documentId: register, version: 1 },
    seenRevision: dossier?.revision,
  });
  const { revision } = await shown(maison.olu, applicationId);
  const reason = 'Please check your status.';
  await maison.olu.do('returnApplication', { applicationId, seenRevision: revision, reason });
  await client.do('declareStatus', { applicationId, status: 'employee' });
  const asked = (await shown(client, applicationId)).items;
  expect(asked.map(({ key, asked: is, state }) => [key, is, state])).toEqual([
    ['cv', true, 'submitted'],
    ['company-register', false, 'notApplicable'],
    ['work-certificate', true, 'missing'],
    ['diplomas', true, 'missing'],
  ]);
  await place(client, applicationId, 'work-certificate');
  expect((await client.do('submitApplication', { applicationId })).dossier?.state).toBe(
    'submitted',
  );
  await settled(house);
  const { documentAuditTrail } = await maison.compliance.ask<{
    documentAuditTrail: { edges: readonly { node: { event: string; from: string | null } }[] };
  }>(
    'query Trail($documentId: ID!) { documentAuditTrail(documentId: $documentId) { edges { node { event from } } } }',
    { documentId: register },
  );
  expect(documentAuditTrail.edges.map(({ node }) => [node.event, node.from])).toEqual([
    ['DocumentAdded', null],
    ['DocumentSelected', 'missing'],
    ['DocumentAccepted', 'submitted'],
    ['DocumentMarkedNotApplicable', 'valid'],
  ]);
});

test('R-021: a place takes as many documents as it says, of the types that it says, and tells what it wants', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await completed(client, invitation);
  await place(client, applicationId, 'diplomas');
  await place(client, applicationId, 'diplomas', 'CV.docx');
  const full = await client
    .do('addDocument', await anUpload(client))
    .then(({ documentId }) =>
      client.tries('selectDocument', { applicationId, item: 'diplomas', documentId }),
    );
  expect([full.code, full.details]).toEqual(['ChecklistItemFull', { maximum: 2 }]);
  const { items } = await shown(client, applicationId);
  expect(items.filter(({ key }) => key === 'diplomas').map(({ state }) => state)).toEqual([
    'submitted',
    'submitted',
  ]);
  expect(items.find(({ key }) => key === 'company-register')?.hint).toBe('De moins de trois mois');
  const { documentId } = await client.do('addDocument', await anUpload(client, 'CV.rtf'));
  const wrong = await client.tries('selectDocument', { applicationId, item: 'cv', documentId });
  expect([wrong.code, wrong.details]).toEqual(['DocumentTypeNotAccepted', { types: ['pdf'] }]);
});

test('R-019: an answer is the candidate’s own words: sealed, and read by who reviews', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId } = await completed(client, invitation);
  const answer = 'Because my grandmother taught me.';
  await client.do('declareRequirement', { applicationId, requirement: 'motivation', answer });
  const answers = async (reader: typeof client) =>
    (await shown(reader, applicationId)).requirements.map(({ asked, outcome, answer: words }) => [
      asked.key,
      outcome,
      words,
    ]);
  expect(await answers(maison.olu)).toEqual([
    ['french', 'met', null],
    ['driving-licence', 'met', null],
    ['motivation', 'answered', answer],
  ]);
  const mismatch = await client.tries('declareRequirement', {
    ...{ applicationId, requirement: 'motivation' },
    claim: true,
  });
  expect([mismatch.code, mismatch.details]).toEqual(['DeclarationMismatch', { kind: 'question' }]);
});

test('R-022, R-023: a link is the organisation’s, one for each campaign; the source stays with who followed it', async () => {
  const { client, candidateId } = await newcomer(house, maison, { campaign: 'Flyers in June' });
  expect((await spaceOf(maison.olu, candidateId)).campaign).toBe('Flyers in June');
  const again = await maison.admin.tries('createInvitation', { campaign: 'Flyers in June' });
  expect(again.code).toBe('CampaignExists');
  await client.do('amendOwnInformation', { information: [{ key: 'area', value: 'Nantes' }] });
  expect((await spaceOf(maison.olu, candidateId)).information).toEqual([
    { key: 'area', value: 'Nantes' },
  ]);
});

test('R-022: a revoked link leads nowhere, for who follows it and for who starts by it; who came before stays', async () => {
  const before = await newcomer(house, maison, { campaign: 'Revoked later' });
  const { applicationId } = await completed(before.client, before.invitation);
  const { recruitmentModule } = await maison.admin.ask<{
    recruitmentModule: { invitations: readonly { invitationId: string; campaign: string }[] };
  }>('{ recruitmentModule { invitations { invitationId campaign } } }');
  const { invitationId } =
    recruitmentModule.invitations.find(({ campaign }) => campaign === 'Revoked later') ?? {};
  await maison.olu.do('revokeInvitation', { invitationId });
  const { invitation } = before;
  const refusals = [
    await house.anybody.refused(
      'query F($token: String!) { invitation(token: $token) { campaign } }',
      {
        token: invitation,
      },
    ),
    await house.anybody.tries('registerCandidate', {
      ...{
        invitation,
        fullName: 'Late Comer',
        email: 'late@example.org',
        password: 'long enough for me',
      },
    }),
  ];
  expect(refusals.map(({ code }) => code)).toEqual(['InvitationRevoked', 'InvitationRevoked']);
  expect((await before.client.do('submitApplication', { applicationId })).dossier?.state).toBe(
    'submitted',
  );
});

test('R-017: switched off, links lead nowhere and no new ones are made; switched on again, all is as before', async () => {
  const pausing = await staffed(house, 'pausing');
  const { client, invitation } = await newcomer(house, pausing);
  const off = await pausing.admin.do('switchRecruitmentModuleOff', {});
  expect(off.recruitmentModule.on).toBe(false);
  const registration = {
    ...{ invitation, fullName: 'Bo Exemple', email: 'bo.later@example.org' },
    password: 'long enough for me',
  };
  const refusals = [
    await house.anybody.tries('registerCandidate', registration),
    await client.tries('startApplication', { invitation }),
    await pausing.olu.tries('createInvitation', { campaign: 'Another' }),
  ];
  expect(refusals.map(({ code }) => code)).toEqual(['ModuleOff', 'ModuleOff', 'ModuleOff']);
  await pausing.admin.do('switchRecruitmentModuleOn', {});
  await house.anybody.do('registerCandidate', registration);
  await client.do('startApplication', { invitation });
});

test('Settings that make no sense are refused with what to do, and change nothing', async () => {
  const version = () =>
    maison.admin.ask<{ recruitmentModule: object }>(
      '{ recruitmentModule { checklistVersion informationVersion requirementsVersion } }',
    );
  const before = await version();
  const twice = [INFORMATION[0], INFORMATION[0]];
  const refusals = [
    await maison.admin.tries('setInformationFields', { fields: twice }),
    await maison.admin.tries('setRequirements', {
      requirements: [REQUIREMENTS[0], REQUIREMENTS[0]],
    }),
    await maison.admin.tries('setChecklist', {
      items: [{ key: 'cv', label: 'CV', required: true, validFor: 'three months' }],
    }),
    await maison.admin.tries('setRequirements', {
      requirements: [{ key: 'x', label: 'X', kind: 'question', mandatory: true, language: 'fr' }],
    }),
    await maison.admin.tries('setIncompleteDeletion', { deleteAfterDays: 7, remindBeforeDays: 7 }),
    await maison.admin.tries('setFinalRejectionPolicy', { kind: 'restrict', period: 'PT1H' }),
  ];
  expect(refusals.map(({ code }) => code)).toEqual([
    'InformationKeyRepeated',
    'RequirementKeyRepeated',
    'PeriodNotWhole',
    'InvalidInput',
    'ReminderBeforeStart',
    'PeriodNotWhole',
  ]);
  expect(await version()).toEqual(before);
});
