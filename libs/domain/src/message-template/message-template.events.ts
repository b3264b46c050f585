import { defineEvents } from '@vivier/kernel';
import { z } from 'zod';

/** What a mail is about (A.6): 1 to 5 and 7 of the seeds' templates, and the change of an address. */
export const mailKind = z.enum([
  'activation',
  'correctionRequest',
  'finalRejection',
  'submissionConfirmation',
  'incompleteReminder',
  'passwordReset',
  'addressChange',
]);
export type MailKind = z.infer<typeof mailKind>;

export const messageTemplateEvents = defineEvents({
  /** The organisation's own text, about nobody; mails that left keep the version that they had. */
  MessageTemplateSet: {
    kind: mailKind,
    locale: z.enum(['fr', 'en']),
    /** 1 for the first; 0 is the product's own text. */
    templateVersion: z.int().positive(),
    subject: z.string().trim().min(1).max(200),
    body: z.string().trim().min(1).max(10_000),
  },
});
