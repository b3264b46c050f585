import { command, decider, defineRejections, type EventOf, type Scope } from '@vivier/kernel';
import type { CandidateId } from '../candidate/candidate.events.ts';
import { mailEvents as events, type MailId } from './mail.events.ts';

export type MailState =
  | { readonly status: 'absent' }
  | { readonly status: 'sent' | 'notSent'; readonly candidateId: CandidateId };

type MailEvent = EventOf<typeof events>;

export const mailRejections = defineRejections({
  MailUnknown: {
    message: 'There is no such mail.',
    remedy: 'Ask for the list of mails and use an id from it.',
  },
});

const record = command<MailState, MailEvent>();
const ofMail = ({ mailId }: { readonly mailId: MailId }): string => mailId;

/** What became of one mail: facts. Once it has left, nothing undoes that. */
export const mail = decider<MailState>()({
  category: 'mail',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: () => 'account' as Scope,
  absent: mailRejections.MailUnknown,

  evolve: {
    MailSent: (_, { data: { candidateId } }) => ({ status: 'sent', candidateId }),
    MailNotSent: (state, { data: { candidateId } }) =>
      state.status === 'sent' ? state : { status: 'notSent', candidateId },
  },

  commands: {
    /** Also of a mail that had been given up, and that somebody has had tried again. */
    RecordMailSent: record({
      input: events.MailSent.fields,
      key: ofMail,
      creates: true,
      decide: (input, { status }) => (status === 'sent' ? [] : [events.MailSent(input)]),
    }),

    RecordMailNotSent: record({
      input: events.MailNotSent.fields,
      key: ofMail,
      creates: true,
      decide: (input, { status }) => (status === 'absent' ? [events.MailNotSent(input)] : []),
    }),
  },
});
