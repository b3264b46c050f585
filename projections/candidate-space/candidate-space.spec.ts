import {
  applicationEvents,
  candidateEvents,
  consentEvents,
  type LinkId,
} from '@vivier/domain/events';
import { givenProjection as given, inStream, told } from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { candidateSpace } from './candidate-space.ts';

const { adaId, bobId, consentId, cv, dossierId, newerCv, otherDossierId } = history;
const inVault = inStream(history.adasVault);
const inDossier = inStream(history.dossierStream);
const inOtherDossier = inStream(history.otherDossierStream);
const inConsent = inStream(history.adasConsent);
const events = told(applicationEvents);

const at = (minute: number): string => `2026-03-02T09:0${minute}:00.000Z`;
const registered = inVault(history.adaRegistered);

const space = {
  _id: adaId,
  fullName: 'Ada Lovelace',
  email: 'ada@example.org',
  campaign: 'summer',
  registeredAt: at(0),
  erasedAt: null,
  confirmedAt: null,
  information: [],
  filled: [],
  openedBy: [],
  deleteAt: null,
  documents: [],
  applications: [],
  consents: [],
};
const version = ({ documentId: _, ...facts }: typeof cv, minute: number) => ({
  ...facts,
  at: at(minute),
});

test('R-094: a registered candidate has a space with their name and nothing in it', () => {
  given(candidateSpace, registered).then(adaId, space).then(bobId, undefined);
});

test('R-083: documents stand with all of their versions, the oldest first', () => {
  given(candidateSpace, registered, inVault(history.cvAdded), inVault(history.cvReplaced))
    .then(adaId, {
      ...space,
      documents: [{ documentId: cv.documentId, versions: [version(cv, 1), version(newerCv, 2)] }],
    })
    .redelivered()
    .thenUnchanged();
});

test('R-096: each application stands in its state', () => {
  const reason = 'A date is missing.';
  given(
    candidateSpace,
    registered,
    inDossier(history.started),
    inOtherDossier(history.otherStarted),
    inDossier(history.submitted),
    inDossier(events.ApplicationReturned({ from: 'submitted', reason })),
  )
    .then(adaId, {
      ...space,
      applications: [
        { applicationId: dossierId, campaign: 'summer', state: 'returned', restricted: false },
        { applicationId: otherDossierId, campaign: 'winter', state: 'draft', restricted: false },
      ],
    })
    .redelivered()
    .thenUnchanged();
});

test.each([
  ['submitted', history.submitted],
  ['accepted', events.ApplicationAccepted({ from: 'submitted', overridden: [] })],
  ['rejectedFinally', events.ApplicationRejectedFinally({ from: 'submitted', reason: 'No.' })],
  ['withdrawn', applicationEvents.ApplicationWithdrawn({ from: 'submitted' })],
  ['forgotten', history.forgotten],
] as const)('An application that was %s shows so', (state, event) => {
  given(candidateSpace, registered, inDossier(history.started), inDossier(event)).then(adaId, {
    ...space,
    applications: [{ applicationId: dossierId, campaign: 'summer', state, restricted: false }],
  });
});

test.each([
  [{ kind: 'erase-now' }, false],
  [{ kind: 'restrict', period: 'P3M' }, true],
  [{ kind: 'archive' }, true],
] as const)(
  'X-23: finally rejected under %o it is for compliance alone: %s',
  (policy, restricted) => {
    const rejected = { from: 'submitted', reason: 'No.', afterwards: policy } as const;
    const stands = (state: 'rejectedFinally' | 'accepted', is: boolean) => ({
      ...space,
      applications: [
        { applicationId: dossierId, campaign: 'summer', state, restricted: is },
        {
          applicationId: otherDossierId,
          campaign: 'winter',
          state: 'draft' as const,
          restricted: false,
        },
      ],
    });
    const past = [
      registered,
      inDossier(history.started),
      inOtherDossier(history.otherStarted),
      inDossier(events.ApplicationRejectedFinally(rejected)),
    ];
    given(candidateSpace, ...past).then(adaId, stands('rejectedFinally', restricted));
    const accepted = events.ApplicationAccepted({ from: 'rejectedFinally', overridden: [] });
    given(candidateSpace, ...past, inDossier(accepted)).then(adaId, stands('accepted', false));
  },
);

test('A.4: an application that was withdrawn and begun anew stands once', () => {
  const withdrawn = applicationEvents.ApplicationWithdrawn({ from: 'draft' });
  given(
    candidateSpace,
    registered,
    inDossier(history.started),
    inDossier(withdrawn),
    inDossier(history.started),
  ).then(adaId, {
    ...space,
    applications: [
      { applicationId: dossierId, campaign: 'summer', state: 'draft', restricted: false },
    ],
  });
});

const { OwnInformationAmended, DocumentRenamed, LoginEmailChanged, DeletionWarned } =
  told(candidateEvents);
const { AccountConfirmed, DeletionCancelled, DocumentRemoved, SpaceLimited, SpaceOpened } =
  candidateEvents;
const linkId = '11110000-0000-4000-8000-000000000001' as LinkId;
const { documentId, contentHash } = cv;

