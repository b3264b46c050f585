import {
  aggregates,
  candidateEvents,
  applicationEvents,
  consentEvents,
  erasureEvents,
  mailEvents,
  messageTemplateEvents,
  integratorEvents,
  recruitmentModuleEvents,
  rights,
  type ApplicationId,
  type CandidateId,
} from '@vivier/domain';
import {
  handSetClock,
  isRejection,
  streamName,
  type Actor,
  type CommandId,
  type Recorded,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { createExecute, recorded, startSagaRunner } from '@vivier/runtime';
import { sagas } from '@vivier/sagas';
import {
  admin,
  anonymous,
  candidateSelf,
  derive,
  MemoryEventStore,
  MemoryVault,
  operator,
  organisation,
  sagaNamed,
} from '@vivier/testing';
import { openEmbeddedWorkState } from '@vivier/work-state';
import { Temporal } from 'temporal-polyfill';

export const ZONE = 'Europe/Paris';
const MINUTE = 60_000;

/** An instant by the clock on the wall in Paris: `2026-03-25 00:00`. */
const onTheWall = (instant: number): string =>
  Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(ZONE)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ');

const instantOf = (wall: string): number =>
  Temporal.PlainDateTime.from(wall.replace(' ', 'T')).toZonedDateTime(ZONE).epochMilliseconds;

/** What becomes of a mail: handed over so many minutes after it was asked for, given up, or nothing yet. */
export type MailFate = { readonly after: number } | 'given up' | 'no word';

/** What the timelines tell of; the rest of the log is how it came about. */
const TOLD = new Set<string>([
  candidateEvents.DeletionWarned.type,
  candidateEvents.DeletionCancelled.type,
  candidateEvents.SubjectErased.type,
  candidateEvents.SpaceOpened.type,
  candidateEvents.SpaceLimited.type,
  applicationEvents.DossierForgotten.type,
  applicationEvents.DocumentExpired.type,
]);

/**
 * An organisation that recruits, with the product's own rules, sagas and runner, in stores in memory and
 * under a clock that is set by hand. Times are those of the clock on the wall in Paris.
 */
export const recruiting = async (start: string) => {
  const codec = new EventCodec([
    ...[candidateEvents, applicationEvents, consentEvents, erasureEvents, mailEvents],
    ...[messageTemplateEvents, integratorEvents, recruitmentModuleEvents],
  ]);
  const store = new MemoryEventStore();
  const workState = await openEmbeddedWorkState({ file: ':memory:' });
  const clock = handSetClock(instantOf(start));
  const vault = new MemoryVault();
  const execute = createExecute({ aggregates, permissions: rights, store, vault, codec, clock });
  const refused: string[] = [];
  const run = () =>
    startSagaRunner({
      ...{ store, workState, codec, clock, execute, sagas },
      onRefused: (saga, { rejected }) => refused.push(`${saga}: ${rejected}`),
      onFailure: (saga, failure) => refused.push(`${saga}: ${failure}`),
    });
  let runner = await run();

  const settle = async (): Promise<void> => {
    let head = await store.head();
    while ((await runner.settled.reached(head)) && head < (await store.head()))
      head = await store.head();
    if (runner.settled.halt) throw new Error(runner.settled.halt.message);
  };

  let commands = 0;
  const send = async (by: Actor, name: string, input: unknown): Promise<string> => {
    commands += 1;
    const aggregate = Object.values(aggregates).find((one) => name in one.commands);
    const { applicationId } = input as { readonly applicationId?: string };
    const stream =
      applicationId === undefined ? undefined : streamName('application', applicationId);
    const seen = stream && (await store.readStream(organisation, stream))?.at(-1)?.revision;
    const commandId = `${aggregate?.category} ${commands}` as CommandId;
    const outcome = await execute({
      ...{ name, input, organisationId: organisation, by, commandId },
      seen: by.role === 'operator' ? seen : undefined,
    });
    if (isRejection(outcome)) throw new Error(`${name} was refused: ${outcome.rejected}.`);
    await settle();
    await settleMails();
    return outcome.key;
  };

  const events = (): Recorded[] => store.records.map((record) => recorded(codec, record));

  let fate: MailFate = { after: 0 };
  const announced = new Map<string, number>();
  /** When the next mail is handed over. */
  const nextMail = (): number => Math.min(...announced.values(), Infinity);
  let looked = 0;
  /** What an effect does about mails: it looks at what is new, and tells what came of each. */
  const settleMails = async (): Promise<void> => {
    const all = events();
    const fresh = all.slice(looked);
    looked = all.length;
    for (const { id, at, type } of fresh) {
      const asks =
        type === candidateEvents.DeletionWarned.type ||
        type === applicationEvents.ApplicationRejectedFinally.type;
      if (!asks || fate === 'no word') continue;
      const after = fate === 'given up' ? 0 : fate.after;
      announced.set(id, Date.parse(at) + after * MINUTE);
    }
    for (const [about, due] of announced) {
      if (due > clock.now()) continue;
      announced.delete(about);
      const event = all.find(({ id }) => id === about);
      const isWarning = event?.type === candidateEvents.DeletionWarned.type;
      const mail = {
        mailId: derive('mail', about),
        candidateId: event?.personId,
        kind: isWarning ? 'incompleteReminder' : 'finalRejection',
        ...{ locale: 'fr', templateVersion: 0, about, attempts: 1 },
      };
      if (fate === 'given up')
        await send(sagaNamed('mails'), 'RecordMailNotSent', { ...mail, failure: 'Refused' });
      else await send(sagaNamed('mails'), 'RecordMailSent', { ...mail, through: 'smtp' });
    }
  };

  const alix = admin('alix');
  const otto = operator('otto');
  await send(alix, 'SetLegalBasis', { legalBasis: 'legitimate-interest' });
  const invite = (campaign: string) => send(alix, 'CreateInvitation', { campaign });
  await invite('summer');
  const invitationOf = (campaign: string): string =>
    (
      events().find(
        ({ type, data }) =>
          type === recruitmentModuleEvents.InvitationCreated.type &&
          (data as { campaign: string }).campaign === campaign,
      )?.data as { invitationId: string }
    ).invitationId;

  return {
    clock,
    events,
    refused,
    workState,
    invite,
    mailsAre: (next: MailFate) => {
      fate = next;
    },
    /** The settings of incomplete dossiers (R-034 to R-036). */
    deletes: (deleteAfterDays: number, remindBeforeDays = 7) =>
      send(alix, 'SetIncompleteDeletion', { deleteAfterDays, remindBeforeDays, zone: ZONE }),
    settings: (name: string, input: unknown = {}) => send(alix, name, input),
    registers: async (name: string) =>
      (await send(anonymous('summer'), 'RegisterCandidate', {
        ...{ invitationId: invitationOf('summer'), fullName: name, email: `${name}@example.org` },
      })) as CandidateId,
    starts: async (person: CandidateId, campaign = 'summer') =>
      (await send(candidateSelf(person), 'StartApplication', {
        invitationId: invitationOf(campaign),
      })) as ApplicationId,
    candidate: (person: CandidateId, name: string, input: unknown = {}) =>
      send(candidateSelf(person), name, input),
    submits: (person: CandidateId, applicationId: ApplicationId) =>
      send(candidateSelf(person), 'SubmitApplication', { applicationId }),
    /** Adds a document, which is an action of the closed list (X-13). */
    addsDocument: (person: CandidateId) =>
      send(candidateSelf(person), 'AddDocument', {
        ...{ fileId: derive('file', String(commands)), fileName: 'CV.pdf' },
        ...{ mediaType: 'application/pdf', size: 1, contentHash: 'hash' },
      }),
    decides: (name: string, applicationId: ApplicationId) =>
      send(otto, name, { applicationId, ...(name !== 'AcceptApplication' && { reason: 'So.' }) }),
    operator: (name: string, input: unknown) => send(otto, name, input),
    /** Time passes, from deadline to deadline. */
    until: async (wall: string): Promise<void> => {
      const target = instantOf(wall);
      for (;;) {
        const next = Math.min((await runner.nextDue()) ?? Infinity, nextMail());
        if (next > target) break;
        if (runner.failing > 0) throw new Error('Something could not be sent.');
        clock.set(Math.max(next, clock.now()));
        await runner.sendDue();
        await settle();
        await settleMails();
      }
      clock.set(target);
    },
    /** The program is away until then; then it runs again. */
    away: async (wall: string): Promise<void> => {
      await runner.stop();
      clock.set(instantOf(wall));
      runner = await run();
      await settle();
      await settleMails();
    },
    /** What time did, and when, in the order of the log. */
    story: (): string[] =>
      events()
        .filter(({ type }) => TOLD.has(type))
        .map(({ at, type, data }) => {
          const { cause } = data as { readonly cause?: string };
          return `${onTheWall(Date.parse(at))} ${type}${cause === undefined ? '' : ` (${cause})`}`;
        }),
    /** What will happen to a person if nothing else happens first. */
    planned: async (person: CandidateId, saga = 'incompleteDossier'): Promise<string[]> =>
      (await workState.planned(saga, organisation, person)).map(
        ({ due, payload }) =>
          `${onTheWall(due)} ${(JSON.parse(payload) as { name: string }).name}`,
      ),
    end: async (): Promise<void> => {
      await runner.stop();
      await workState.close();
    },
  };
};

export type Recruiting = Awaited<ReturnType<typeof recruiting>>;
