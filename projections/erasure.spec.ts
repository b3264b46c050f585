import { applicationEvents, candidateEvents, integratorEvents } from '@vivier/domain/events';
import type { Projection } from '@vivier/kernel';
import {
  givenProjection as given,
  inStream,
  projected,
  told,
  type PastEvent,
} from '@vivier/testing';
import fc from 'fast-check';
import * as history from './history.fixtures.ts';
import { projections } from './index.ts';

const { adaId, ada, bob, bobId, cv, cvPlaced, newerCv, newerCvPlaced } = history;
const { CandidateRegistered, DocumentAdded, DocumentReplaced } = told(candidateEvents);
const events = told(applicationEvents);
const adasVault = inStream(history.adasVault);
const bobsVault = inStream(history.bobsVault);
const inDossier = inStream(history.dossierStream);
const inOther = inStream(history.otherDossierStream);
const bobsDossierId = 'd0551e40-0000-4000-8000-0000000000b0' as typeof history.dossierId;
const inBobs = inStream({
  ...history.dossierStream,
  key: bobsDossierId,
  personId: bobId,
  scope: `application-${bobsDossierId}` as typeof history.dossierStream.scope,
});

/** Every personal value that any event of these aggregates can hold says whose and of what it is. */
const review = (mark: string) => [
  history.cvSelected,
  events.DocumentCommented({ ...cvPlaced, comment: `${mark} comment` }),
  events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason: `${mark} refusal` }),
  history.submitted,
  events.ApplicationReturned({ from: 'submitted', reason: `${mark} return` }),
];
const past: readonly PastEvent[] = [
  adasVault(
    CandidateRegistered({ ...ada, fullName: 'ada/account name', email: 'ada/account@example.org' }),
  ),
  bobsVault(
    CandidateRegistered({ ...bob, fullName: 'bob/account name', email: 'bob/account@example.org' }),
  ),
  adasVault(DocumentAdded({ ...cv, fileName: 'ada/account file' })),
  inDossier(history.started),
  ...review('ada/first').map((event) => inDossier(event)),
  inOther(history.otherStarted),
  ...review('ada/second').map((event) => inOther(event)),
  inBobs(
    events.ApplicationStarted({
      ...history.begun,
      applicationId: bobsDossierId,
      candidateId: bobId,
    }),
  ),
  ...review('bob/first').map((event) => inBobs(event)),
  adasVault(DocumentReplaced({ ...newerCv, fileName: 'ada/account newer file' })),
  inDossier(events.DocumentRepinned({ ...newerCvPlaced, previousVersion: 1, from: 'refused' })),
  inDossier(
    events.DocumentRefused({ ...newerCvPlaced, from: 'submitted', reason: 'ada/first again' }),
  ),
  inDossier(
    events.ApplicationAccepted({
      from: 'returned',
      overridden: ['cv'],
      overrideReason: 'ada/first override',
    }),
  ),
  inOther(events.ApplicationRejectedFinally({ from: 'returned', reason: 'ada/second end' })),
  inStream({ ...history.bobsVault, category: 'integrator' })(
    told(integratorEvents).PersonalFeedGranted({ integratorId: bobId, reason: 'bob/why a feed' }),
  ),
];

/** As much of a past as a projection subscribes to. */
const seenBy = (projection: Projection, events: readonly PastEvent[]) => {
  const names = new Set(projection.events.flatMap((set) => Object.keys(set)));
  return events.filter(({ event }) => names.has(event.type));
};

/** What each projection holds of persons, by the marks above. */
const held: Readonly<Record<string, readonly string[]>> = {
  candidateSpace: [
    'ada/account file',
    'ada/account name',
    'ada/account newer file',
    'ada/account@example.org',
    'bob/account name',
    'bob/account@example.org',
  ],
  documentAuditTrail: [
    'ada/first again',
    ...['ada/first', 'ada/second', 'bob/first'].flatMap((mark) => [
      `${mark} comment`,
      `${mark} refusal`,
    ]),
  ],
  dossier: ['ada/first override', 'ada/second end', 'bob/first return'],
  personalFeedAccess: ['bob/why a feed'],
  reviewSynthesis: [
    'ada/first again',
    'ada/first comment',
    'ada/first override',
    'ada/second comment',
    'ada/second end',
    'ada/second refusal',
    'bob/first comment',
    'bob/first refusal',
    'bob/first return',
  ],
};

test('This history knows what every projection holds of persons', () => {
  expect(Object.keys(held).sort()).toEqual(projections.map(({ name }) => name).sort());
});

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (name, projection) => {
    const marks = held[name] ?? [];

    test('holds personal values in handles', () => {
      given(projection, ...seenBy(projection, past)).thenPersonal(marks);
    });

    test('GDPR 17: drops every handle of an erased person and none of another', () => {
      given(projection, ...seenBy(projection, [...past, adasVault(history.erasedAda)]))
        .thenPersonal(marks.filter((mark) => mark.startsWith('bob/')))
        .redelivered()
        .thenUnchanged();
    });

    test('GDPR 17: drops the handles of a forgotten dossier and no others', () => {
      given(projection, ...seenBy(projection, [...past, inDossier(history.forgotten)]))
        .thenPersonal(marks.filter((mark) => !mark.startsWith('ada/first')))
        .redelivered()
        .thenUnchanged();
    });

    test('forgets a dossier before the person as well as after', () => {
      const forget = inDossier(history.forgotten);
      const erase = adasVault(history.erasedAda);
      const left = marks.filter((mark) => mark.startsWith('bob/'));
      given(projection, ...seenBy(projection, [...past, forget, erase])).thenPersonal(left);
      given(projection, ...seenBy(projection, [...past, erase, forget])).thenPersonal(left);
    });
  },
);

test('However the log is cut into pages, the documents are the same byte for byte', async () => {
  const whole = [...past, inDossier(history.forgotten), adasVault(history.erasedAda)];
  const inOnePage = await projected(projections, whole, whole.length);
  expect(inOnePage).toContain(adaId);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: whole.length }), async (pageSize) => {
      expect(await projected(projections, whole, pageSize)).toBe(inOnePage);
    }),
    { numRuns: 8 },
  );
});
