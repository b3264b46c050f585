import { saga } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  mailEvents,
  recruitmentModuleEvents,
  type OverallState,
} from '@vivier/domain/events';
import { ACCOUNT, clocksOf, nobody, type State } from './clocks.ts';
import { planOf, type IncompleteCommand } from './plan.ts';
import { laterFact, nothingSaid, type Fact, type Settings } from './settings.ts';

interface Happened {
  readonly at: string;
  readonly id: string;
  readonly key: string;
}

const factOf = ({ at, id }: Happened): Fact => ({ at, eventId: id });

/** Nothing is known of whoever is erased, whatever is still told about them. */
const ofSomebody =
  <Event extends Happened>(step: (state: State, event: Event) => State) =>
  (state: State, event: Event): State =>
    state.candidateId === null ? state : step(state, event);

/** By the clock, as the aggregates have it: those of several machines may differ a little. */
const withAction = (state: State, event: Happened): State => ({
  ...state,
  last: laterFact(factOf(event), state.last),
});

/** An action of the closed list: signing in and mails are none. */
const action = ofSomebody(withAction);

const withStatus = (state: State, event: Happened, status: OverallState): State => ({
  ...state,
  applications: {
    ...state.applications,
    [event.key]: { status, since: factOf(event) },
  },
});

const moved = (status: OverallState) =>
  ofSomebody((state, event) => withStatus(state, event, status));

/** The same, where the candidate did it. */
const movedByThem = (status: OverallState) =>
  ofSomebody((state, event) => withAction(withStatus(state, event, status), event));

const without = <Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> => {
  const { [name]: _, ...others } = record;
  return others;
};

/** What became of the mail about a warning; of other mails nothing is kept. */
const mailed = (
  outcome: (at: string) => { readonly handedOver: string } | { readonly givenUp: true },
) =>
  ofSomebody<Happened & { readonly data: { readonly about: string } }>((state, { at, data }) => {
    const found = Object.entries(state.warnings).find(
      ([, { warned }]) => warned.eventId === data.about,
    );
    if (!found) return state;
    const [name, warning] = found;
    return {
      ...state,
      warnings: { ...state.warnings, [name]: { ...warning, ...outcome(at) } },
    };
  });

/**
 * Who leaves a dossier incomplete is warned, and then deleted. One person's
 * clocks start again with each of their own actions, and follow the settings in force.
 */
export const incompleteDossier = saga<State, IncompleteCommand, Settings>()({
  name: 'incompleteDossier',
  events: [candidateEvents, applicationEvents, mailEvents, recruitmentModuleEvents],
  initial: nobody,
  instance: ({ personId }) => personId,
  organisation: {
    initial: nothingSaid,
    evolve: {
      IncompleteDeletionSet: (settings, event) => ({
        ...settings,
        deleteAfterDays: event.data.deleteAfterDays,
        remindBeforeDays: event.data.remindBeforeDays,
        zone: event.data.zone,
        changed: factOf(event),
      }),
      RecruitmentModuleSwitchedOff: (settings, event) => ({
        ...settings,
        on: false,
        switched: factOf(event),
      }),
      RecruitmentModuleSwitchedOn: (settings, event) => ({
        ...settings,
        on: true,
        switched: factOf(event),
        pauses:
          settings.switched === null
            ? settings.pauses
            : [...settings.pauses, { off: settings.switched.at, on: event.at }],
      }),
    },
  },
  evolve: {
    CandidateRegistered: (_, event) => ({
      ...nobody,
      candidateId: event.data.candidateId,
      last: factOf(event),
    }),
    OwnInformationAmended: action,
    DocumentAdded: action,
    DocumentReplaced: action,
    DocumentRenamed: action,
    DocumentRemoved: action,
    StatusDeclared: action,
    RequirementDeclared: action,
    DocumentSelected: action,
    DocumentDeselected: action,
    MessageSent: (state, event) => (event.data.side === 'candidate' ? action(state, event) : state),
    ApplicationStarted: movedByThem('draft'),
    ApplicationSubmitted: movedByThem('submitted'),
    ApplicationAccepted: moved('accepted'),
    ApplicationReturned: moved('returned'),
    ApplicationRejectedFinally: moved('rejectedFinally'),
    ApplicationWithdrawn: ofSomebody((state, event) => ({
      ...withStatus(state, event, 'withdrawn'),
      ended: factOf(event),
    })),
    DossierForgotten: ofSomebody((state, event) => ({
      ...state,
      applications: without(state.applications, event.key),
      warnings: without(state.warnings, event.key),
      ended: factOf(event),
    })),
    DeletionWarned: ofSomebody((state, event) => {
      const name = event.data.applicationId ?? ACCOUNT;
      const clock = clocksOf(state).find((one) => one.name === name);
      const warning = {
        warned: factOf(event),
        deleteAt: event.data.deleteAt,
        anchor: clock?.anchor.eventId ?? '',
      };
      return {
        ...state,
        told: state.told + 1,
        warnings: { ...state.warnings, [name]: warning },
      };
    }),
    DeletionCancelled: ofSomebody((state, { data }) => ({
      ...state,
      warnings: without(state.warnings, data.applicationId ?? ACCOUNT),
    })),
    MailSent: mailed((at) => ({ handedOver: at })),
    MailNotSent: mailed(() => ({ givenUp: true })),
    SubjectErased: () => nobody,
  },
  agenda: planOf,
});
