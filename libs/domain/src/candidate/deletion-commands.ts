import {
  command,
  factsOf,
  later,
  midnightAfter,
  type EventOf,
  type EvidenceOf,
  type EvidenceRequest,
  type OrganisationId,
} from '@vivier/kernel';
import { application } from '../application/application.ts';
import { isDossier, isEditable, isLive, type ApplicationState } from '../application/state.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import type { RecruitmentModuleState } from '../recruitment-module/state.ts';
import { candidateEvents as events } from './candidate.events.ts';
import { clockOf, type CandidateState, type Registered } from './state.ts';

const act = command<CandidateState, EventOf<typeof events>>();
const ofCandidate = ({ candidateId }: { readonly candidateId: string }): string => candidateId;

const { candidateId, applicationId, deleteAt } = events.DeletionWarned.fields;
/** All applications of the person, as far as the sender knows; a list of ids. */
const applicationIds = events.OwnInformationAmended.fields.fields;
/** When the person last acted, as far as the sender knows: an ISO-8601 instant. */
const since = deleteAt;

type Known = Readonly<Record<string, EvidenceRequest<ApplicationState | RecruitmentModuleState>>>;

/** The organisation's settings, and where each of these applications stands. */
const everythingAbout = (
  input: { readonly applicationIds: readonly string[] },
  organisationId: OrganisationId,
): Known => ({
  module: factsOf(recruitmentModule, organisationId),
  ...Object.fromEntries(
    input.applicationIds.map((id) => [dossierOf(id), factsOf(application, id)] as const),
  ),
});

const dossierOf = (id: string): string => `application ${id}`;

interface Facts {
  readonly settings: RecruitmentModuleState;
  /** -1: nothing was ever set. */
  readonly settingsRevision: number;
  /** The one that it is about, where it is about one. */
  readonly own: ApplicationState | undefined;
  readonly others: readonly ApplicationState[];
}

const factsIn = (evidence: EvidenceOf<Known>, ownId: string | undefined): Facts => {
  const { module, ...dossiers } = evidence;
  const { [dossierOf(ownId ?? '')]: own, ...others } = dossiers;
  return {
    settings: module?.state as RecruitmentModuleState,
    settingsRevision: module?.revision ?? -1,
    own: own?.state as ApplicationState | undefined,
    others: Object.values(others).map(({ state }) => state as ApplicationState),
  };
};

/** Whether it keeps the person: it lives, or is kept for a while after its final rejection. */
const keepsPerson = (state: ApplicationState): boolean =>
  isLive(state) || state.status === 'rejectedFinally';

/** The last of the person's own actions, wherever it was. */
const lastActionOf = ({ lastActionAt }: Registered, { own, others }: Facts): string =>
  [own, ...others]
    .flatMap((dossier) => (dossier && isDossier(dossier) ? [dossier.lastActionAt] : []))
    .reduce(later, lastActionAt);

/** When the clock began that ran out. */
const anchorOf = (state: Registered, facts: Facts): string => {
  const last = lastActionOf(state, facts);
  const returnedAt = facts.own && isDossier(facts.own) ? facts.own.returnedAt : undefined;
  return returnedAt === undefined ? last : later(last, returnedAt);
};

/**
 * Whether a clock of an incomplete dossier still runs: nobody acted since the sender looked, the
 * organisation still wants it, and the dossier, or the account, is one that has a clock.
 */
const isRunning = (state: Registered, facts: Facts, seen: string): boolean => {
  const { settings, own, others } = facts;
  const { on, incompleteDeletion } = settings;
  if (!on || incompleteDeletion.deleteAfterDays === 0) return false;
  const hasClock = own ? isDossier(own) && isEditable(own) : !others.some(keepsPerson);
  return hasClock && lastActionOf(state, facts) <= seen;
};

/**
 * Whether an incomplete dossier may go at this moment: its time has passed, and so has what was announced
 * since the person acted last.
 */
const isOverdue = (state: Registered, facts: Facts, clock: string, at: string): boolean => {
  const { deleteAfterDays, remindBeforeDays, zone } = facts.settings.incompleteDeletion;
  if (midnightAfter(anchorOf(state, facts), `P${deleteAfterDays}D`, zone) > at) return false;
  const announced = state.announced[clock];
  return announced
    ? announced.deleteAt <= at && lastActionOf(state, facts) <= announced.warnedAt
    : remindBeforeDays === 0;
};

/** What time does to a person. Each looks again whether its time has come; else nothing happens. */
export const deletionCommands = {
  /**
   * A warning that leaves late announces a later day: the full reminder period always lies
   * between them.
   */
  WarnDeletion: act({
    input: { candidateId, applicationId, applicationIds, since, deleteAt },
    key: ofCandidate,
    evidence: (input, _, { organisationId }) => everythingAbout(input, organisationId),
    decide: (input, state, { at, evidence }) => {
      if (state.status !== 'registered') return [];
      const facts = factsIn(evidence, input.applicationId);
      const { deleteAfterDays, remindBeforeDays, zone } = facts.settings.incompleteDeletion;
      const isTold = state.announced[clockOf(input.applicationId)] !== undefined;
      if (isTold || remindBeforeDays === 0 || !isRunning(state, facts, input.since)) return [];
      return [
        events.DeletionWarned({
          candidateId: state.candidateId,
          ...(input.applicationId !== undefined && { applicationId: input.applicationId }),
          deleteAt: later(input.deleteAt, midnightAfter(at, `P${remindBeforeDays}D`, zone)),
          ...{ deleteAfterDays, remindBeforeDays, settingsRevision: facts.settingsRevision },
        }),
      ];
    },
  }),

  /** F-26: what was announced will not happen. */
  CancelDeletion: act({
    input: { candidateId, applicationId, cause: events.DeletionCancelled.fields.cause },
    key: ofCandidate,
    decide: ({ applicationId: clock, cause }, state) =>
      state.status === 'registered' && state.announced[clockOf(clock)]
        ? [
            events.DeletionCancelled({
              candidateId: state.candidateId,
              ...(clock !== undefined && { applicationId: clock }),
              cause,
            }),
          ]
        : [],
  }),

  /** nothing of theirs lives any more, so the person goes (GDPR 17). */
  EraseSubject: act({
    input: {
      ...{ candidateId, applicationId, applicationIds, since },
      because: events.SubjectErased.fields.because,
    },
    key: ofCandidate,
    evidence: (input, _, { organisationId }) => everythingAbout(input, organisationId),
    decide: (input, state, { at, evidence }) => {
      if (state.status !== 'registered') return [];
      const facts = factsIn(evidence, input.applicationId);
      const { own, others } = facts;
      const isTime =
        input.because === 'finalRejection'
          ? own?.status === 'rejectedFinally' && own.eraseAt !== undefined && own.eraseAt <= at
          : isRunning(state, facts, input.since) &&
            isOverdue(state, facts, clockOf(input.applicationId), at);
      if (!isTime || others.some(keepsPerson)) return [];
      return [
        events.SubjectErased({
          candidateId: state.candidateId,
          ...(input.because && { because: input.because }),
        }),
      ];
    },
  }),
};
