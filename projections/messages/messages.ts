import {
  projection,
  withoutHandles,
  type Metadata,
  type Position,
  type Scope,
  type Sealed,
} from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type MessageId,
  type MessageSide,
} from '@vivier/domain/events';

/** One message of a dossier's thread. */
export interface MessageDocument {
  readonly _id: MessageId;
  readonly applicationId: ApplicationId;
  readonly candidateId: CandidateId;
  readonly position: Position;
  readonly side: MessageSide;
  readonly by: Metadata['by'];
  readonly at: string;
  readonly text: Sealed<string> | null;
}

/** What was said about a dossier between its candidate and the organisation (*messagerie*, R-024). */
export const messages = projection<MessageDocument>()({
  name: 'messages',
  version: 1,
  indexes: [{ applicationId: 1, position: 1 }, { candidateId: 1 }],
  events: [applicationEvents, candidateEvents],
  on: {
    MessageSent: {
      keys: ({ data }) => [data.messageId],
      evolve: (_, { key, personId, position, by, at, data: { messageId, side, text } }) =>
        personId && {
          _id: messageId,
          applicationId: key as ApplicationId,
          candidateId: personId,
          position,
          side,
          by,
          at,
          text,
        },
    },
    DossierForgotten: {
      keys: ({ data }) => ({ where: { applicationId: data.applicationId } }),
      evolve: (message, { data }) =>
        message &&
        withoutHandles(message, {
          personId: data.candidateId,
          scope: `application-${data.applicationId}` as Scope,
        }),
    },
    SubjectErased: {
      keys: ({ data }) => ({ where: { candidateId: data.candidateId } }),
      evolve: (message, { data }) =>
        message && withoutHandles(message, { personId: data.candidateId }),
    },
  },
});
