import { decider, ignore, type EventOf, type Scope } from '@vivier/kernel';
import { applicationEvents as events } from './application.events.ts';
import { applicationRejections } from './rejections.ts';
import { candidateCommands } from './candidate-commands.ts';
import { reviewCommands } from './review-commands.ts';
import { withPin, withStatus, type ApplicationState } from './state.ts';

export type ApplicationEvent = EventOf<typeof events>;

/** One candidate's dossier for one campaign, from the first document to the verdict on the whole. */
export const application = decider<ApplicationState>()({
  category: 'application',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: (key) => `application-${key}` as Scope,
  absent: applicationRejections.ApplicationUnknown,

  evolve: {
    ApplicationStarted: (_, { data }) => ({
      status: 'draft',
      applicationId: data.applicationId,
      candidateId: data.candidateId,
      checklist: data.checklist,
      pins: {},
    }),
    DocumentSelected: (state, { data }) => withPin(state, data, 'submitted'),
    DocumentRepinned: (state, { data }) => withPin(state, data, 'submitted'),
    DocumentVerdictReset: (state, { data }) => withPin(state, data, 'submitted'),
    DocumentAccepted: (state, { data }) => withPin(state, data, 'valid'),
    DocumentRefused: (state, { data }) => withPin(state, data, 'refused'),
    DocumentCommented: ignore,
    ApplicationSubmitted: (state) => withStatus(state, 'submitted'),
    ApplicationAccepted: (state) => withStatus(state, 'accepted'),
    ApplicationReturned: (state) => withStatus(state, 'returned'),
    ApplicationRejectedFinally: (state) => withStatus(state, 'rejectedFinally'),
    DossierForgotten: (_, { data }) => ({
      status: 'forgotten',
      applicationId: data.applicationId,
      candidateId: data.candidateId,
    }),
  },

  commands: { ...candidateCommands, ...reviewCommands },
});
