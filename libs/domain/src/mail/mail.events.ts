import { defineEvents, id, type Brand } from '@vivier/kernel';
import { z } from 'zod';
import { locale, type CandidateId } from '../candidate/candidate.events.ts';
import { mailKind } from '../message-template/message-template.events.ts';

export type MailId = Brand<'MailId'>;

/** One mail to one person: facts only, what it said is rendered anew or sealed elsewhere. */
const mail = {
  mailId: id<MailId>(),
  candidateId: id<CandidateId>(),
  applicationId: z.string().optional(),
  kind: mailKind,
  locale,
  /** 0: the product's own text. */
  templateVersion: z.int().nonnegative(),
  /** The id of the event that asked for it. */
  about: z.string(),
  /** Begun so often. */
  attempts: z.int().positive(),
};

export const mailEvents = defineEvents({
  /** Handed over to the mail server, or laid into the sealed folder where there is none. */
  MailSent: { ...mail, through: z.enum(['smtp', 'folder']) },
  /** Given up for good: a kind of failure, never an address. */
  MailNotSent: { ...mail, failure: z.string() },
});
