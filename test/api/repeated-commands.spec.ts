import { randomUUID } from 'node:crypto';
import type { Client, Variables } from '../support/client.ts';
import { mutationText, type MutationName } from '../support/operations.ts';
import {
  CHECKLIST,
  PASSWORD,
  registered,
  sample,
  signIn,
  staffed,
  submitted,
  upload,
  type Staff,
} from '../support/people.ts';
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

const head = (): Promise<number> => house.server.house.store.head();

/**
 * Sends a mutation, sends it again, and then another one under the same id, in the same stream: the
 * second answer is the first one's bytes, the third is refused, and one of the three changed the log.
 */
const once = async <Payload>(
  who: Client,
  name: MutationName,
  input: Variables,
  other: readonly [MutationName, Variables],
  query = mutationText(name),
): Promise<Payload> => {
  const commandId = randomUUID();
  const before = await head();
  const first = await who.send<Record<string, Payload>>(query, {
    input: { ...input, commandId },
  });
  expect(first.errors).toEqual([]);
  await house.server.house.settled();
  const after = await head();
  expect(after).toBeGreaterThan(before);

  const again = await who.send(query, {
    input: { ...input, commandId: commandId.toUpperCase() },
  });
  expect(again.text).toBe(first.text);
  expect(await who.tries(other[0], { ...other[1], commandId })).toMatchObject({
    code: 'CommandIdReused',
    remedy: 'Use a new commandId for each new command; repeat one only with the same input.',
  });
  expect(await head()).toBe(after);
  return first.data?.[name] as Payload;
};

describe('The same commandId is the same command, once:', () => {
  test('what an admin sets', async () => {
    const { admin } = maison;
    const items = CHECKLIST.slice(0, 2);
    await once(admin, 'setChecklist', { items }, ['setChecklist', { items: CHECKLIST }]);
    const pre = { legalBasis: 'pre-contract' };
    await once(admin, 'setLegalBasis', pre, ['setLegalBasis', { legalBasis: 'consent' }]);
    await admin.do('setLegalBasis', { legalBasis: 'consent' });
    const campaign = { campaign: 'Repeated' };
    await once(admin, 'createInvitation', campaign, ['createInvitation', { campaign: 'Other' }]);
    await once(admin, 'createInvitation', { campaign: 'Again' }, ['setLegalBasis', pre]);
  });

  test('what a candidate does', async () => {
    const ada = { fullName: 'Ada Exemple', email: 'ada@example.org', password: PASSWORD };
    const registration = { invitation, ...ada };
    await once(house.anybody, 'registerCandidate', registration, [
      'registerCandidate',
      { ...registration, fullName: 'Ada Autre' },
    ]);
    const client = await signIn(house, 'maison', ada.email);

    const consent = { textVersion: 'recruitment-1' };
    await once(client, 'grantConsent', consent, ['grantConsent', { textVersion: 'recruitment-0' }]);

    const [one, two, three] = [
      await upload(client, await sample('CV.pdf')),
      await upload(client, await sample('CV.docx')),
      await upload(client, await sample('CV.rtf')),
    ];
    const file = { uploadId: one, fileName: 'CV.pdf' };
    const { documentId } = await once<{ documentId: string }>(client, 'addDocument', file, [
      'addDocument',
      { ...file, fileName: 'Other.pdf' },
    ]);
    const second = { documentId, uploadId: two, fileName: 'CV.docx' };
    await once(client, 'replaceDocument', second, [
      'addDocument',
      { uploadId: three, fileName: 'CV.rtf' },
    ]);

    const commandId = randomUUID();
    const start = mutationText('startApplication');
    const started = await client.send(start, { input: { invitation, commandId } });
    expect((await client.send(start, { input: { invitation, commandId } })).text).toBe(
      started.text,
    );
    const { applicationId } = (started.data as { startApplication: { applicationId: string } })
      .startApplication;
    expect((await client.tries('submitApplication', { applicationId, commandId })).code).toBe(
      'CommandIdReused',
    );
    expect((await client.tries('startApplication', { invitation })).code).toBe('ApplicationExists');

    const place = { applicationId, item: 'cv', documentId };
    await once(client, 'selectDocument', place, ['selectDocument', { ...place, item: 'diploma' }]);
    const diploma = await client.do('addDocument', { uploadId: three, fileName: 'CV.rtf' });
    const other = { applicationId, item: 'diploma', documentId: diploma.documentId };
    await client.do('selectDocument', other);
    await once(client, 'submitApplication', { applicationId }, ['selectDocument', other]);
  });

  test('what an operator decides', async () => {
    const { client } = await registered(house, maison, invitation, {
      fullName: 'Bo Exemple',
      email: 'bo@example.org',
    });
    const { applicationId, cv, revision } = await submitted(client, invitation);
    const document = { applicationId, documentId: cv, version: 1 };
    let seenRevision = revision;
    const decided = async (
      name: MutationName,
      input: Variables,
      other: readonly [MutationName, Variables],
      query?: string,
    ) => {
      const seen = { seenRevision };
      const payload = await once<{ revision: number }>(
        maison.olu,
        name,
        { ...input, ...(name !== 'commentOnDocument' && seen) },
        [other[0], { ...other[1], ...(other[0] !== 'commentOnDocument' && seen) }],
        query,
      );
      seenRevision = payload.revision;
    };
    const because = (reason: string) => ({ ...document, reason });
    await decided('acceptDocument', document, ['refuseDocument', because('No.')]);
    await decided('refuseDocument', because('One.'), ['refuseDocument', because('Another.')]);
    await decided('commentOnDocument', { ...document, comment: 'One.' }, [
      'commentOnDocument',
      { ...document, comment: 'Another.' },
    ]);
    const whole = { applicationId, reason: 'One.' };
    const elsewise = { applicationId, reason: 'Another.' };
    await decided('returnApplication', whole, ['returnApplication', elsewise]);
    await decided('acceptApplication', { applicationId, overrideReason: 'One.' }, [
      'acceptApplication',
      { applicationId, overrideReason: 'Another.' },
    ]);
    // The dossier that it shows is erased by now, and with it what its input was compared by.
    const rejecting = `mutation Send($input: RejectApplicationFinallyInput!) {
      rejectApplicationFinally(input: $input) { position commandId applicationId revision } }`;
    await decided('rejectApplicationFinally', whole, ['returnApplication', elsewise], rejecting);
  });
});

