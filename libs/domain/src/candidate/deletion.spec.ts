import type { DomainEvent } from '@vivier/kernel';
import {
  candidateSelf,
  deciderWords,
  FIRST_INSTANT,
  operator,
  organisation,
  sagaNamed,
  told,
} from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { applicationEvents, type ApplicationId } from '../application/application.events.ts';
import { application } from '../application/application.ts';
import {
  dossier,
  dossierId,
  forgotten,
  started,
  submitted,
  wholeAccepted,
  wholeReturned,
  wholeWithdrawn,
} from '../application/application.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { candidateEvents as events } from './candidate.events.ts';
import { adaErased, adaId, adasVault } from './candidate.fixtures.ts';

const given = deciderWords(aggregates, rights);
const saga = sagaNamed('incompleteDossier');
const { ApplicationRejectedFinally } = told(applicationEvents);
const { IncompleteDeletionSet, RecruitmentModuleSwitchedOff } = recruitmentModuleEvents;

const winterId = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
/** Another dossier of hers. */
const winter = (...after: readonly DomainEvent[]) => ({
  of: application,
  key: winterId as string,
  events: [{ ...started, data: { ...started.data, applicationId: winterId } }, ...after],
});

const deletion = (deleteAfterDays: number, remindBeforeDays: number) =>
  settingsOf(
    organisation,
    IncompleteDeletionSet({ deleteAfterDays, remindBeforeDays, zone: 'Europe/Paris' }),
  );
const thirty = deletion(30, 7);

// Histories are told from the 2nd of March on; the last of what she does is not after 10 o'clock.
const since = '2026-03-02T10:00:00.000Z';
const deleteAt = '2026-03-31T22:00:00.000Z';
const day23 = '2026-03-24T23:00:00.000Z';
const about = {
  ...{ candidateId: adaId, applicationId: dossierId, applicationIds: [dossierId, winterId] },
  since,
};
const account = { candidateId: adaId, applicationIds: [dossierId, winterId], since };

const warned = (applicationId?: string): DomainEvent =>
  events.DeletionWarned({
    candidateId: adaId,
    ...(applicationId !== undefined && { applicationId }),
    ...{ deleteAt, deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 2 },
  });
const erasedBecause = (because: 'incomplete' | 'finalRejection') =>
  events.SubjectErased({ candidateId: adaId, because });

describe('R-036: a warning', () => {
  test('announces the day, and says which settings led to it', () =>
    given(thirty, adasVault(), dossier())
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then(warned(dossierId)));

  test('about an account names no application', () =>
    given(thirty, adasVault())
      .when('WarnDeletion', { ...account, deleteAt }, { by: saga, at: day23 })
      .then(warned()));

  test('that comes late announces a later day: the full reminder period lies between', () =>
    given(thirty, adasVault(), dossier())
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: '2026-05-01T10:00:00.000Z' })
      .then({
        ...warned(dossierId),
        data: { ...(warned(dossierId).data as object), deleteAt: '2026-05-07T22:00:00.000Z' },
      }));

  test.each([
    ['the module is off', [settingsOf(organisation, RecruitmentModuleSwitchedOff({}))]],
    ['the delay is 0', [deletion(0, 7)]],
    ['there is no reminder', [deletion(30, 0)]],
    ['nothing was ever set', []],
  ])('is not given where %s', (_, settings) =>
    given(...settings, adasVault(), dossier())
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then(),
  );

  test('is given once', () =>
    given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then());

  test.each([
    ['submitted', [submitted]],
    ['accepted', [submitted, wholeAccepted]],
    ['withdrawn', [submitted, wholeWithdrawn]],
    ['forgotten', [forgotten]],
  ])('is not given about a dossier that is %s', (_, after) =>
    given(thirty, adasVault(), dossier(...after))
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then(),
  );

  test('is not given where she acted since the saga looked, in her vault or in any dossier', async () => {
    const late = { ...about, since: FIRST_INSTANT };
    await given(thirty, adasVault(), dossier())
      .when('WarnDeletion', { ...late, deleteAt }, { by: saga, at: day23 })
      .then();
    await given(thirty, adasVault(), dossier(), winter())
      .when('AddDocument', upload, { by: candidateSelf(adaId), at: '2026-03-20T10:00:00.000Z' })
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then();
    await given(thirty, adasVault(), dossier(), winter())
      .when(
        'SendMessage',
        { applicationId: winterId, text: 'Soon.' },
        { by: candidateSelf(adaId), at: '2026-03-20T10:00:00.000Z' },
      )
      .when('WarnDeletion', { ...about, deleteAt }, { by: saga, at: day23 })
      .then();
  });
});

