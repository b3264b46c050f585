import { agree, deposit, registered, staffed, type Staff } from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
});
afterAll(() => house.end());

test('R-115: without consent nothing is sent, both gaps are told at once, and nothing is lost', async () => {
  const invitation = await maison.invite();
  const { client: ada } = await registered(house, maison, invitation, {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const { applicationId } = await ada.do('startApplication', { invitation });
  const { documentId } = await deposit(ada, 'CV.pdf');
  await ada.do('selectDocument', { applicationId, item: 'cv', documentId });
  const before = await dossierOf(ada, applicationId);

  expect(await ada.tries('submitApplication', { applicationId })).toMatchObject({
    code: 'ConsentMissing',
    remedy: 'Grant consent first, then submit again.',
    details: { missingItems: ['diploma'] },
  });
  expect(await dossierOf(ada, applicationId)).toEqual(before);

  await agree(ada);
  expect(await ada.tries('submitApplication', { applicationId })).toMatchObject({
    code: 'ApplicationIncomplete',
    details: { missingItems: ['diploma'] },
  });

  const { documentId: diploma } = await deposit(ada, 'CV.docx');
  await ada.do('selectDocument', { applicationId, item: 'diploma', documentId: diploma });
  const { dossier } = await ada.do('submitApplication', { applicationId });
  expect(dossier?.state).toBe('submitted');
});

test('R-115: where the legal basis is another one, consent is not asked for', async () => {
  await maison.admin.do('setLegalBasis', { legalBasis: 'legitimate-interest' });
  await maison.admin.do('setChecklist', { items: [] });
  const invitation = await maison.invite('Archive');
  const { client: bo } = await registered(house, maison, invitation, {
    fullName: 'Bo Exemple',
    email: 'bo@example.org',
  });
  const { applicationId } = await bo.do('startApplication', { invitation });
  const { dossier } = await bo.do('submitApplication', { applicationId });
  expect(dossier?.state).toBe('submitted');
});
