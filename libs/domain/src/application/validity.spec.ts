import type { DomainEvent } from '@vivier/kernel';
import { deciderWords, operator, organisation, sagaNamed, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adasVault, cv, cvReplaced, letter, portfolio } from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents } from './application.events.ts';
import {
  cvPlaced,
  dossierId,
  employee,
  fullDossier,
  newerCvPlaced,
  placed,
  selfEmployed,
  submitted,
  submittedDossier,
  wholeAccepted,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = operator('otto');
const clock = sagaNamed('verdictExpiry');
const applicationId = dossierId;
const about = { applicationId, documentId: cv.documentId, version: 1 };
const at = '2026-03-03T09:00:00.000Z';

const inZone = (zone: string) =>
  settingsOf(
    organisation,
    recruitmentModuleEvents.IncompleteDeletionSet({
      deleteAfterDays: 0,
      remindBeforeDays: 0,
      zone,
    }),
  );

describe('A.4: a verdict may hold only for a time', () => {
  test.each([
    ['Europe/Paris', '2026-06-30', '2026-06-30T22:00:00.000Z'],
    ['Pacific/Auckland', '2026-06-30', '2026-06-30T12:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-06-30', '2026-06-30T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-06-30', '2026-07-01T11:00:00.000Z'],
  ])('in %s, until the end of %s', (zone, validUntil, end) =>
    given(inZone(zone), submittedDossier())
      .when('AcceptDocument', { ...about, validUntil }, { by, at })
      .then(events.DocumentAccepted({ ...cvPlaced, from: 'submitted', validUntil: end })),
  );

  test('today still counts, yesterday is over', async () => {
    await given(submittedDossier())
      .when('AcceptDocument', { ...about, validUntil: '2026-03-03' }, { by, at })
      .then(
        events.DocumentAccepted({
          ...cvPlaced,
          from: 'submitted',
          validUntil: '2026-03-03T23:00:00.000Z',
        }),
      );
    await given(submittedDossier())
      .when('AcceptDocument', { ...about, validUntil: '2026-03-02' }, { by, at })
      .thenRejected('ValidityPast');
  });

  test('what is no day is not taken', () =>
    given(submittedDossier())
      .when('AcceptDocument', { ...about, validUntil: '2026-02-30' }, { by, at })
      .thenRejected('InvalidInput', { fields: { validUntil: 'invalid_format' } }));

  const insurance = placed('insurance', letter);
  const insured = events.DocumentSelected({ ...insurance, from: 'missing' });
  const aboutInsurance = { ...about, documentId: letter.documentId };

  test('the place’s own period counts from the verdict, and a day that is given comes first', async () => {
    await given(fullDossier(selfEmployed, insured))
      .when('AcceptDocument', aboutInsurance, { by, at })
      .then(
        events.DocumentAccepted({
          ...insurance,
          from: 'submitted',
          validUntil: '2026-06-02T22:00:00.000Z',
        }),
      );
    await given(fullDossier(selfEmployed, insured))
      .when('AcceptDocument', { ...aboutInsurance, validUntil: '2027-01-31' }, { by, at })
      .then(
        events.DocumentAccepted({
          ...insurance,
          from: 'submitted',
          validUntil: '2027-01-31T23:00:00.000Z',
        }),
      );
  });

  test('what is not asked for any more gets no verdict', async () => {
    const not = events.DocumentMarkedNotApplicable({ ...insurance, from: 'submitted' });
    for (const [name, more] of [
      ['AcceptDocument', {}],
      ['RefuseDocument', { reason: 'Too old.' }],
      ['CommentOnDocument', { comment: 'Too old.' }],
    ] as const)
      await given(fullDossier(selfEmployed, insured, employee, not))
        .when(name, { ...aboutInsurance, ...more }, { by })
        .thenRejected('DocumentNotApplicable');
  });
});

const end = '2026-06-30T22:00:00.000Z';
const accepted = (validUntil?: string): DomainEvent =>
  applicationEvents.DocumentAccepted({
    ...cvPlaced,
    from: 'submitted',
    ...(validUntil !== undefined && { validUntil }),
  });
const expired = applicationEvents.DocumentExpired({
  ...cvPlaced,
  from: 'valid',
  validUntil: end,
});

describe('A.4: a verdict that held until now', () => {
  test('expires at its end, not before', async () => {
    await given(submittedDossier(accepted(end), wholeAccepted))
      .when('ExpireDocument', about, { by: clock, at: end })
      .then(expired);
    await given(submittedDossier(accepted(end), wholeAccepted))
      .when('ExpireDocument', about, { by: clock, at: '2026-06-30T21:59:59.999Z' })
      .then();
  });

  test('does not expire where it holds for ever, changed since, or was replaced', async () => {
    const refused = events.DocumentRefused({ ...cvPlaced, from: 'valid', reason: 'Forged.' });
    const repinned = events.DocumentRepinned({
      ...newerCvPlaced,
      previousVersion: 1,
      from: 'valid',
    });
    const newer = events.DocumentAccepted({
      ...newerCvPlaced,
      from: 'submitted',
      validUntil: end,
    });
    for (const history of [
      submittedDossier(accepted()),
      submittedDossier(accepted(end), refused),
      submittedDossier(accepted(end), repinned, newer),
      submittedDossier(accepted(end), expired),
      fullDossier(submitted),
    ])
      await given(history).when('ExpireDocument', about, { by: clock, at: end }).then();
  });

  test('is given again, or taken away, by a reviewer', async () => {
    await given(submittedDossier(accepted(end), wholeAccepted, expired))
      .when('AcceptDocument', about, { by, at: end })
      .then(events.DocumentAccepted({ ...cvPlaced, from: 'expired' }));
    await given(submittedDossier(accepted(end), wholeAccepted, expired))
      .when('RefuseDocument', { ...about, reason: 'Too old.' }, { by, at: end })
      .then(events.DocumentRefused({ ...cvPlaced, from: 'expired', reason: 'Too old.' }));
  });

  test('lets the candidate replace that document of an accepted dossier, and no other', async () => {
    const repin = { applicationId, documentId: cv.documentId };
    const saga = sagaNamed('changedDocument');
    await given(adasVault(cvReplaced), submittedDossier(accepted(end), wholeAccepted, expired))
      .when('RepinDocument', repin, { by: saga })
      .then(
        events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'expired' }),
        events.DocumentVerdictReset({ ...newerCvPlaced, from: 'expired' }),
      );
    await given(adasVault(cvReplaced), submittedDossier(accepted(end), wholeAccepted))
      .when('RepinDocument', repin, { by: saga })
      .then();
    await given(adasVault(cvReplaced), submittedDossier(accepted(end), wholeAccepted, expired))
      .when('RepinDocument', { ...repin, documentId: portfolio.documentId }, { by: saga })
      .then();
  });
});
