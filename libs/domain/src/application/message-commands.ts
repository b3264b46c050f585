import { command, type EventOf } from '@vivier/kernel';
import { applicationEvents as events, type MessageId } from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import { isDossier, type ApplicationState } from './state.ts';

const act = command<ApplicationState, EventOf<typeof events>>();

const { applicationId } = events.ApplicationStarted.fields;
const ofApplication = (input: { readonly applicationId: string }): string => input.applicationId;

/** On which side somebody writes and reads: the candidate's own, or the organisation's. */
const sideOf = ({ role }: { readonly role: string }) =>
  role === 'candidate' ? 'candidate' : 'organisation';

/** The thread on a dossier (*messagerie*, R-024): open in every state. */
export const messageCommands = {
  SendMessage: act({
    input: { applicationId, text: events.MessageSent.fields.text },
    key: ofApplication,
    decide: ({ text }, state, { by, newId }) =>
      isDossier(state)
        ? [events.MessageSent({ messageId: newId as MessageId, side: sideOf(by), text })]
        : refuse.ApplicationForgotten(),
  }),

  /** What the other side wrote up to now is read. */
  MarkMessagesRead: act({
    input: { applicationId },
    key: ofApplication,
    decide: (_, state, { by }) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      const side = sideOf(by);
      const upTo = state.written[side === 'candidate' ? 'organisation' : 'candidate'];
      return upTo === undefined || state.read[side] === upTo
        ? []
        : [events.MessagesRead({ side, upTo })];
    },
  }),
};
