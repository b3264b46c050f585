import { put, type Client } from '../support/client.ts';
import { mutationText } from '../support/operations.ts';
import { deposit, sample, staffed, upload, type Staff } from '../support/people.ts';
import { passUntil, settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { completed, configured, decide, newcomer, shown } from './support.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
});
afterAll(() => house.end());

/** A dossier that was sent, of somebody new. */
const sent = async () => {
  const candidate = await newcomer(house, maison);
  const made = await completed(candidate.client, candidate.invitation);
  await candidate.client.do('submitApplication', { applicationId: made.applicationId });
  return { ...candidate, ...made };
};

const judge = async (
  reviewer: Client,
  verdict: 'acceptDocument' | 'refuseDocument',
  { applicationId, documentId }: { applicationId: string; documentId: string },
  more: object = {},
) => {
  const { revision: seenRevision } = await shown(reviewer, applicationId);
  return reviewer.do(verdict, { applicationId, documentId, version: 1, seenRevision, ...more });
};

test('R-025, R-028: the record has one entry for each document to review, and opens what was uploaded', async () => {
  const { client, applicationId, cv, register } = await sent();
  const diploma = (await deposit(client, 'CV.docx')).documentId;
  expect(diploma).not.toBe(register);
  await settled(house);
  const { reviewSynthesis } = await maison.olu.ask<{
    reviewSynthesis: {
      entries: readonly { item: string; documentId: string | null; asked: boolean }[];
    };
  }>(
    'query Review($applicationId: ID!) { reviewSynthesis(applicationId: $applicationId) { entries { item documentId asked } } }',
    { applicationId },
  );
  expect(reviewSynthesis.entries).toEqual([
    { item: 'cv', documentId: cv, asked: true },
    { item: 'company-register', documentId: register, asked: true },
    { item: 'work-certificate', documentId: null, asked: false },
    { item: 'diplomas', documentId: null, asked: true },
  ]);
  const { url } = await maison.olu.do('requestDownload', {
    applicationId,
    documentId: cv,
    version: 1,
  });
  const file = await fetch(url);
  expect(Buffer.from(await file.arrayBuffer()).equals(await sample('CV.pdf'))).toBe(true);
});

test('R-027: the whole is accepted against a document or a claim only with a reason, which the trail shows', async () => {
  const { applicationId, cv, register } = await sent();
  await judge(maison.olu, 'acceptDocument', { applicationId, documentId: cv });
  const { revision: seenRevision } = await shown(maison.olu, applicationId);
  const refusal = await maison.olu.tries('acceptApplication', { applicationId, seenRevision });
  expect([refusal.code, refusal.details]).toEqual([
    'DocumentsNotAllValid',
    { items: ['company-register'], requirements: ['driving-licence'] },
  ]);
  await judge(
    maison.olu,
    'refuseDocument',
    { applicationId, documentId: register },
    { reason: 'Old.' },
  );
  await decide(maison.olu, 'acceptApplication', applicationId, {
    overrideReason: 'A newer one is coming.',
  });
  await settled(house);
  const { auditTrail } = await maison.olu.ask<{
    auditTrail: { edges: readonly { node: { facts: readonly object[] } }[] };
  }>(
    `query Trail($applicationId: ID!) { auditTrail(applicationId: $applicationId, filter: { events: ["ApplicationAccepted"] }) {
       edges { node { reason from to by { id role } facts { name value } } } } }`,
    { applicationId },
  );
  expect(auditTrail.edges.map(({ node }) => node)).toEqual([
    {
      reason: 'A newer one is coming.',
      from: 'submitted',
      to: 'accepted',
      by: { id: maison.ids.olu, role: 'operator' },
      facts: [{ name: 'overridden', value: '["company-register","driving-licence"]' }],
    },
  ]);
});

test('R-019: a reviewer confirms what was declared, and may take it back; a new declaration asks for it anew', async () => {
  const { client, applicationId } = await sent();
  const confirm = async (confirmed: boolean) => {
    const { revision: seenRevision } = await shown(maison.olu, applicationId);
    const requirement = 'driving-licence';
    return maison.olu.do('confirmRequirement', {
      applicationId,
      seenRevision,
      requirement,
      confirmed,
    });
  };
  const known = async () =>
    (await shown(maison.olu, applicationId)).requirements.find(
      ({ asked }) => asked.key === 'driving-licence',
    );
  await confirm(true);
  expect(await known()).toMatchObject({ outcome: 'met', confirmed: true });
  await confirm(false);
  expect(await known()).toMatchObject({ confirmed: false });
  await decide(maison.olu, 'returnApplication', applicationId);
  const again = { applicationId, requirement: 'driving-licence', claim: true };
  await client.do('declareRequirement', again);
  expect(await known()).toMatchObject({ outcome: 'met', confirmed: null });
});

