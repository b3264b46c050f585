import { applicationEvents } from '@vivier/domain/events';
import {
  candidateSelf,
  givenProjection as given,
  inStream,
  operator,
  pastId,
  told,
} from '@vivier/testing';
import * as history from '../history.fixtures.ts';
import { documentAuditTrail } from './document-audit-trail.ts';

const { adaId, cvPlaced, dossierId, newerCvPlaced } = history;
const inVault = inStream(history.adasVault);
const inDossier = inStream(history.dossierStream);
const events = told(applicationEvents);

const ada = candidateSelf(adaId);
const otto = operator('otto');
const byOf = ({ kind, id, role }: typeof otto) => ({ kind, id, role });
const at = '2026-04-01T08:00:00.000Z';
const reason = 'Illegible.';
const comment = 'Is it dated?';

/** What every entry says about an event of the past that happened under these circumstances. */
const entry = (index: number, by: typeof otto, command: string) => ({
  _id: pastId(index),
  position: index as never,
  candidateId: adaId,
  at,
  by: byOf(by),
  command,
  commandId: `command-${index}`,
  causationId: `cause-${index}`,
  item: null,
  applicationId: null,
  from: null,
  to: null,
  reason: null,
  comment: null,
});
const under = (index: number, by: typeof otto, command: string) => ({
  at,
  by,
  command,
  commandId: `command-${index}`,
  causationId: `cause-${index}`,
});
const { item: _, ...cvOnly } = cvPlaced;
const { item: __, ...newerCvOnly } = newerCvPlaced;

test('R-026: what happened in the vault says who, when, which version and by which command', () => {
  given(
    documentAuditTrail,
    inVault(history.cvAdded, under(0, ada, 'AddDocument')),
    inVault(history.cvReplaced, under(1, ada, 'ReplaceDocument')),
  )
    .then(pastId(0), { ...entry(0, ada, 'AddDocument'), ...cvOnly, event: 'DocumentAdded' })
    .then(pastId(1), {
      ...entry(1, ada, 'ReplaceDocument'),
      ...newerCvOnly,
      event: 'DocumentReplaced',
    })
    .redelivered()
    .thenUnchanged();
});

const inReview = { applicationId: dossierId, item: 'cv' };

test.each([
  [events.DocumentSelected({ ...cvPlaced, from: 'missing' }), 'missing', 'submitted', {}],
  [events.DocumentAccepted({ ...cvPlaced, from: 'refused' }), 'refused', 'valid', {}],
  [events.DocumentRefused({ ...cvPlaced, from: 'valid', reason }), 'valid', 'refused', { reason }],
  [events.DocumentVerdictReset({ ...cvPlaced, from: 'valid' }), 'valid', 'submitted', {}],
  [
    events.DocumentRepinned({ ...cvPlaced, previousVersion: 1, from: 'refused' }),
    'refused',
    'refused',
    {},
  ],
  [events.DocumentCommented({ ...cvPlaced, comment }), null, null, { comment }],
] as const)(
  'R-026: an entry of the review says from where to where, and why: $type',
  (event, from, to, words) => {
    given(documentAuditTrail, inDossier(event, under(0, otto, 'Command')))
      .then(pastId(0), {
        ...entry(0, otto, 'Command'),
        ...cvOnly,
        ...inReview,
        ...words,
        event: event.type,
        from,
        to,
      })
      .redelivered()
      .thenUnchanged();
  },
);

test('R-026: entries are added and never changed by what comes after', () => {
  given(
    documentAuditTrail,
    inDossier(
      events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }),
      under(0, otto, 'C'),
    ),
    inDossier(events.DocumentAccepted({ ...cvPlaced, from: 'refused' }), under(1, otto, 'C')),
  ).then(pastId(0), {
    ...entry(0, otto, 'C'),
    ...cvOnly,
    ...inReview,
    event: 'DocumentRefused',
    from: 'submitted',
    to: 'refused',
    reason,
  });
});

test('X-24: when the person goes the words go and the facts stay', () => {
  given(
    documentAuditTrail,
    inDossier(
      events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason }),
      under(0, otto, 'C'),
    ),
    inVault(history.erasedAda),
  )
    .then(pastId(0), {
      ...entry(0, otto, 'C'),
      ...cvOnly,
      ...inReview,
      event: 'DocumentRefused',
      from: 'submitted',
      to: 'refused',
    })
    .redelivered()
    .thenUnchanged();
});

test('What is about no document leaves no entry', () => {
  given(documentAuditTrail, inDossier(history.started), inDossier(history.submitted))
    .then(pastId(0), undefined)
    .then(pastId(1), undefined);
});