test('A repetition gives the first outcome even when the state has moved on since', async () => {
  const { client } = await registered(house, maison, invitation, {
    fullName: 'Cas Exemple',
    email: 'cas@example.org',
  });
  const { applicationId, cv, revision } = await submitted(client, invitation);
  const document = { applicationId, documentId: cv, version: 1 };
  const accepting = { ...document, seenRevision: revision, commandId: randomUUID() };
  const accepted = await maison.olu.do('acceptDocument', accepting);
  await maison.noor.do('refuseDocument', {
    ...document,
    seenRevision: accepted.revision,
    reason: 'No.',
  });
  const repeated = await maison.olu.do('acceptDocument', accepting);
  expect(repeated.revision).toBe(accepted.revision);
  expect(repeated.position).toBe(accepted.position);
  // What the dossier is by now is told as it is.
  expect(repeated.reviewSynthesis?.entries[0]?.state).toBe('refused');
});

test('Two people may use the same id without knowing of one another', async () => {
  const { client } = await registered(house, maison, invitation, {
    fullName: 'Dee Exemple',
    email: 'dee@example.org',
  });
  const { applicationId, cv } = await submitted(client, invitation);
  const remark = { applicationId, documentId: cv, version: 1, commandId: randomUUID() };
  const one = await maison.olu.do('commentOnDocument', { ...remark, comment: 'One.' });
  const two = await maison.noor.do('commentOnDocument', { ...remark, comment: 'Two.' });
  expect(two.revision).toBe(one.revision + 1);
});

test('A repeated request for an upload hands out another address for the same upload, until it is complete', async () => {
  const { client } = await registered(house, maison, invitation, {
    fullName: 'Eli Exemple',
    email: 'eli@example.org',
  });
  const commandId = randomUUID();
  const first = await client.do('requestUpload', { commandId });
  const second = await client.do('requestUpload', { commandId });
  expect(second.uploadId).toBe(first.uploadId);
  expect(second.url).not.toBe(first.url);
  const bytes = await sample('CV.pdf');
  expect((await fetch(first.url ?? '', { method: 'PUT', body: bytes })).status).toBe(404);
  expect((await fetch(second.url ?? '', { method: 'PUT', body: bytes })).status).toBe(201);
  expect(await client.do('requestUpload', { commandId })).toMatchObject({
    uploadId: first.uploadId,
    url: null,
  });
});
