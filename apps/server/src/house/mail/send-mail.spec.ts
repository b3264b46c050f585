import { aggregates, mailEvents, rights, type InvitationId, type LinkId } from '@vivier/domain';
import { applicationEvents, candidateEvents, messageTemplateEvents } from '@vivier/domain/events';
import type { ApplicationId, CandidateId } from '@vivier/domain';
import {
  handSetClock,
  type Attempt,
  type DomainEvent,
  type Effect,
  type Recorded,
  type Scope,
  type StreamName,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { MailDeferred, MailRefused, type OutgoingMail } from '@vivier/mail';
import { createExecute, derive, load, recorded } from '@vivier/runtime';
import { inStream, MemoryEventStore, MemoryVault, organisation, Past, told } from '@vivier/testing';
import { KeyFenced } from '@vivier/vault';
import type { Mailing } from './mailing.ts';
import { sendMail } from './send-mail.ts';

const sets = Object.values(aggregates).map(({ events }) => events);
const candidates = told(candidateEvents);
const dossiers = told(applicationEvents);
const templates = told(messageTemplateEvents);

const candidateId = derive('ada') as CandidateId;
const applicationId = derive('dossier') as ApplicationId;
const linkId = derive('link') as LinkId;
const invitationId = derive('invitation') as InvitationId;
const account = 'account' as Scope;
const ofAda = inStream({
  category: 'candidate',
  key: candidateId,
  personId: candidateId,
  scope: account,
});
const dossier = {
  category: 'application',
  key: applicationId as string,
  personId: candidateId,
  scope: `application-${applicationId}` as Scope,
};
const inDossier = inStream(dossier);

const ada = { candidateId, fullName: 'Ada Exemple', email: 'ada@example.org', invitationId };
const registered = ofAda(candidates.CandidateRegistered({ ...ada, campaign: 'summer' }));
const started = inDossier(
  dossiers.ApplicationStarted({
    ...{ applicationId, candidateId, invitationId, campaign: 'summer' },
    ...{ checklistVersion: 0, checklist: [] },
  }),
);
const returned = inDossier(
  dossiers.ApplicationReturned({ from: 'submitted', reason: 'Page 2 is missing.' }),
);
const UNTIL = '2026-03-09T09:00:00.000Z';
const activation = ofAda(candidates.ActivationRequested({ linkId, until: UNTIL }));
const reset = ofAda(candidates.PasswordResetRequested({ linkId, until: UNTIL }));
const warned = ofAda(
  candidates.DeletionWarned({
    ...{ candidateId, applicationId, deleteAt: '2026-04-01T22:00:00.000Z' },
    ...{ deleteAfterDays: 30, remindBeforeDays: 7, settingsRevision: 1 },
  }),
);

type Told = ReturnType<typeof ofAda>;

/** A log with a past, of which the last event asks for a mail. */
const given = async (...events: readonly Told[]) => {
  const vault = new MemoryVault();
  const past = new Past(sets, vault);
  const codec = new EventCodec(sets);
  const store = new MemoryEventStore();
  const clock = handSetClock('2026-03-02T10:00:00.000Z');
  const happens = async (event: Told): Promise<Recorded> => {
    const record = past.stored(event);
    const { organisationId, stream, revision } = record;
    await store.append(organisationId, stream, revision === 0 ? 'none' : revision - 1, [record]);
    return recorded(codec, store.records.at(-1) ?? record);
  };
  let last: Recorded | undefined;
  for (const event of events) last = await happens(event);
  const execute = createExecute({ aggregates, permissions: rights, store, vault, codec, clock });
  const handedOver: OutgoingMail[] = [];
  let failing: (() => Promise<void>) | undefined;
  const mailing = {
    transport: {
      through: 'smtp',
      handOver: async (mail: OutgoingMail) => {
        handedOver.push(mail);
        await failing?.();
      },
    },
    host: () => 'recruit.example.org',
  } as unknown as Mailing;
  let dies = false;
  const effect: Effect = sendMail({
    load: (...about) => load(store, codec, ...about),
    execute: async (envelope) => {
      if (dies) throw new Error('killed');
      return execute(envelope);
    },
    vault,
    identity: {
      organisation: async (organisationId) => ({
        ...{ organisationId, slug: 'maison', name: 'Maison Exemple' },
        ...{ zone: 'Europe/Paris', isDemo: false },
      }),
    },
    clock,
    mailing,
    linkOf: async ({ kind }) => `https://recruit.example.org/account/${kind}#token`,
  });
  const attempt = async (number = 1, more: Partial<Attempt> = {}): Promise<string> => {
    if (!last) throw new Error('Nothing has happened.');
    const { organisationId, id: eventId } = last;
    const task = effect.on[last.type]?.(last);
    const about = { organisationId, eventId, attempt: number, isLast: false, ...more };
    return effect.perform(JSON.parse(JSON.stringify(task)), about).then(
      () => 'done',
      (error: Error) => error.name,
    );
  };
  const giveUp = async (number: number): Promise<void> => {
    if (!last) throw new Error('Nothing has happened.');
    const { organisationId, id: eventId } = last;
    const about = { organisationId, eventId, attempt: number, isLast: true };
    await effect.givenUp?.(effect.on[last.type]?.(last), about);
  };
  /** What the log says of mails. */
  const facts = (): readonly (readonly [string, object])[] =>
    store.records
      .filter(({ stream }: { readonly stream: StreamName }) => stream.startsWith('mail-'))
      .map((record) => codec.decode(record) as DomainEvent<string, object>)
      .map(({ type, data }) => [type, data]);
  return {
    vault,
    clock,
    happens,
    attempt,
    giveUp,
    handedOver,
    facts,
    eventId: last?.id,
    fail: (error: Error | undefined, before: () => Promise<void> = () => Promise.resolve()) => {
      failing =
        error &&
        (async () => {
          await before();
          throw error;
        });
    },
    die: (does: boolean) => {
      dies = does;
    },
  };
};

describe('A mail that an event asks for', () => {
  test('is made of what the log knows at that moment, and its result is on record', async () => {
    const own = inStream({ category: 'messageTemplate', key: organisation, scope: account })(
      templates.MessageTemplateSet({
        ...{ kind: 'correctionRequest', locale: 'fr', templateVersion: 3 },
        ...{ subject: 'À corriger', body: '{{ name }}, {{ campaign }} : {{ reason }}' },
      }),
    );
    const { attempt, eventId, facts, handedOver } = await given(registered, own, started, returned);
    expect(await attempt()).toBe('done');
    expect(handedOver).toMatchObject([
      {
        place: { organisationId: organisation, personId: candidateId, scope: dossier.scope },
        to: { name: 'Ada Exemple', address: 'ada@example.org' },
        fromName: 'Maison Exemple',
        messageId: `${eventId}@recruit.example.org`,
        subject: 'À corriger',
        text: 'Ada Exemple, summer : Page 2 is missing.',
      },
    ]);
    const mailId = derive('mail', eventId ?? '');
    expect(facts()).toEqual([
      [
        mailEvents.MailSent.type,
        {
          ...{ mailId, candidateId, applicationId, kind: 'correctionRequest', locale: 'fr' },
          ...{ templateVersion: 3, about: eventId, attempts: 1, through: 'smtp' },
        },
      ],
    ]);
    // Facts alone: nobody's name lies in the log because of a mail.
    expect(JSON.stringify(facts())).not.toMatch(/Ada|example\.org|Page 2/);
  });

  test('leads to a link where it is about one, and says until when', async () => {
    const { attempt, handedOver } = await given(registered, activation);
    await attempt();
    expect(handedOver[0]?.text).toContain('https://recruit.example.org/account/activation#token');
    expect(handedOver[0]?.text).toContain('lundi 9 mars 2026 à 10:00');
  });

  test('speaks the person’s language, and warns of the day and how far it is', async () => {
    const english = { ...ada, locale: 'en', campaign: 'summer' } as const;
    const { attempt, clock, handedOver } = await given(
      ofAda(candidates.CandidateRegistered(english)),
      started,
      warned,
    );
    clock.set('2026-03-26T10:00:00.000Z');
    await attempt();
    const { subject = '', text = '' } = handedOver[0] ?? {};
    expect(subject).toBe('Your file will be deleted on Thursday, 2 April 2026');
    expect(text).toContain('for “summer” is not complete');
    expect(text).toContain('in 7 day(s)');
  });

  test('goes to the new address where it is about a new one, and later to that', async () => {
    const change = { linkId, until: UNTIL, email: 'ada@new.example' };
    const asked = ofAda(candidates.AddressChangeRequested(change));
    const first = await given(registered, asked);
    await first.attempt();
    expect(first.handedOver[0]?.to.address).toBe('ada@new.example');
    const changed = ofAda(candidates.LoginEmailChanged({ linkId, email: 'ada@new.example' }));
    const next = await given(registered, asked, changed, started, returned);
    await next.attempt();
    expect(next.handedOver[0]?.to.address).toBe('ada@new.example');
  });

  test.each(['Win at https://evil.example', 'www.evil.example', 'evil.example/x', 'a@b.example'])(
    'greets nobody as %j: a stranger’s address may have been given with it',
    async (fullName) => {
      const { attempt, handedOver } = await given(
        ofAda(candidates.CandidateRegistered({ ...ada, fullName, campaign: 'summer' })),
        activation,
      );
      await attempt();
      expect(handedOver[0]?.text).toMatch(/^Bonjour,\n/);
      expect(JSON.stringify(handedOver)).not.toMatch(/evil|a@b/);
    },
  );
});

describe('A mail that was begun', () => {
  test('and whose end is not on record is sent again under the same Message-ID, and the trail says so', async () => {
    const { attempt, die, facts, handedOver } = await given(registered, started, returned);
    die(true);
    expect(await attempt(1)).toBe('Error');
    expect(facts()).toEqual([]);
    die(false);
    expect(await attempt(2)).toBe('done');
    expect(new Set(handedOver.map(({ messageId }) => messageId)).size).toBe(1);
    expect(handedOver).toHaveLength(2);
    expect(facts()).toMatchObject([['MailSent', { attempts: 2 }]]);
  });

  test('and is on record as sent is not sent again', async () => {
    const { attempt, facts, handedOver } = await given(registered, started, returned);
    await attempt(1);
    expect(await attempt(2)).toBe('done');
    expect(handedOver).toHaveLength(1);
    expect(facts()).toHaveLength(1);
  });
});

describe('A mail that does not leave', () => {
  test('for now is not on record, and is tried again', async () => {
    const { attempt, facts, fail } = await given(registered, started, returned);
    fail(new MailDeferred('Deferred451'));
    expect(await attempt(1)).toBe('Deferred451');
    expect(facts()).toEqual([]);
  });

  test('with the last attempt is given up, with why', async () => {
    const { attempt, facts, fail } = await given(registered, started, returned);
    fail(new MailDeferred('DeferredETIMEDOUT'));
    expect(await attempt(11, { isLast: true })).toBe('DeferredETIMEDOUT');
    expect(facts()).toMatchObject([
      ['MailNotSent', { failure: 'DeferredETIMEDOUT', attempts: 11, kind: 'correctionRequest' }],
    ]);
  });

  test('because the process died of the last attempt is given up as well', async () => {
    const { facts, giveUp } = await given(registered, started, returned);
    await giveUp(11);
    expect(facts()).toMatchObject([['MailNotSent', { failure: 'NeverEnded', attempts: 11 }]]);
  });

  test('because it was refused for good is given up at once, and leaves when it is revived', async () => {
    const { attempt, facts, fail } = await given(registered, started, returned);
    fail(new MailRefused('Refused550'));
    expect(await attempt(1)).toBe('FailedForGood');
    expect(await attempt(1)).toBe('FailedForGood');
    fail(undefined);
    expect(await attempt(1)).toBe('done');
    expect(facts()).toMatchObject([
      ['MailNotSent', { failure: 'Refused550', attempts: 1 }],
      ['MailSent', { attempts: 1 }],
    ]);
  });

  test.each([
    [
      'AlreadyConfirmed',
      [activation, ofAda(candidates.AccountConfirmed({ linkId }))],
      activation,
      undefined,
    ],
    ['LinkExpired', [activation], activation, UNTIL],
    ['LinkUsed', [reset, ofAda(candidates.PasswordReset({ linkId }))], reset, undefined],
  ])('because it is not wanted any more says so: %s', async (failure, events, asking, now) => {
    const { attempt, clock, facts, handedOver, happens } = await given(registered, asking);
    for (const event of events.slice(events.indexOf(asking) + 1)) await happens(event);
    if (now !== undefined) clock.set(now);
    expect(await attempt()).toBe('done');
    expect(handedOver).toEqual([]);
    expect(facts()).toMatchObject([['MailNotSent', { failure }]]);
  });
});

const ended = inDossier(
  dossiers.ApplicationRejectedFinally({ from: 'submitted', reason: 'Page 2 is missing.' }),
);
const submitted = inDossier(
  dossiers.ApplicationSubmitted({ from: 'returned', legalBasis: 'legitimate-interest' }),
);
const accepted = inDossier(
  dossiers.ApplicationAccepted({ from: 'rejectedFinally', overridden: [] }),
);
const forgotten = inDossier(dossiers.DossierForgotten({ applicationId, candidateId }));
const returnedAgain = inDossier(
  dossiers.ApplicationReturned({ from: 'rejectedFinally', reason: 'Page 3 is missing.' }),
);
const withdrawn = inDossier(dossiers.ApplicationWithdrawn({ from: 'returned' }));
const cancelled = ofAda(
  candidates.DeletionCancelled({ candidateId, applicationId, cause: 'activity' }),
);

describe('What was decided is not told any more', () => {
  test.each([
    ['a final rejection, once it was accepted', ended, [accepted]],
    ['a final rejection, once it was returned', ended, [returnedAgain]],
    ['a final rejection, once it was decided anew', ended, [returnedAgain, ended]],
    ['a return, once the dossier came again', returned, [submitted]],
    ['a return, once there was another one', returned, [submitted, returnedAgain]],
    ['a return, once the candidate withdrew', returned, [withdrawn]],
    ['a return, once the dossier was forgotten', returned, [forgotten]],
    ['a deletion, once it was cancelled', warned, [cancelled]],
    ['a deletion, once another one was announced', warned, [cancelled, warned]],
    ['a deletion, once the dossier was submitted', warned, [submitted]],
    ['a deletion, once the dossier was forgotten', warned, [forgotten]],
  ])('%s', async (_, asking, later) => {
    const { attempt, facts, fail, handedOver, happens } = await given(registered, started, asking);
    fail(new MailDeferred('Deferred451'));
    expect(await attempt(1)).toBe('Deferred451');
    for (const event of later) await happens(event);
    fail(undefined);
    expect(await attempt(2)).toBe('done');
    expect(handedOver).toHaveLength(1);
    expect(facts()).toMatchObject([['MailNotSent', { failure: 'Cancelled', attempts: 2 }]]);
  });

  test('but a decision that stands is, whatever is said beside it', async () => {
    const { attempt, facts, happens } = await given(registered, started, ended);
    await happens(inDossier(dossiers.ReviewerAssigned({ reviewerId: derive('olu') })));
    expect(await attempt(1)).toBe('done');
    expect(facts()).toMatchObject([['MailSent', { kind: 'finalRejection' }]]);
  });
});

describe('Nobody who was erased is written to', () => {
  test('neither after the event', async () => {
    const { attempt, facts, handedOver, happens } = await given(registered, started, returned);
    await happens(ofAda(candidates.SubjectErased({ candidateId })));
    expect(await attempt()).toBe('done');
    expect([handedOver, facts()]).toEqual([[], []]);
  });

  test('nor once the keys are gone', async () => {
    const { attempt, facts, handedOver, vault } = await given(registered, started, returned);
    await vault.destroyPerson(organisation, candidateId);
    expect(await attempt()).toBe('done');
    expect([handedOver, facts()]).toEqual([[], []]);
  });

  test('and what was just being written for them leads to no failure', async () => {
    const { attempt, fail, facts, handedOver, vault } = await given(registered, started, returned);
    fail(new KeyFenced(candidateId, account), () => vault.destroyPerson(organisation, candidateId));
    expect(await attempt()).toBe('done');
    expect(handedOver).toHaveLength(1);
    expect(facts()).toEqual([]);
  });

  test('but of a dossier that was forgotten its person is still told, without its words', async () => {
    const { attempt, handedOver, happens, vault } = await given(registered, started, ended);
    await happens(forgotten);
    await vault.destroyScope(organisation, candidateId, dossier.scope);
    expect(await attempt()).toBe('done');
    expect(handedOver).toMatchObject([{ place: { scope: account } }]);
    expect(handedOver[0]?.text).not.toContain('Page 2');
    expect(handedOver[0]?.text).toContain('décision est définitive');
  });
});
