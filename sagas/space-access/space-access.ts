import { saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
} from '@vivier/domain/events';

interface Space {
  /** Whether the application is accepted at the moment, since when, and which event says so. */
  readonly accepted: boolean;
  readonly at: string;
  readonly eventId: string;
  /** Whether the candidate's space is open by it. */
  readonly open: boolean;
}

interface State {
  readonly candidateId: CandidateId | null;
  readonly spaces: Readonly<Record<ApplicationId, Space>>;
}

type Sent<Name extends keyof CommandInputs> = SagaCommand<Name, CommandInputs[Name]>;

const nobody: State = { candidateId: null, spaces: {} };

const decided =
  (accepted: boolean) =>
  (
    state: State,
    event: {
      readonly at: string;
      readonly id: string;
      readonly key: string;
      readonly personId?: CandidateId | undefined;
    },
  ): State => {
    const applicationId = event.key as ApplicationId;
    const space = state.spaces[applicationId];
    // What was never accepted opened nothing.
    if (!accepted && !space) return state;
    const { at, id: eventId, personId } = event;
    const next = { accepted, at, eventId, open: space?.open ?? false };
    return {
      candidateId: personId ?? state.candidateId,
      spaces: { ...state.spaces, [applicationId]: next },
    };
  };

const turned =
  (open: boolean) =>
  (state: State, { data }: { readonly data: { readonly applicationId: string } }): State => {
    const applicationId = data.applicationId as ApplicationId;
    const { [applicationId]: space, ...others } = state.spaces;
    if (!space) return state;
    // Neither accepted nor open: nothing is left to do about it.
    if (!open && !space.accepted) return { ...state, spaces: others };
    return { ...state, spaces: { ...others, [applicationId]: { ...space, open } } };
  };

/** An acceptance opens the candidate's space, and who takes it back limits it again. */
export const spaceAccess = saga<State, Sent<'OpenSpace'> | Sent<'LimitSpace'>>()({
  name: 'spaceAccess',
  events: [applicationEvents, candidateEvents],
  initial: nobody,
  instance: ({ personId }) => personId,
  evolve: {
    ApplicationAccepted: decided(true),
    ApplicationReturned: decided(false),
    ApplicationRejectedFinally: decided(false),
    ApplicationWithdrawn: decided(false),
    DossierForgotten: decided(false),
    SpaceOpened: turned(true),
    SpaceLimited: turned(false),
    SubjectErased: () => nobody,
  },
  agenda: ({ candidateId, spaces }) =>
    Object.entries(spaces).flatMap(([applicationId, { accepted, open, at, eventId }]) =>
      candidateId === null || accepted === open
        ? []
        : [
            {
              key: `${accepted ? 'open' : 'limit'}/${applicationId}/${eventId}`,
              due: at,
              because: eventId,
              command: {
                name: accepted ? ('OpenSpace' as const) : ('LimitSpace' as const),
                input: { candidateId, applicationId },
              },
            },
          ],
    ),
});
