import { saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import { applicationEvents, candidateEvents, type CandidateId } from '@vivier/domain/events';

/** What the saga knows of one candidate. */
interface State {
  readonly isConfirmed: boolean;
  /** An acceptance that no activation mail has followed yet. */
  readonly accepted?:
    | { readonly candidateId: CandidateId; readonly at: string; readonly eventId: string }
    | undefined;
}

type RequestActivation = SagaCommand<'RequestActivation', CommandInputs['RequestActivation']>;

const initial: State = { isConfirmed: false };

/** *Accepté* sends the activation mail, once, and only to whom has not confirmed the account. */
export const activationOnAcceptance = saga<State, RequestActivation>()({
  name: 'activationOnAcceptance',
  events: [candidateEvents, applicationEvents],
  initial,
  instance: (event) => event.personId,
  evolve: {
    ApplicationAccepted: (state, { id, at, personId }) =>
      personId === undefined
        ? state
        : { ...state, accepted: { candidateId: personId, at, eventId: id } },
    ActivationRequested: ({ isConfirmed }) => ({ isConfirmed }),
    AccountConfirmed: () => ({ isConfirmed: true }),
    SubjectErased: () => initial,
  },
  agenda: ({ isConfirmed, accepted }) =>
    isConfirmed || !accepted
      ? []
      : [
          {
            key: accepted.eventId,
            due: accepted.at,
            because: accepted.eventId,
            command: {
              name: 'RequestActivation' as const,
              input: { candidateId: accepted.candidateId },
            },
          },
        ],
});
