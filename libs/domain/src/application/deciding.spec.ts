import { deciderWords, operator, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import { applicationEvents, type OverallState } from './application.events.ts';
import {
  cvAccepted,
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  forgotten,
  letterAccepted,
  letterSelected,
  portfolioSelected,
  submitted,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = operator('otto');
const applicationId = dossierId;
const reason = 'Too many applications.';
const overrideReason = 'Seen on paper.';

const reached = {
  accepted: wholeAccepted,
  returned: wholeReturned,
  rejectedFinally: wholeRejected,
} as const;

test('R-027: a dossier of which every document is valid is accepted', () =>
  given(submittedDossier(cvAccepted, letterAccepted))
    .when('AcceptApplication', { applicationId }, { by })
    .then(events.ApplicationAccepted({ from: 'submitted', overridden: [] })));

test('R-027: one that is refused, unreviewed or missing keeps the whole from being accepted', async () => {
  await given(submittedDossier(cvRefused, letterAccepted))
    .when('AcceptApplication', { applicationId }, { by })
    .thenRejected('DocumentsNotAllValid', { items: ['cv'] });
  await given(submittedDossier(cvAccepted))
    .when('AcceptApplication', { applicationId }, { by })
    .thenRejected('DocumentsNotAllValid', { items: ['cover-letter'] });
  await given(dossier(cvSelected, submitted, cvAccepted))
    .when('AcceptApplication', { applicationId }, { by })
    .thenRejected('DocumentsNotAllValid', { items: ['cover-letter'] });
});

test('R-027: an optional document counts once it is there', () =>
  given(
    dossier(cvSelected, letterSelected, portfolioSelected, submitted, cvAccepted, letterAccepted),
  )
    .when('AcceptApplication', { applicationId }, { by })
    .thenRejected('DocumentsNotAllValid', { items: ['portfolio'] }));

test('R-027: an override needs a reason and says what it overrode', () =>
  given(submittedDossier(cvRefused))
    .when('AcceptApplication', { applicationId, overrideReason }, { by })
    .then(
      events.ApplicationAccepted({
        from: 'submitted',
        overridden: ['cv', 'cover-letter'],
        overrideReason,
      }),
    ));

test('R-027: a reason where nothing is overridden is not kept', () =>
  given(submittedDossier(cvAccepted, letterAccepted))
    .when('AcceptApplication', { applicationId, overrideReason }, { by })
    .then(events.ApplicationAccepted({ from: 'submitted', overridden: [] })));

test('R-031: an application is returned for correction, with a reason', () =>
  given(submittedDossier())
    .when('ReturnApplication', { applicationId, reason }, { by })
    .then(events.ApplicationReturned({ from: 'submitted', reason })));

test('R-032: an application is finally rejected, with a reason', () =>
  given(submittedDossier())
    .when('RejectApplicationFinally', { applicationId, reason }, { by })
    .then(events.ApplicationRejectedFinally({ from: 'submitted', reason })));

const decisions = [
  ['accepted', 'AcceptApplication', { applicationId, overrideReason }],
  ['returned', 'ReturnApplication', { applicationId, reason }],
  ['rejectedFinally', 'RejectApplicationFinally', { applicationId, reason }],
] as const;

describe.each(Object.keys(reached) as (keyof typeof reached)[])('A.4: from %s', (from) => {
  test.each(decisions)('the whole is changed to %s', async (to, name, input) => {
    const sentence = given(submittedDossier(reached[from])).when(name, input, { by });
    if (from === to) return sentence.thenRejected('ApplicationStateUnchanged', { state: to });
    const expected = {
      accepted: events.ApplicationAccepted({
        from,
        overridden: ['cv', 'cover-letter'],
        overrideReason,
      }),
      returned: events.ApplicationReturned({ from, reason }),
      rejectedFinally: events.ApplicationRejectedFinally({ from, reason }),
    } satisfies Partial<Record<OverallState, unknown>>;
    return sentence.then(expected[to]);
  });
});

test.each(decisions)('A draft is not %s: the candidate has not sent it', (_, name, input) =>
  given(dossier(cvSelected)).when(name, input, { by }).thenRejected('ApplicationNotSubmitted'),
);

test.each(decisions)('GDPR 17: a forgotten dossier is not %s', (_, name, input) =>
  given(submittedDossier(forgotten)).when(name, input, { by }).thenRejected('ApplicationForgotten'),
);
