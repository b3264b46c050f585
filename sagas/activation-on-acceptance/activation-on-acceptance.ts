import { saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import { applicationEvents, candidateEvents, type CandidateId } from '@vivier/domain/events';

/** What the saga knows of one candidate. */
interface State {
  readonly isConfirmed: boolean;
  /**
   * Until when the newest link leads somewhere, an ISO-8601 instant. Null: none was ever asked for, as of
   * somebody who registered with a release that wrote no mails.
   */
  readonly linkUntil: string | null;
  /** Whether an acceptance was followed by a link before. */
  readonly wasSent: boolean;
  /** The acceptance that a link is to follow, and has not yet. */
  readonly accepted?: {
    readonly candidateId: CandidateId;
    readonly at: string;
    readonly eventId: string;
  };
}

type RequestActivation = SagaCommand<'RequestActivation', CommandInputs['RequestActivation']>;

const initial: State = { isConfirmed: false, linkUntil: null, wasSent: false };

/** Nobody is written to for what was decided before mails were; nor twice while a link still holds. */
const wantsLink = ({ isConfirmed, linkUntil, wasSent, accepted }: State, at: string): boolean =>
  !isConfirmed &&
  !accepted &&
  linkUntil !== null &&
  (!wasSent || Date.parse(linkUntil) <= Date.parse(at));

/**
 * *Accepté* sends the activation mail to whom has not confirmed the account: the first acceptance always,
 * a later one where the newest link has ended by then. Its owner can ask for another at any time.
 */
export const activationOnAcceptance = saga<State, RequestActivation>()({
  name: 'activationOnAcceptance',
  events: [candidateEvents, applicationEvents],
  initial,
  instance: (event) => event.personId,
  evolve: {
    ApplicationAccepted: (state, { id, at, personId }) =>
      personId === undefined || !wantsLink(state, at)
        ? state
        : { ...state, accepted: { candidateId: personId, at, eventId: id } },
    ActivationRequested: ({ isConfirmed, wasSent, accepted }, { data: { until } }) => ({
      ...{ isConfirmed, linkUntil: until },
      wasSent: wasSent || accepted !== undefined,
    }),
    // What was sent to the old address is no proof any more.
    LoginEmailChanged: (state, { at }) =>
      state.linkUntil === null ? state : { ...state, linkUntil: at },
    AccountConfirmed: () => ({ ...initial, isConfirmed: true }),
    SubjectErased: () => initial,
  },
  agenda: ({ accepted }) =>
    accepted
      ? [
          {
            key: accepted.eventId,
            due: accepted.at,
            because: accepted.eventId,
            command: {
              name: 'RequestActivation' as const,
              input: { candidateId: accepted.candidateId },
            },
          },
        ]
      : [],
});
