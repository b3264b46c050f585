import type { CandidateId, Locale, MailKind } from '@vivier/domain';
import {
  isRejection,
  type Actor,
  type Attempt,
  type CorrelationId,
  type Rejection,
} from '@vivier/kernel';
import { deriveCommandId, type Execute } from '@vivier/runtime';

/** What the log says of a mail, besides what became of it. */
export interface MailFacts {
  readonly mailId: string;
  readonly candidateId: CandidateId;
  readonly applicationId?: string | undefined;
  readonly kind: MailKind;
  readonly locale: Locale;
  readonly templateVersion: number;
  readonly about: string;
  readonly attempts: number;
}

/** What became of the mail is not on record: it is tried again, under the same Message-ID. */
class MailNotRecorded extends Error {
  override readonly name: string;
  constructor({ rejected, message }: Rejection) {
    super(message);
    this.name = rejected;
  }
}

const by: Actor = { kind: 'saga', id: 'sendMail', role: 'system' };

/** Records what became of a mail. Of a person who was erased meanwhile nothing is recorded any more. */
export const recorderOf =
  ({ execute }: { readonly execute: Execute }) =>
  async (
    name: 'RecordMailSent' | 'RecordMailNotSent',
    { organisationId, eventId, attempt }: Attempt,
    input: MailFacts & ({ readonly through: string } | { readonly failure: string }),
  ): Promise<void> => {
    const outcome = await execute({
      name,
      input,
      organisationId,
      by,
      // Another attempt says other facts, so it is a command of its own.
      commandId: deriveCommandId('mail', name, eventId, String(attempt)),
      causationId: eventId,
      correlationId: eventId as string as CorrelationId,
    });
    if (isRejection(outcome) && outcome.rejected !== 'MailUnknown')
      throw new MailNotRecorded(outcome);
  };
