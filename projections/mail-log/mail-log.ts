import { ofItsStream, projection, type Position } from '@vivier/kernel';
import { mailEvents, type CandidateId, type MailId, type MailKind } from '@vivier/domain/events';

/** What became of one mail: facts. What it said is not here. */
export interface MailLogEntry {
  readonly _id: MailId;
  readonly candidateId: CandidateId;
  readonly applicationId: string | null;
  readonly kind: MailKind;
  readonly locale: 'fr' | 'en';
  /** 0: the product's own text. */
  readonly templateVersion: number;
  readonly state: 'sent' | 'notSent';
  /** Where it left to; null where it did not. */
  readonly through: 'smtp' | 'folder' | null;
  /** A kind of failure; null where it left. */
  readonly failure: string | null;
  readonly attempts: number;
  /** ISO-8601 instant at which it left, or was given up. */
  readonly at: string;
  /** The id of the event that asked for it. */
  readonly about: string;
  readonly position: Position;
}

/** Which mails somebody was sent, or was to be sent, and what became of each (R-029, F-31). */
export const mailLog = projection<MailLogEntry>()({
  name: 'mailLog',
  version: 1,
  indexes: [{ candidateId: 1, position: 1 }],
  events: [mailEvents],
  on: {
    MailSent: {
      keys: ofItsStream,
      evolve: (_, { at, position, data: { mailId, applicationId = null, ...mail } }) => ({
        _id: mailId,
        applicationId,
        ...mail,
        state: 'sent',
        failure: null,
        at,
        position,
      }),
    },
    MailNotSent: {
      keys: ofItsStream,
      evolve: (_, { at, position, data: { mailId, applicationId = null, ...mail } }) => ({
        _id: mailId,
        applicationId,
        ...mail,
        state: 'notSent',
        through: null,
        at,
        position,
      }),
    },
  },
});
