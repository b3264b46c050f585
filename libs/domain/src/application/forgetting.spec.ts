import {
  candidateSelf,
  deciderWords,
  derive,
  operator,
  organisation,
  sagaNamed,
  told,
} from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { candidateEvents } from '../candidate/candidate.events.ts';
import { adaErased, adaId, adasVault } from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents, type MessageId } from './application.events.ts';
import {
  cvSelected,
  dossier,
  dossierId,
  forgotten,
  letterSelected,
  submitted,
  submittedDossier,
  wholeAccepted,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const { IncompleteDeletionSet, RecruitmentModuleSwitchedOff, RecruitmentModuleSwitchedOn } =
  recruitmentModuleEvents;
const by = sagaNamed('incompleteDossier');
const forget = { applicationId: dossierId, because: 'incomplete' } as const;
const gone = events.DossierForgotten({ ...forget, candidateId: adaId });

const deletion = (deleteAfterDays: number) =>
  IncompleteDeletionSet({ deleteAfterDays, remindBeforeDays: 0, zone: 'Europe/Paris' });
const after30 = settingsOf(organisation, deletion(30));
/** What happened before happened on 2 March 2026: the thirtieth day after, and the last before. */
const due = '2026-03-31T22:00:00.000Z';
const dayBefore = '2026-03-31T21:59:00.000Z';

describe('R-033: an incomplete dossier', () => {
  test('is forgotten when its days are over, not before', async () => {
    await given(after30, dossier(cvSelected))
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone);
    await given(after30, dossier(cvSelected))
      .when('ForgetDossier', forget, { by, at: dayBefore })
      .then();
  });

  test('R-031: that was returned is forgotten too', () =>
    given(after30, submittedDossier(wholeReturned))
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone));

  test('X-13: is not forgotten while the organisation has it', async () => {
    await given(after30, submittedDossier()).when('ForgetDossier', forget, { by, at: due }).then();
    await given(after30, submittedDossier(wholeAccepted))
      .when('ForgetDossier', forget, { by, at: due })
      .then();
  });

  test('R-035: is never forgotten where the delay is 0 or was never set', async () => {
    const inTenYears = '2036-03-02T09:00:00.000Z';
    for (const settings of [
      settingsOf(organisation),
      settingsOf(organisation, deletion(30), deletion(0)),
    ])
      await given(settings, dossier()).when('ForgetDossier', forget, { by, at: inTenYears }).then();
  });

  test('R-017: is not forgotten while the module is off', async () => {
    const off = RecruitmentModuleSwitchedOff({});
    const on = RecruitmentModuleSwitchedOn({});
    await given(settingsOf(organisation, deletion(30), off), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then();
    await given(settingsOf(organisation, deletion(30), off, on), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone);
  });

  test('is forgotten once', () =>
    given(after30, dossier(forgotten)).when('ForgetDossier', forget, { by, at: due }).then());

  test('GDPR 17: is forgotten though its person was erased before', () =>
    given(after30, adasVault(adaErased), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone));
});

const tenDaysLater = '2026-03-12T09:00:00.000Z';

