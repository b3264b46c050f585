import { randomUUID } from 'node:crypto';
import { registered, staffed, submitted, type Staff } from '../support/people.ts';
import { dossierOf, synthesisOf, trailOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
});
afterAll(() => house.end());

test('R-026, R-028: a document is found valid, then not: who, when, why, on which version', async () => {
  const invitation = await maison.invite();
  const ada = await registered(house, maison, invitation, {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const { applicationId, cv } = await submitted(ada.client, invitation);

  house.clock.set('2026-03-03T08:30:00.000Z');
  const seen = await dossierOf(maison.olu, applicationId);
  const document = { applicationId, documentId: cv, version: 1 };
  const accepting = randomUUID();
  const accepted = await maison.olu.do('acceptDocument', {
    ...document,
    seenRevision: seen.revision,
    commandId: accepting,
  });
  expect(accepted.reviewSynthesis?.entries[0]).toMatchObject({ item: 'cv', state: 'valid' });

  house.clock.set('2026-03-05T16:45:00.000Z');
  const refusing = randomUUID();
  const refused = await maison.noor.do('refuseDocument', {
    ...document,
    seenRevision: accepted.revision,
    reason: 'The second page is missing.',
    commandId: refusing,
  });
  expect(refused.reviewSynthesis?.entries[0]).toMatchObject({
    item: 'cv',
    state: 'refused',
    version: 1,
    verdict: { at: '2026-03-05T16:45:00.000Z', reason: 'The second page is missing.' },
  });

  const [, , ...verdicts] = await trailOf(maison.olu, cv);
  const { contentHash } = (await synthesisOf(maison.olu, applicationId)).entries[0] ?? {};
  const about = { applicationId, item: 'cv', version: 1, contentHash, comment: null };
  expect(verdicts.map(({ eventId: _, position: __, ...told }) => told)).toEqual([
    {
      ...about,
      event: 'DocumentAccepted',
      at: '2026-03-03T08:30:00.000Z',
      by: { kind: 'account', id: maison.ids.olu, role: 'operator', name: 'Olu of maison' },
      from: 'submitted',
      to: 'valid',
      reason: null,
      command: 'AcceptDocument',
      commandId: accepting,
      causationId: accepting,
    },
    {
      ...about,
      event: 'DocumentRefused',
      at: '2026-03-05T16:45:00.000Z',
      by: { kind: 'account', id: maison.ids.noor, role: 'operator', name: 'Noor of maison' },
      from: 'valid',
      to: 'refused',
      reason: 'The second page is missing.',
      command: 'RefuseDocument',
      commandId: refusing,
      causationId: refusing,
    },
  ]);
});
