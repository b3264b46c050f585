import { daysLater, later, saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import {
  applicationEvents,
  candidateEvents,
  mailEvents,
  type ApplicationId,
  type CandidateId,
  type OverallState,
} from '@vivier/domain/events';

/** What a final rejection leads to, where the policy in force said that something does. */
interface Rejection {
  readonly eventId: string;
  readonly at: string;
  /** ISO-8601 instant. */
  readonly eraseAt: string;
  /** When the mail that tells it was handed over, or given up for good. */
  readonly told?: string;
}

interface Application {
  readonly status: OverallState;
  readonly rejection?: Rejection;
}

interface State {
  readonly candidateId: CandidateId | null;
  /** Those that were not forgotten. */
  readonly applications: Readonly<Record<ApplicationId, Application>>;
}

type Sent<Name extends keyof CommandInputs> = SagaCommand<Name, CommandInputs[Name]>;

const nobody: State = { candidateId: null, applications: {} };

/** So long at most an erasure waits for word of the mail that announces it. */
const LONGEST_WAIT_DAYS = 7;
const ZONE = 'UTC';

interface Happened {
  readonly key: string;
  readonly personId?: CandidateId | undefined;
}

const withApplication = (state: State, { key, personId }: Happened, one: Application): State => ({
  candidateId: personId ?? state.candidateId,
  applications: { ...state.applications, [key]: one },
});

const moved =
  (status: OverallState) =>
  (state: State, event: Happened): State =>
    withApplication(state, event, { status });

/** What became of the mail about a rejection. */
const mailed = (
  state: State,
  { at, data: { about } }: { readonly at: string; readonly data: { readonly about: string } },
): State => {
  const found = Object.entries(state.applications).find(
    ([, { rejection }]) => rejection?.eventId === about && rejection.told === undefined,
  );
  if (!found?.[1].rejection) return state;
  const [key, { status, rejection }] = found;
  return withApplication(state, { key }, { status, rejection: { ...rejection, told: at } });
};

/** Whether another application lives, or is kept for its own time: then the person stays. */
const isKeptByOther = ({ applications }: State, applicationId: string): boolean =>
  Object.entries(applications).some(
    ([id, { status }]) => id !== applicationId && status !== 'withdrawn',
  );

const commandOn = (
  state: State,
  applicationId: ApplicationId,
  { at }: Rejection,
): Sent<'ForgetDossier'> | Sent<'EraseSubject'> =>
  state.candidateId === null || isKeptByOther(state, applicationId)
    ? { name: 'ForgetDossier', input: { applicationId, because: 'finalRejection' } }
    : {
        name: 'EraseSubject',
        input: {
          candidateId: state.candidateId,
          applicationId,
          applicationIds: Object.keys(state.applications),
          since: at,
          because: 'finalRejection',
        },
      };

/**
 * Who is finally rejected goes when the policy says, though not before the mail that tells
 * them was handed over, or given up. A verdict that is taken back in time takes that back too.
 */
export const finalRejection = saga<State, Sent<'ForgetDossier'> | Sent<'EraseSubject'>>()({
  name: 'finalRejection',
  events: [candidateEvents, applicationEvents, mailEvents],
  initial: nobody,
  instance: ({ personId }) => personId,
  evolve: {
    ApplicationStarted: moved('draft'),
    ApplicationSubmitted: moved('submitted'),
    ApplicationAccepted: moved('accepted'),
    ApplicationReturned: moved('returned'),
    ApplicationWithdrawn: moved('withdrawn'),
    ApplicationRejectedFinally: (state, event) => {
      const { at, id: eventId, data } = event;
      const { eraseAt } = data;
      return withApplication(state, event, {
        status: 'rejectedFinally',
        ...(eraseAt !== undefined && { rejection: { eventId, at, eraseAt } }),
      });
    },
    MailSent: mailed,
    MailNotSent: mailed,
    DossierForgotten: (state, { key }) => {
      const { [key as ApplicationId]: _, ...applications } = state.applications;
      return Object.keys(applications).length === 0 ? nobody : { ...state, applications };
    },
    SubjectErased: () => nobody,
  },
  agenda: (state) =>
    Object.entries(state.applications).flatMap(([id, { rejection }]) => {
      if (!rejection) return [];
      const { at, eraseAt, eventId, told = daysLater(at, LONGEST_WAIT_DAYS, ZONE) } = rejection;
      return [
        {
          key: `erase/${id}/${eventId}`,
          due: later(eraseAt, told),
          because: eventId,
          command: commandOn(state, id as ApplicationId, rejection),
        },
      ];
    }),
});