const upload = {
  fileId: 'f11e0000-0000-4000-8000-000000000077' as never,
  ...{ fileName: 'new.pdf', mediaType: 'application/pdf', size: 1, contentHash: 'hash' },
};

describe('F-26: what was announced is cancelled', () => {
  test('with its cause, and once', async () => {
    const cancelled = events.DeletionCancelled({
      ...{ candidateId: adaId, applicationId: dossierId, cause: 'activity' },
    });
    const input = { candidateId: adaId, applicationId: dossierId, cause: 'activity' } as const;
    await given(adasVault(warned(dossierId)))
      .when('CancelDeletion', input, { by: saga })
      .then(cancelled);
    await given(adasVault(warned(dossierId), cancelled))
      .when('CancelDeletion', input, { by: saga })
      .then();
  });

  test('and nothing where it is about another clock', () =>
    given(adasVault(warned(dossierId)))
      .when('CancelDeletion', { candidateId: adaId, cause: 'settings' }, { by: saga })
      .then());
});

describe('R-039: a person', () => {
  const incomplete = { ...about, because: 'incomplete' } as const;
  const erase = { by: saga, at: deleteAt };

  test('who was warned is erased on the day that was announced', () =>
    given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('EraseSubject', incomplete, erase)
      .then(erasedBecause('incomplete')));

  test('without an application is erased the same way', () =>
    given(thirty, adasVault(warned()))
      .when('EraseSubject', { ...account, because: 'incomplete' }, erase)
      .then(erasedBecause('incomplete')));

  test('is erased without a warning where there is no reminder', () =>
    given(deletion(30, 0), adasVault(), dossier())
      .when('EraseSubject', incomplete, erase)
      .then(erasedBecause('incomplete')));

  test('stays where no warning was given though there is a reminder', () =>
    given(thirty, adasVault(), dossier()).when('EraseSubject', incomplete, erase).then());

  test('stays where the warning was given before they acted', async () => {
    // What she did after it is known: its cancellation is still to come.
    const early = { ...incomplete, since: '2026-03-03T09:00:00.000Z' };
    await given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('AddDocument', upload, { by: candidateSelf(adaId), at: early.since })
      .when('EraseSubject', early, { by: saga, at: '2026-04-02T10:00:00.000Z' })
      .then();
  });

  test('stays until the instant that was announced', () =>
    given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('EraseSubject', incomplete, { by: saga, at: '2026-03-31T21:59:59.999Z' })
      .then());

  test('stays where the delay has become longer', () =>
    given(deletion(31, 7), dossier(), adasVault(warned(dossierId)))
      .when('EraseSubject', incomplete, erase)
      .then());

  test('stays where the delay has become 0, or the module is off', async () => {
    await given(deletion(0, 7), dossier(), adasVault(warned(dossierId)))
      .when('EraseSubject', incomplete, erase)
      .then();
    await given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('SwitchRecruitmentModuleOff', {}, { by: { ...saga, kind: 'account', role: 'admin' } })
      .when('EraseSubject', incomplete, erase)
      .then();
  });

  test('stays where they acted since the saga looked', () =>
    given(thirty, dossier(), adasVault(warned(dossierId)))
      .when('AddDocument', upload, { by: candidateSelf(adaId), at: deleteAt })
      .when('EraseSubject', incomplete, erase)
      .then());

  test('stays where the dossier was returned later than they acted', () =>
    given(thirty, dossier(submitted), adasVault(warned(dossierId)))
      .when(
        'ReturnApplication',
        { applicationId: dossierId, reason: 'A date is missing.' },
        { by: operator('otto'), at: '2026-03-20T10:00:00.000Z' },
      )
      .when('EraseSubject', incomplete, erase)
      .then());

  test.each([
    ['is a draft', []],
    ['is submitted', [submitted]],
    ['is accepted', [submitted, wholeAccepted]],
    ['is returned', [submitted, wholeReturned]],
    ['is kept after its final rejection', [submitted, rejectedUntil('2026-06-01T00:00:00.000Z')]],
  ])('stays where another application of theirs %s', async (_, after) => {
    await given(thirty, dossier(), winter(...after), adasVault(warned(dossierId)))
      .when('EraseSubject', incomplete, erase)
      .then();
    await given(thirty, winter(...after), adasVault(warned()))
      .when('EraseSubject', { ...account, because: 'incomplete' }, erase)
      .then();
  });

  test('goes where the others are withdrawn or forgotten', async () => {
    for (const after of [[submitted, wholeWithdrawn], [{ ...forgotten }]])
      await given(thirty, dossier(), winter(...after), adasVault(warned(dossierId)))
        .when('EraseSubject', incomplete, erase)
        .then(erasedBecause('incomplete'));
  });

  test('who is erased is not erased again', () =>
    given(thirty, dossier(), adasVault(warned(dossierId), adaErased))
      .when('EraseSubject', incomplete, erase)
      .then());
});