test('A.4: a verdict moves both ways, and each refusal says why it is one', async () => {
  const { client, applicationId, cv, invitation } = await sent();
  const about = { applicationId, documentId: cv };
  await judge(maison.olu, 'acceptDocument', about);
  const { revision: seenRevision } = await shown(maison.olu, applicationId);
  const tries = async (name: 'acceptDocument' | 'returnApplication', more: object) =>
    (await maison.olu.tries(name, { ...about, seenRevision, ...more })).code;
  expect(await tries('acceptDocument', { version: 1 })).toBe('VerdictUnchanged');
  expect(await tries('acceptDocument', { version: 2 })).toBe('VersionNotInApplication');
  await judge(maison.olu, 'refuseDocument', about, { reason: 'On second thoughts.' });
  await judge(maison.olu, 'acceptDocument', about);

  await client.do('withdrawApplication', { applicationId });
  const late = await shown(maison.olu, applicationId);
  const after = { applicationId, seenRevision: late.revision };
  expect([
    late.state,
    (await maison.olu.tries('acceptApplication', after)).code,
    (
      await maison.olu.tries('refuseDocument', {
        ...after,
        documentId: cv,
        version: 1,
        reason: 'No.',
      })
    ).code,
    (await client.tries('submitApplication', { applicationId })).code,
  ]).toEqual([
    'withdrawn',
    'ApplicationWithdrawn',
    'ApplicationNotReviewable',
    'ApplicationNotEditable',
  ]);
  // What was withdrawn can be begun anew, under the same name.
  const anew = await client.do('startApplication', { invitation });
  expect([anew.applicationId, anew.dossier?.state]).toEqual([applicationId, 'draft']);
});

test('A.4: a verdict holds as long as its item says; what has expired is a task, and can be replaced alone', async () => {
  const elsewhere = await running();
  try {
    const staff = await staffed(elsewhere);
    await configured(staff);
    const { client, invitation } = await newcomer(elsewhere, staff);
    const { applicationId, cv, register } = await completed(client, invitation);
    await client.do('submitApplication', { applicationId });
    await judge(staff.olu, 'acceptDocument', { applicationId, documentId: cv });
    await judge(staff.olu, 'acceptDocument', { applicationId, documentId: register });
    await decide(staff.olu, 'acceptApplication', applicationId, {
      overrideReason: 'Licence seen.',
    });
    const of = async (key: string) =>
      (await shown(staff.olu, applicationId)).items.find((item) => item.key === key);
    // Accepted on 2 March, for three months, in Paris.
    expect((await of('company-register'))?.validUntil).toBe('2026-06-01T22:00:00.000Z');

    await passUntil(elsewhere, '2026-06-01T21:59:59.000Z');
    expect((await shown(staff.olu, applicationId)).queue).toBeNull();
    await passUntil(elsewhere, '2026-06-01T22:00:00.000Z');
    expect([
      (await of('company-register'))?.state,
      (await shown(staff.olu, applicationId)).queue,
    ]).toEqual(['expired', 'expired']);

    const replace = async (documentId: string) =>
      client.do('replaceDocument', {
        documentId,
        uploadId: await upload(client, await sample('CV.rtf')),
        fileName: 'newer.rtf',
      });
    await replace(register);
    await replace(cv);
    await settled(elsewhere);
    expect([(await of('company-register'))?.state, (await of('cv'))?.state]).toEqual([
      'submitted',
      'valid',
    ]);
    expect((await shown(staff.olu, applicationId)).queue).toBe('toReview');
  } finally {
    await elsewhere.end();
  }
});

test('Queues: what waits longest comes first, by reviewer, with how many there are', async () => {
  const elsewhere = await running();
  try {
    const staff = await staffed(elsewhere);
    await configured(staff);
    const ids: string[] = [];
    for (const minute of [1, 2, 3]) {
      elsewhere.clock.advance(60_000);
      const { client, invitation } = await newcomer(elsewhere, staff, {
        fullName: `Number ${minute}`,
      });
      const { applicationId } = await completed(client, invitation);
      elsewhere.clock.advance(60_000);
      if (minute < 3) await client.do('submitApplication', { applicationId });
      ids.push(applicationId);
    }
    const [first, second, third] = ids as [string, string, string];
    await staff.noor.do('assignReviewer', { applicationId: second, reviewerId: staff.ids.olu });
    await settled(elsewhere);
    const { queueCounts } = await staff.olu.ask<{ queueCounts: object }>(
      '{ queueCounts { toReview waitingForCandidate expired mine unassigned } }',
    );
    expect(queueCounts).toEqual({
      ...{ toReview: 2, waitingForCandidate: 1, expired: 0 },
      ...{ mine: 1, unassigned: 1 },
    });
    const waiting = async (more: string) =>
      (
        await staff.olu.ask<{
          queue: { edges: readonly { node: { applicationId: string; reviewer: object | null } }[] };
        }>(`{ queue(${more}) { edges { node { applicationId reviewer { id name } } } } }`)
      ).queue.edges.map(({ node }) => node);
    const olu = { id: staff.ids.olu, name: 'Olu of maison' };
    expect(await waiting('queue: toReview')).toEqual([
      { applicationId: first, reviewer: null },
      { applicationId: second, reviewer: olu },
    ]);
    expect(await waiting(`queue: toReview, reviewerId: "${staff.ids.olu}"`)).toHaveLength(1);
    expect(await waiting('queue: toReview, unassigned: true')).toEqual([
      { applicationId: first, reviewer: null },
    ]);
    expect(await waiting('queue: waitingForCandidate')).toEqual([
      { applicationId: third, reviewer: null },
    ]);
    const nobody = await staff.olu.tries('assignReviewer', {
      ...{ applicationId: first, reviewerId: first },
    });
    expect(nobody.code).toBe('ReviewerUnknown');
  } finally {
    await elsewhere.end();
  }
});

