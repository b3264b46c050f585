import { registered, sample, staffed, submitted, upload, type Staff } from '../support/people.ts';
import { dossierOf, synthesisOf, trailOf } from '../support/reading.ts';
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

/** A dossier that both operators have read at the same revision. */
const readByBoth = async (name: string) => {
  const candidate = await registered(house, maison, invitation, {
    fullName: `${name} Exemple`,
    email: `${name.toLowerCase()}@example.org`,
  });
  const dossier = await submitted(candidate.client, invitation);
  const { applicationId, revision: seenRevision, cv, diploma } = dossier;
  return {
    candidate: candidate.client,
    cv,
    applicationId,
    seenRevision,
    onCv: { applicationId, seenRevision, documentId: cv, version: 1 },
    onDiploma: { applicationId, seenRevision, documentId: diploma, version: 1 },
  };
};

const reason = 'The second page is missing.';

describe('F-04, R-026: two operators decide about the same document:', () => {
  test('minutes later, the second is told who did what and when, and decides anew', async () => {
    const { onCv, applicationId, cv } = await readByBoth('Ada');
    house.clock.set('2026-03-02T14:00:00.000Z');
    await maison.olu.do('acceptDocument', onCv);
    house.clock.set('2026-03-02T14:07:00.000Z');
    const refusal = await maison.noor.tries('refuseDocument', { ...onCv, reason });
    const { revision } = await dossierOf(maison.noor, applicationId);
    expect(refusal).toEqual({
      code: 'ChangedSinceSeen',
      message: 'What you decide about has changed since you read it.',
      remedy: 'Read it again, see who changed what in the details, then decide.',
      retry: 'never',
      details: {
        revision,
        changes: [
          {
            event: 'DocumentAccepted',
            at: '2026-03-02T14:00:00.000Z',
            by: { kind: 'account', id: maison.ids.olu, role: 'operator' },
            revision,
          },
        ],
      },
    });
    expect((await trailOf(maison.olu, cv)).map(({ to }) => to)).toEqual([
      null,
      'submitted',
      'valid',
    ]);

    await maison.noor.do('refuseDocument', { ...onCv, seenRevision: revision, reason });
    expect((await synthesisOf(maison.olu, applicationId)).entries[0]?.state).toBe('refused');
  });

  test('at the same moment, one of them decides and the other is told', async () => {
    const { onCv, cv } = await readByBoth('Bo');
    const query = (name: string) =>
      `mutation Decide($input: ${name === 'acceptDocument' ? 'Accept' : 'Refuse'}DocumentInput!) { ${name}(input: $input) { revision } }`;
    const answers = await Promise.all([
      maison.olu.send(query('acceptDocument'), { input: onCv }),
      maison.noor.send(query('refuseDocument'), { input: { ...onCv, reason } }),
    ]);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    expect(codes).toEqual(['ChangedSinceSeen']);
    expect(await trailOf(maison.olu, cv)).toHaveLength(3);
  });

  test('about different documents, neither is in the other’s way', async () => {
    const { onCv, onDiploma, applicationId } = await readByBoth('Cas');
    await maison.olu.do('acceptDocument', onCv);
    await maison.noor.do('acceptDocument', onDiploma);
    expect((await synthesisOf(maison.olu, applicationId)).entries).toMatchObject([
      { state: 'valid' },
      { state: 'valid' },
      { state: 'missing' },
    ]);
  });

  test('about the whole, every verdict since counts, and remarks do not', async () => {
    const { onCv, applicationId, seenRevision } = await readByBoth('Dee');
    const { seenRevision: _, ...remark } = onCv;
    await maison.olu.do('commentOnDocument', { ...remark, comment: 'Looks good.' });
    await maison.olu.do('acceptDocument', onCv);
    const whole = { applicationId, seenRevision, reason };
    const { code, details } = await maison.noor.tries('returnApplication', whole);
    expect(code).toBe('ChangedSinceSeen');
    expect(details?.['changes']).toMatchObject([{ event: 'DocumentAccepted' }]);
  });
});

test('R-026: a verdict on a version that its owner has replaced is refused, and says by whom', async () => {
  const { candidate, onCv, applicationId } = await readByBoth('Eli');
  const uploadId = await upload(candidate, await sample('CV.rtf'));
  const { documentId } = onCv;
  await candidate.do('replaceDocument', { documentId, uploadId, fileName: 'CV.rtf' });
  await house.server.house.settled();
  const { details } = await maison.olu.tries('acceptDocument', onCv);
  expect(details?.['changes']).toMatchObject([
    { event: 'DocumentRepinned', by: { kind: 'saga', id: 'changedDocument', role: 'system' } },
  ]);
  const { revision } = await dossierOf(maison.olu, applicationId);
  expect(
    await maison.olu.tries('acceptDocument', { ...onCv, seenRevision: revision }),
  ).toMatchObject({ code: 'VersionNotInApplication', details: { version: 2 } });
});

test('R-027: the whole is accepted over a document that is not valid only with a reason', async () => {
  const { applicationId, seenRevision } = await readByBoth('Fay');
  const whole = { applicationId, seenRevision };
  expect(await maison.olu.tries('acceptApplication', whole)).toMatchObject({
    code: 'DocumentsNotAllValid',
    details: { items: ['cv', 'diploma'] },
  });
  const overrideReason = 'We know her from last year.';
  await maison.olu.do('acceptApplication', { ...whole, overrideReason });
  const { reviewSynthesis } = await maison.noor.ask<{ reviewSynthesis: object }>(
    'query S($id: ID!) { reviewSynthesis(applicationId: $id) { state decision { reason by { name } } } }',
    { id: applicationId },
  );
  expect(reviewSynthesis).toEqual({
    state: 'accepted',
    decision: { reason: overrideReason, by: { name: 'Olu of maison' } },
  });
});