function rejectedUntil(eraseAt: string): DomainEvent {
  return ApplicationRejectedFinally({ from: 'submitted', reason: 'Another one.', eraseAt });
}

describe('R-032, X-23: after a final rejection', () => {
  const rejected = { ...about, because: 'finalRejection' } as const;
  const at = '2026-06-01T00:00:00.000Z';

  test('the person is erased when its time has come, and not before', async () => {
    const histories = [adasVault(), dossier(submitted, rejectedUntil(at))];
    await given(...histories)
      .when('EraseSubject', rejected, { by: saga, at })
      .then(erasedBecause('finalRejection'));
    await given(...histories)
      .when('EraseSubject', rejected, { by: saga, at: '2026-05-31T23:59:59.999Z' })
      .then();
  });

  test('nobody is erased where the verdict was taken back, or keeps what is archived', async () => {
    await given(adasVault(), dossier(submitted, rejectedUntil(at), wholeAccepted))
      .when('EraseSubject', rejected, { by: saga, at })
      .then();
    const archived = ApplicationRejectedFinally({ from: 'submitted', reason: 'No.' });
    await given(adasVault(), dossier(submitted, archived))
      .when('EraseSubject', rejected, { by: saga, at })
      .then();
  });

  test('nobody is erased where another application lives', () =>
    given(adasVault(), dossier(submitted, rejectedUntil(at)), winter(submitted))
      .when('EraseSubject', rejected, { by: saga, at })
      .then());
});

describe('R-024: the space', () => {
  const input = { candidateId: adaId, applicationId: dossierId };
  const opened = events.SpaceOpened({ applicationId: dossierId });

  test('is opened by an acceptance, once', async () => {
    await given(adasVault(), dossier(submitted, wholeAccepted))
      .when('OpenSpace', input, { by: saga })
      .then(opened);
    await given(adasVault(opened), dossier(submitted, wholeAccepted))
      .when('OpenSpace', input, { by: saga })
      .then();
  });

  test('is not opened by what is accepted no longer', () =>
    given(adasVault(), dossier(submitted, wholeAccepted, wholeReturned))
      .when('OpenSpace', input, { by: saga })
      .then());

  test('is limited again when the acceptance is taken back, once', async () => {
    const limited = events.SpaceLimited({ applicationId: dossierId });
    const returned = dossier(submitted, wholeAccepted, wholeReturned);
    await given(adasVault(opened), returned).when('LimitSpace', input, { by: saga }).then(limited);
    await given(adasVault(opened, limited), returned)
      .when('LimitSpace', input, { by: saga })
      .then();
  });

  test('is not limited while the application is accepted', () =>
    given(adasVault(opened), dossier(submitted, wholeAccepted))
      .when('LimitSpace', input, { by: saga })
      .then());
});