test('R-026: a document is renamed and removed by its owner; what was sent holds on to it', async () => {
  const { client, applicationId, cv } = await sent();
  await client.do('renameDocument', { documentId: cv, fileName: 'Curriculum vitae.pdf' });
  const inUse = await client.tries('removeDocument', { documentId: cv });
  expect(inUse.code).toBe('DocumentInUse');
  await decide(maison.olu, 'returnApplication', applicationId);
  const { url } = await client.do('requestDownload', { documentId: cv, version: 1 });
  await client.do('removeDocument', { documentId: cv });
  await settled(house);
  const { items } = await shown(client, applicationId);
  expect(items.find(({ key }) => key === 'cv')).toMatchObject({
    state: 'missing',
    documentId: null,
  });
  expect((await fetch(url)).status).toBe(404);
});

test('R-026: a removal and a submission at the same moment leave a dossier that can be read as it was sent', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { client, invitation } = await newcomer(house, maison);
    const { applicationId, cv } = await completed(client, invitation);
    await Promise.all([
      client.send(mutationText('removeDocument'), { input: { documentId: cv } }),
      client.send(mutationText('submitApplication'), { input: { applicationId } }),
    ]);
    await settled(house);
    const { state, items } = await shown(maison.olu, applicationId);
    const held = items.find(({ key }) => key === 'cv')?.documentId;
    // Whoever was first: what was sent is there, or nothing was sent.
    expect([state, held]).toEqual(state === 'submitted' ? ['submitted', cv] : ['draft', null]);
    if (held) await maison.olu.do('requestDownload', { applicationId, documentId: cv, version: 1 });
  }
});

test('R-021: a version of a type that its place does not take stays out of the dossier', async () => {
  const { client, invitation } = await newcomer(house, maison);
  const { applicationId, cv } = await completed(client, invitation);
  await client.do('replaceDocument', {
    documentId: cv,
    uploadId: await upload(client, await sample('CV.docx')),
    fileName: 'CV.docx',
  });
  await settled(house);
  const { dossier } = await client.do('submitApplication', { applicationId });
  expect(dossier?.items.find(({ key }) => key === 'cv')?.document?.mediaType).toBe(
    'application/pdf',
  );
});

test('R-018: what was sent keeps the information that it needs; it can be changed, not cleared', async () => {
  const { client, applicationId } = await sent();
  const amend = (value: string) => ({ information: [{ key: 'phone', value }] });
  const refusal = await client.tries('amendOwnInformation', amend(''));
  expect([refusal.code, refusal.details]).toEqual(['InformationMandatory', { fields: ['phone'] }]);
  await client.do('amendOwnInformation', amend('07 00 00 00 00'));
  await client.do('withdrawApplication', { applicationId });
  await client.do('amendOwnInformation', amend(''));
});

test('Files that are not what they say, are empty or too large are refused, and nothing is lost', async () => {
  const { client } = await newcomer(house, maison);
  const refusalOf = async (bytes: Uint8Array) => {
    const { url } = await client.do('requestUpload');
    const { status, text } = await put(url, bytes);
    return [status, (JSON.parse(text) as { code?: string }).code];
  };
  const pdf = await sample('CV.pdf');
  expect([
    await refusalOf(Buffer.from('MZ\u0090\u0000 not a document')),
    await refusalOf(new Uint8Array()),
    await refusalOf(Buffer.concat([pdf, Buffer.alloc(2_000_000)])),
  ]).toEqual([
    [422, 'FileTypeNotAccepted'],
    [422, 'FileEmpty'],
    [413, 'FileTooLarge'],
  ]);
  await deposit(client, 'CV.pdf');
});
