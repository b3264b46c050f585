import {
  applicationEvents,
  candidateEvents,
  mail,
  type CandidateId,
  type MailKind,
  type MailState,
} from '@vivier/domain';
import { MailRefused, renderMail } from '@vivier/mail';
import { effect, FailedForGood, type Attempt, type Effect } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { KeyFenced } from '@vivier/vault';
import { recorderOf, type MailFacts } from './recording-mail.ts';
import { whatItSays, type MailPorts } from './what-it-says.ts';

/** What a mail is about, as ids: names and words are opened when it is handed over, and only then. */
export interface MailTask {
  readonly kind: MailKind;
  readonly candidateId: CandidateId;
  readonly applicationId?: string | undefined;
}

/** The effect's name: an installation that is older than it begins with what happens from now on. */
export const SEND_MAIL = 'sendMail';

/** The mail that an event asks for has the same id whenever it is tried. */
export const mailIdOf = (eventId: string): string => derive('mail', eventId);

/** What is known before the mail is made: its language and its template’s version are the usual ones. */
const factsOf = (task: MailTask, { eventId, attempt }: Attempt): MailFacts => ({
  ...task,
  mailId: mailIdOf(eventId),
  locale: 'fr',
  templateVersion: 0,
  about: eventId,
  attempts: attempt,
});

const toCandidate =
  (kind: MailKind) =>
  ({ key, data }: { readonly key: string; readonly data: unknown }): MailTask => {
    const { applicationId } = data as { readonly applicationId?: string };
    return { kind, candidateId: key as CandidateId, ...(applicationId && { applicationId }) };
  };

const aboutDossier =
  (kind: MailKind) =>
  ({ key, personId }: { readonly key: string; readonly personId?: string }): MailTask | undefined =>
    personId === undefined
      ? undefined
      : { kind, candidateId: personId as CandidateId, applicationId: key };

/**
 * Writes to people. The attempt is on record before it is made and its result
 * after, so that a crash in between sends the mail again, under the same Message-ID. Nobody who was erased
 * is written to. What cannot be delivered is an event, `MailNotSent`.
 */
export const sendMail = (ports: MailPorts): Effect => {
  const { load, mailing } = ports;
  const { transport } = mailing;
  const record = recorderOf(ports);

  /** @returns whether it left; a reason why it is not wanted any more; undefined where nobody is left */
  const handOver = async (
    task: MailTask,
    attempt: Attempt,
    facts: (some: Partial<MailFacts>) => void,
  ): Promise<'sent' | { readonly moot: string } | undefined> => {
    const { organisationId, eventId } = attempt;
    const said = await whatItSays(ports, task, attempt);
    if (!said) return undefined;
    const { locale, templateVersion } = said;
    facts({ locale, templateVersion });
    if (said.moot !== undefined) return { moot: said.moot };
    const rendered = await renderMail({ kind: task.kind, locale, ...said.filled });
    await transport.handOver({
      place: {
        organisationId,
        personId: task.candidateId,
        scope: said.scope,
        mailId: mailIdOf(eventId),
      },
      to: said.to,
      fromName: said.fromName,
      at: ports.clock.now(),
      messageId: `${eventId}@${mailing.host()}`,
      ...rendered,
    });
    return 'sent';
  };

  return effect<MailTask>()({
    name: SEND_MAIL,
    events: [candidateEvents, applicationEvents],
    on: {
      ActivationRequested: toCandidate('activation'),
      PasswordResetRequested: toCandidate('passwordReset'),
      AddressChangeRequested: toCandidate('addressChange'),
      DeletionWarned: toCandidate('incompleteReminder'),
      ApplicationSubmitted: aboutDossier('submissionConfirmation'),
      ApplicationReturned: aboutDossier('correctionRequest'),
      ApplicationRejectedFinally: aboutDossier('finalRejection'),
    },
    perform: async (task, attempt) => {
      const { organisationId, eventId } = attempt;
      const { state } = await load(organisationId, mail, mailIdOf(eventId));
      // It left, and the process died before its task was taken out.
      if ((state as MailState).status === 'sent') return;
      let facts = factsOf(task, attempt);
      const notSent = (failure: string): Promise<void> =>
        record('RecordMailNotSent', attempt, { ...facts, failure });
      try {
        const outcome = await handOver(task, attempt, (some) => {
          facts = { ...facts, ...some };
        });
        if (outcome === 'sent')
          await record('RecordMailSent', attempt, { ...facts, through: transport.through });
        else if (outcome) await notSent(outcome.moot);
      } catch (error) {
        // Erased while it was being written: nobody is there to be written to.
        if (error instanceof KeyFenced) return notSent('Erased');
        if (error instanceof MailRefused) {
          await notSent(error.kind);
          throw new FailedForGood('The mail was refused for good.', { cause: error });
        }
        if (attempt.isLast) await notSent(error instanceof Error ? error.name : 'Unknown');
        throw error;
      }
    },
    givenUp: (task, attempt) =>
      record('RecordMailNotSent', attempt, { ...factsOf(task, attempt), failure: 'NeverEnded' }),
  });
};
