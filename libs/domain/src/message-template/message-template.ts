import {
  command,
  decider,
  defineRejections,
  type EventOf,
  type OrganisationId,
  type Scope,
} from '@vivier/kernel';
import type { Locale } from '../candidate/candidate.events.ts';
import { messageTemplateEvents as events, type MailKind } from './message-template.events.ts';

/** One version of an organisation's own text. */
export interface TemplateInForce {
  /** 1 for the first. */
  readonly templateVersion: number;
  readonly subject: string;
  readonly body: string;
}

/** The newest texts of an organisation; where there is none, the product's own is in force. */
export interface MessageTemplateState {
  readonly texts: Readonly<Partial<Record<`${MailKind}.${Locale}`, TemplateInForce>>>;
}

type MessageTemplateEvent = EventOf<typeof events>;

export const messageTemplateRejections = defineRejections({
  TemplatesUnknown: {
    message: 'There is no such organisation.',
    remedy: 'Sign in again.',
  },
});

/** An organisation's own text, or undefined where the product's own is in force. */
export const templateOf = (
  { texts }: MessageTemplateState,
  kind: MailKind,
  locale: Locale,
): TemplateInForce | undefined => texts[`${kind}.${locale}`];

const settle = command<MessageTemplateState, MessageTemplateEvent>();
const { kind, locale, subject, body } = events.MessageTemplateSet.fields;

/** What an organisation writes instead of the product's own texts. The edge checks the texts themselves. */
export const messageTemplate = decider<MessageTemplateState>()({
  category: 'messageTemplate',
  events,
  initial: { texts: {} },
  person: () => undefined,
  scope: () => 'organisation' as Scope,
  absent: messageTemplateRejections.TemplatesUnknown,

  evolve: {
    MessageTemplateSet: ({ texts }, { data: { kind, locale, ...text } }) => ({
      texts: { ...texts, [`${kind}.${locale}`]: text },
    }),
  },

  commands: {
    SetMessageTemplate: settle({
      input: { kind, locale, subject, body },
      key: (_, { organisationId }: { readonly organisationId: OrganisationId }) => organisationId,
      creates: true,
      decide: (input, state) => {
        const now = templateOf(state, input.kind, input.locale);
        if (now?.subject === input.subject && now.body === input.body) return [];
        const templateVersion = (now?.templateVersion ?? 0) + 1;
        return [events.MessageTemplateSet({ ...input, templateVersion })];
      },
    }),
  },
});
