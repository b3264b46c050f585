import {
  applicationEvents,
  candidateEvents,
  integratorEvents,
  type LinkId,
  type Requirement,
} from '@vivier/domain/events';
import { isPersonal, type Projection } from '@vivier/kernel';
import {
  derive,
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
const account = told(candidateEvents);
const events = told(applicationEvents);
const requirements: Requirement[] = [
  { key: 'why', label: 'Why us?', mandatory: false, kind: 'question' },
];
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

const messageIn = (mark: string) => derive('message', mark) as typeof history.messageId;

/** Every personal value that any event of these aggregates can hold says whose and of what it is. */
const review = (mark: string) => [
  events.RequirementDeclared({ requirement: 'why', outcome: 'answered', answer: `${mark} answer` }),
  events.RequirementConfirmed({ requirement: 'why', confirmed: false, reason: `${mark} doubt` }),
  history.cvSelected,
  events.DocumentCommented({ ...cvPlaced, comment: `${mark} comment` }),
  events.DocumentRefused({ ...cvPlaced, from: 'submitted', reason: `${mark} refusal` }),
  events.MessageSent({
    messageId: messageIn(mark),
    side: 'organisation',
    text: `${mark} message`,
  }),
  history.submitted,
  events.ApplicationReturned({ from: 'submitted', reason: `${mark} return` }),
];
/** What each dossier says in the trail, where nothing is written over. */
const reviewWords = ['answer', 'comment', 'doubt', 'message', 'refusal', 'return'];

const { documentId, version, contentHash } = cv;
const linkId = derive('link') as LinkId;
const until = '2026-04-08T08:00:00.000Z';
/** The same of an account. */
const inAccount = (mark: string) => [
  account.DocumentAdded({ ...cv, fileName: `${mark} file` }),
  account.OwnInformationAmended({
    ...{ fields: ['town'], filled: ['town'] },
    values: { town: `${mark} town` },
  }),
  account.AddressChangeRequested({ linkId, until, email: `${mark}@asked.example` }),
  account.LoginEmailChanged({ linkId, email: `${mark}@new.example` }),
  account.PersonalDataOpened({ reason: `${mark} opening` }),
];
const registered = (who: typeof ada, mark: string) =>
  account.CandidateRegistered({
    ...who,
    fullName: `${mark} name`,
    email: `${mark}@example.org`,
  });
const stands = (mark: string) => [
  `${mark} file`,
  `${mark} name`,
  `${mark}@new.example`,
  JSON.stringify({ town: `${mark} town` }),
];
const wasSaid = (mark: string) => [
  ...stands(mark),
  `${mark}@asked.example`,
  `${mark}@example.org`,
  `${mark} opening`,
];

const past: readonly PastEvent[] = [
  adasVault(registered(ada, 'ada/account')),
  bobsVault(registered(bob, 'bob/account')),
  ...inAccount('ada/account').map((event) => adasVault(event)),
  ...inAccount('bob/account').map((event) => bobsVault(event)),
  inDossier(events.ApplicationStarted({ ...history.begun, requirements })),
  ...review('ada/first').map((event) => inDossier(event)),
  inOther(
    events.ApplicationStarted({
      ...history.begun,
      applicationId: history.otherDossierId,
      requirements,
    }),
  ),
  ...review('ada/second').map((event) => inOther(event)),
  inBobs(
    events.ApplicationStarted({
      ...history.begun,
      applicationId: bobsDossierId,
      candidateId: bobId,
      requirements,
    }),
  ),
  ...review('bob/first').map((event) => inBobs(event)),
  adasVault(account.DocumentReplaced({ ...newerCv, fileName: 'ada/account newer file' })),
  adasVault(
    account.DocumentRenamed({
      ...{ documentId, version, contentHash },
      fileName: 'ada/account other name',
    }),
  ),
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

const dossiers = ['ada/first', 'ada/second', 'bob/first'];
const of = (words: readonly string[]) =>
  dossiers.flatMap((mark) => words.map((word) => `${mark} ${word}`));

/** What each projection holds of persons, by the marks above. */
const held: Readonly<Record<string, readonly string[]>> = {
  auditTrail: [
    ...of(reviewWords),
    ...wasSaid('ada/account'),
    ...wasSaid('bob/account'),
    ...['ada/account newer file', 'ada/account other name'],
    ...['ada/first again', 'ada/first override', 'ada/second end'],
  ],
  candidateSpace: [
    ...stands('ada/account').filter((words) => words !== 'ada/account file'),
    ...stands('bob/account'),
    ...['ada/account newer file', 'ada/account other name'],
  ],
  dossier: [...of(['answer']), ...['ada/first override', 'ada/second end', 'bob/first return']],
  mailLog: [],
  messages: of(['message']),
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

test('This history holds every personal field of every event that projections see', () => {
  const seen = new Set(projections.flatMap(({ events: sets }) => sets));
  const declared = [...seen].flatMap((set) =>
    Object.values(set).flatMap(({ type, fields }) =>
      Object.entries(fields).flatMap(([field, schema]) =>
        isPersonal(schema) ? [`${type}.${field}`] : [],
      ),
    ),
  );
  const here = past.flatMap(({ event: { type, data } }) =>
    Object.keys(data as object).map((field) => `${type}.${field}`),
  );
  // Who withdraws a feed says why as who granted it: the same handle in the same place.
  const elsewhere = ['PersonalFeedWithdrawn.reason'];
  expect(declared.filter((field) => !here.includes(field))).toEqual(elsewhere);
});

test('This history knows what every projection holds of persons', () => {
  expect(Object.keys(held).sort()).toEqual(projections.map(({ name }) => name).sort());
});

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (name, projection) => {
    const marks = held[name] ?? [];
    /** Of persons other than Ada. */
    const bobs = marks.filter((mark) => mark.includes('bob/'));

    test('holds personal values in handles', () => {
      given(projection, ...seenBy(projection, past)).thenPersonal(marks);
    });

    test('GDPR 17: drops every handle of an erased person and none of another', () => {
      given(projection, ...seenBy(projection, [...past, adasVault(history.erasedAda)]))
        .thenPersonal(bobs)
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
      given(projection, ...seenBy(projection, [...past, forget, erase])).thenPersonal(bobs);
      given(projection, ...seenBy(projection, [...past, erase, forget])).thenPersonal(bobs);
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
