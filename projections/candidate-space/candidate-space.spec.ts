import { applicationEvents, consentEvents } from '@vivier/domain/events';
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
        { applicationId: dossierId, campaign: 'summer', state: 'returned' },
        { applicationId: otherDossierId, campaign: 'winter', state: 'draft' },
      ],
    })
    .redelivered()
    .thenUnchanged();
});

test.each([
  ['submitted', history.submitted],
  ['accepted', events.ApplicationAccepted({ from: 'submitted', overridden: [] })],
  ['rejectedFinally', events.ApplicationRejectedFinally({ from: 'submitted', reason: 'No.' })],
  ['forgotten', history.forgotten],
] as const)('An application that was %s shows so', (state, event) => {
  given(candidateSpace, registered, inDossier(history.started), inDossier(event)).then(adaId, {
    ...space,
    applications: [{ applicationId: dossierId, campaign: 'summer', state }],
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
  const { documentId } = cv;
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