describe('X-13: the clock of a dossier', () => {
  const applicationId = dossierId;
  const ada = candidateSelf(adaId);
  const otto = operator('otto');

  test.each([
    ['a status', 'DeclareStatus', { applicationId, status: 'employee' }],
    [
      'a document that is taken out',
      'DeselectDocument',
      { applicationId, documentId: cvSelected.data.documentId },
    ],
    ['a message', 'SendMessage', { applicationId, text: 'I am still here.' }],
  ] as const)('starts anew with %s', (_, name, input) =>
    given(after30, dossier(cvSelected))
      .when(name, input as never, { by: ada, at: tenDaysLater })
      .when('ForgetDossier', forget, { by, at: due })
      .then(),
  );

  test.each([
    [
      'a new name of a document',
      'RenameDocument',
      { documentId: cvSelected.data.documentId, fileName: 'CV.pdf' },
    ],
    ['a removed document', 'RemoveDocument', { documentId: cvSelected.data.documentId }],
  ] as const)('starts anew with %s in the account', (_, name, input) =>
    given(after30, adasVault(), dossier())
      .when(name, input as never, { by: ada, at: tenDaysLater })
      .when('ForgetDossier', forget, { by, at: due })
      .then(),
  );

  test('goes on whatever the organisation does', () =>
    given(after30, dossier(cvSelected))
      .when(
        'SendMessage',
        { applicationId, text: 'Are you there?' },
        { by: otto, at: tenDaysLater },
      )
      .when('AssignReviewer', { applicationId, reviewerId: 'otto' }, { by: otto, at: tenDaysLater })
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone));

  test('goes on though the candidate reads', () => {
    const messageId = derive('message') as MessageId;
    const message = events.MessageSent({ messageId, side: 'organisation', text: 'Hello?' });
    return given(after30, dossier(message))
      .when('MarkMessagesRead', { applicationId }, { by: ada, at: tenDaysLater })
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone);
  });

  test('A.9: starts with a return that came late', async () => {
    const sent = dossier(cvSelected, letterSelected, submitted);
    const back = { applicationId, reason: 'A date is missing.' };
    const day70 = '2026-05-11T09:00:00.000Z';
    await given(after30, sent)
      .when('ReturnApplication', back, { by: otto, at: day70 })
      .when('ForgetDossier', forget, { by, at: '2026-06-09T21:59:00.000Z' })
      .then();
    await given(after30, sent)
      .when('ReturnApplication', back, { by: otto, at: day70 })
      .when('ForgetDossier', forget, { by, at: '2026-06-09T22:00:00.000Z' })
      .then(gone);
  });
});

describe('R-036: the reminder before a dossier is forgotten', () => {
  const withReminder = settingsOf(
    organisation,
    IncompleteDeletionSet({ deleteAfterDays: 30, remindBeforeDays: 7, zone: 'Europe/Paris' }),
  );
  const warned = (deleteAt: string) =>
    candidateEvents.DeletionWarned({
      candidateId: adaId,
      applicationId: dossierId,
      ...{ deleteAt, deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 2 },
    });

  test('has to have left', async () => {
    await given(withReminder, adasVault(), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then();
    await given(withReminder, adasVault(warned(due)), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then(gone);
  });

  test('that left late moves the day', async () => {
    const later = '2026-04-07T22:00:00.000Z';
    await given(withReminder, adasVault(warned(later)), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then();
    await given(withReminder, adasVault(warned(later)), dossier())
      .when('ForgetDossier', forget, { by, at: later })
      .then(gone);
  });

  test('that announced something still holds when reminders were switched off since', async () => {
    const later = '2026-04-07T22:00:00.000Z';
    await given(after30, adasVault(warned(later)), dossier())
      .when('ForgetDossier', forget, { by, at: due })
      .then();
  });
});

describe('X-23: a dossier that was finally rejected', () => {
  const because = 'finalRejection' as const;
  const eraseAt = '2026-06-02T22:00:00.000Z';
  const rejected = (when: object) =>
    events.ApplicationRejectedFinally({ from: 'submitted', reason: 'No.', ...when });
  const later = { ...forget, because };

  test('is forgotten when the policy that was written down says so, not before', async () => {
    const history = submittedDossier(
      rejected({ afterwards: { kind: 'restrict', period: 'P3M' }, eraseAt }),
    );
    await given(history)
      .when('ForgetDossier', later, { by, at: eraseAt })
      .then(events.DossierForgotten({ ...gone.data, because }));
    await given(history)
      .when('ForgetDossier', later, { by, at: '2026-06-02T21:59:59.999Z' })
      .then();
  });

  test('is not forgotten where it is archived, or was rejected before there were policies', async () => {
    const inTenYears = '2036-03-02T09:00:00.000Z';
    for (const when of [{ afterwards: { kind: 'archive' } }, {}])
      await given(submittedDossier(rejected(when)))
        .when('ForgetDossier', later, { by, at: inTenYears })
        .then();
  });

  test('is not forgotten once the rejection was taken back', async () => {
    const reject = rejected({ afterwards: { kind: 'erase-now' }, eraseAt });
    const from = 'rejectedFinally' as const;
    for (const taken of [
      events.ApplicationAccepted({ from, overridden: [] }),
      events.ApplicationReturned({ from, reason: 'A mistake of ours.' }),
    ])
      await given(submittedDossier(reject, taken))
        .when('ForgetDossier', later, { by, at: eraseAt })
        .then();
  });
});