test('R-018: one’s own information stands change by change, until a later one says all of it anew', () => {
  const both = { telephone: '1', town: 'Lyon' };
  const amended = (values: Record<string, string>, filled: string[]) =>
    inVault(OwnInformationAmended({ fields: Object.keys(values), filled, values }));
  const first = amended(both, ['telephone', 'town']);
  const next = amended({ town: '' }, ['telephone']);
  const entry = (values: Record<string, string>, minute: number) => ({
    at: at(minute),
    fields: Object.keys(values),
    values,
  });
  given(candidateSpace, registered, first, next)
    .then(adaId, {
      ...space,
      filled: ['telephone'],
      information: [entry(both, 1), entry({ town: '' }, 2)],
    })
    .redelivered()
    .thenUnchanged();
  given(candidateSpace, registered, first, next, amended(both, ['telephone', 'town'])).then(adaId, {
    ...space,
    filled: ['telephone', 'town'],
    information: [entry(both, 3)],
  });
});

test('R-026: a renamed document stands under its new name, its older versions under theirs', () => {
  const fileName = 'Ada, curriculum.pdf';
  const renamed = DocumentRenamed({ documentId, version: 2, contentHash, fileName });
  given(
    candidateSpace,
    registered,
    inVault(history.cvAdded),
    inVault(history.cvReplaced),
    inVault(renamed),
  ).then(adaId, {
    ...space,
    documents: [{ documentId, versions: [version(cv, 1), { ...version(newerCv, 2), fileName }] }],
  });
});

test('R-026: a removed document stands no more', () => {
  const removed = DocumentRemoved({ documentId, version: 1, contentHash, files: [cv.fileId] });
  given(candidateSpace, registered, inVault(history.cvAdded), inVault(removed))
    .then(adaId, space)
    .redelivered()
    .thenUnchanged();
});

test('R-024: the space is open as long as one application is accepted', () => {
  const opened = inVault(SpaceOpened({ applicationId: dossierId }));
  const other = inVault(SpaceOpened({ applicationId: otherDossierId }));
  const limited = inVault(SpaceLimited({ applicationId: dossierId }));
  given(candidateSpace, registered, opened, opened, other).then(adaId, {
    ...space,
    openedBy: [dossierId, otherDossierId],
  });
  given(candidateSpace, registered, opened, other, limited).then(adaId, {
    ...space,
    openedBy: [otherDossierId],
  });
});

test('R-030: an account is confirmed, and gets another address', () => {
  const email = 'ada@new.example';
  given(
    candidateSpace,
    registered,
    inVault(AccountConfirmed({ linkId })),
    inVault(LoginEmailChanged({ linkId, email })),
  ).then(adaId, { ...space, confirmedAt: at(1), email });
});

test('R-037: an account that goes says when; a dossier that goes is not the account', () => {
  const deleteAt = '2026-04-01T22:00:00.000Z';
  const because = { deleteAt, deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 3 };
  const warned = (applicationId?: string) =>
    inVault(
      DeletionWarned({ candidateId: adaId, ...(applicationId && { applicationId }), ...because }),
    );
  const cancelled = (applicationId?: string) =>
    inVault(
      DeletionCancelled({
        candidateId: adaId,
        ...(applicationId && { applicationId }),
        cause: 'activity',
      }),
    );
  given(candidateSpace, registered, warned()).then(adaId, { ...space, deleteAt });
  given(candidateSpace, registered, warned(), cancelled(dossierId)).then(adaId, {
    ...space,
    deleteAt,
  });
  given(candidateSpace, registered, warned(), warned(dossierId), cancelled()).then(adaId, space);
  given(candidateSpace, registered, warned(), inVault(history.erasedAda)).then(adaId, {
    ...space,
    ...{ fullName: null, email: null, erasedAt: at(2) },
  });
});

test('X-07: a consent that was granted again stands once, as it is now', () => {
  const { ConsentGranted } = consentEvents;
  const { candidateId: _, ...onPaper } = {
    consentId,
    candidateId: adaId,
    purpose: 'recruitment',
    textVersion: 'recruitment-1',
    channel: 'paper',
  } as const;
  given(
    candidateSpace,
    registered,
    inConsent(history.granted),
    inConsent(ConsentGranted({ ...onPaper, candidateId: adaId })),
  )
    .then(adaId, { ...space, consents: [{ ...onPaper, at: at(2) }] })
    .redelivered()
    .thenUnchanged();
});

test('GDPR 17: after the erasure facts stay and names go', () => {
  given(candidateSpace, registered, inVault(history.cvAdded), inVault(history.erasedAda))
    .then(adaId, {
      ...space,
      fullName: null,
      email: null,
      erasedAt: at(2),
      documents: [{ documentId, versions: [{ ...version(cv, 1), fileName: null }] }],
    })
    .redelivered()
    .thenUnchanged();
});

test('What belongs to nobody who registered makes no document', () => {
  given(candidateSpace, inVault(history.cvAdded), inDossier(history.started)).then(
    adaId,
    undefined,
  );
});
