import type { DomainEvent } from '@vivier/kernel';
import { deciderWords, operator, organisation, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { letter } from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import { checklist, settingsOf } from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents, type OverallState } from './application.events.ts';
import {
  cvAccepted,
  cvPlaced,
  cvRefused,
  cvSelected,
  dossier,
  dossierId,
  employee,
  forgotten,
  fullDossier,
  letterAccepted,
  letterPlaced,
  letterSelected,
  placed,
  portfolioSelected,
  selfEmployed,
  started,
  submitted,
  submittedDossier,
  wholeAccepted,
  wholeRejected,
  wholeReturned,
  wholeWithdrawn,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = operator('otto');
const applicationId = dossierId;
const reason = 'Too many applications.';
const overrideReason = 'Seen on paper.';

/** A day after the past: when commands are sent here. */
const at = '2026-03-03T09:00:00.000Z';
const erasedNow = { afterwards: { kind: 'erase-now' }, eraseAt: at } as const;
const insurancePlaced = placed('insurance', letter);
const byStatus = checklist.map((item) =>
  item.key === 'cover-letter' ? { ...item, statuses: ['self-employed'] } : item,
);

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
    .then(events.ApplicationRejectedFinally({ from: 'submitted', reason, ...erasedNow })));

test.each([
  ['erase-now', { kind: 'erase-now' }, { eraseAt: at }],
  ['restrict P3M', { kind: 'restrict', period: 'P3M' }, { eraseAt: '2026-06-02T22:00:00.000Z' }],
  ['archive', { kind: 'archive' }, {}],
] as const)('X-23: the policy %s is written down with the rejection', (_, afterwards, when) => {
  const { FinalRejectionPolicySet } = recruitmentModuleEvents;
  return given(
    settingsOf(organisation, FinalRejectionPolicySet({ afterFinalRejection: afterwards })),
    submittedDossier(),
  )
    .when('RejectApplicationFinally', { applicationId, reason }, { by, at })
    .then(events.ApplicationRejectedFinally({ from: 'submitted', reason, afterwards, ...when }));
});

test('R-019: a requirement that waits for its confirmation keeps the whole back', async () => {
  const french = { requirement: 'french' };
  const asked = [
    selfEmployed,
    applicationEvents.RequirementDeclared({ ...french, outcome: 'met' }),
    applicationEvents.RequirementDeclared({ requirement: 'licence', outcome: 'met' }),
    cvSelected,
    applicationEvents.DocumentSelected({ ...insurancePlaced, from: 'missing' }),
    submitted,
    cvAccepted,
    applicationEvents.DocumentAccepted({ ...insurancePlaced, from: 'submitted' }),
  ];
  const confirmed = (is: boolean): DomainEvent => ({
    type: applicationEvents.RequirementConfirmed.type,
    data: { ...french, confirmed: is },
  });
  for (const after of [[], [confirmed(false)], [confirmed(true), confirmed(false)]])
    await given(fullDossier(...asked, ...after))
      .when('AcceptApplication', { applicationId }, { by })
      .thenRejected('DocumentsNotAllValid', { items: [], requirements: ['french'] });
  await given(fullDossier(...asked))
    .when('AcceptApplication', { applicationId, overrideReason }, { by })
    .then(
      events.ApplicationAccepted({ from: 'submitted', overridden: ['french'], overrideReason }),
    );
  await given(fullDossier(...asked, confirmed(true)))
    .when('AcceptApplication', { applicationId }, { by })
    .then(events.ApplicationAccepted({ from: 'submitted', overridden: [] }));
});

test('A.4: what another status asked for does not keep the whole back, an expired verdict does', async () => {
  const inReview = [cvSelected, letterSelected, submitted, cvAccepted, letterAccepted];
  const not = applicationEvents.DocumentMarkedNotApplicable({ ...letterPlaced, from: 'valid' });
  const asked = { ...started.data, checklist: byStatus };
  const ofEmployee = applicationEvents.ApplicationStarted(asked);
  await given({ ...dossier(), events: [ofEmployee, employee, ...inReview, not] })
    .when('AcceptApplication', { applicationId }, { by })
    .then(events.ApplicationAccepted({ from: 'submitted', overridden: [] }));
  const ended = { ...cvPlaced, from: 'valid', validUntil: at } as const;
  await given(dossier(...inReview, applicationEvents.DocumentExpired(ended)))
    .when('AcceptApplication', { applicationId }, { by })
    .thenRejected('DocumentsNotAllValid', { items: ['cv'] });
});

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
      rejectedFinally: events.ApplicationRejectedFinally({ from, reason, ...erasedNow }),
    } satisfies Partial<Record<OverallState, unknown>>;
    return sentence.then(expected[to]);
  });
});

test.each(decisions)('A draft is not %s: the candidate has not sent it', (_, name, input) =>
  given(dossier(cvSelected)).when(name, input, { by }).thenRejected('ApplicationNotSubmitted'),
);

test.each(decisions)('A.4: what its candidate withdrew is not %s', (_, name, input) =>
  given(submittedDossier(wholeWithdrawn))
    .when(name, input, { by })
    .thenRejected('ApplicationWithdrawn'),
);

test.each(decisions)('GDPR 17: a forgotten dossier is not %s', (_, name, input) =>
  given(submittedDossier(forgotten)).when(name, input, { by }).thenRejected('ApplicationForgotten'),
);
