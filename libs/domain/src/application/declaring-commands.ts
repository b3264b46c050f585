import { command, type EventOf } from '@vivier/kernel';
import type { Requirement } from '../recruitment-module/recruitment-module.events.ts';
import { languageLevel } from '../recruitment-module/recruitment-module.events.ts';
import {
  applicationEvents as events,
  declaredClaim,
  type RequirementOutcome,
} from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import { isAsked, isDossier, isEditable, type ApplicationState, type Dossier } from './state.ts';

type ApplicationEvent = EventOf<typeof events>;
const act = command<ApplicationState, ApplicationEvent>();

const { applicationId } = events.ApplicationStarted.fields;
const { level, answer, requirement } = events.RequirementDeclared.fields;
const ofApplication = (input: { readonly applicationId: string }): string => input.applicationId;

/** What a change of status does to the documents that lie there. */
const recomputed = (dossier: Dossier, status: string): ApplicationEvent[] => {
  const asked = dossier.checklist.filter((item) => isAsked(item, status)).map(({ key }) => key);
  const moved = dossier.pins.flatMap(
    ({ item, documentId, version, contentHash, state: from }): ApplicationEvent[] => {
      const pinned = { item, documentId, version, contentHash, from };
      if (asked.includes(item))
        return from === 'notApplicable' ? [events.DocumentVerdictReset(pinned)] : [];
      return from === 'notApplicable' ? [] : [events.DocumentMarkedNotApplicable(pinned)];
    },
  );
  return [events.ChecklistRecomputed({ status, items: asked }), ...moved];
};

const LEVELS = languageLevel.options;

/** What a declaration comes to; undefined where it is not of the requirement's kind. */
const outcomeOf = (
  asked: Requirement,
  { claim, level, isAnswered }: { claim?: boolean; level?: string; isAnswered: boolean },
): RequirementOutcome | undefined => {
  switch (asked.kind) {
    case 'claim':
      return claim === undefined || level !== undefined || isAnswered
        ? undefined
        : claim
          ? 'met'
          : 'unmet';
    case 'language': {
      if (level === undefined || claim !== undefined || isAnswered) return undefined;
      const enough = LEVELS.indexOf(asked.level);
      return LEVELS.findIndex((one) => one === level) >= enough ? 'met' : 'unmet';
    }
    case 'question':
      return isAnswered && claim === undefined && level === undefined ? 'answered' : undefined;
  }
};

/** What a candidate declares about themselves, and what a reviewer makes of it. */
export const declaringCommands = {
  DeclareStatus: act({
    input: { applicationId, status: events.StatusDeclared.fields.status },
    key: ofApplication,
    decide: ({ status }, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (!isEditable(state)) return refuse.ApplicationNotEditable({ state: state.status });
      const { workerStatus: from } = state;
      if (from === status) return [];
      return [
        events.StatusDeclared({ status, ...(from !== undefined && { from }) }),
        ...recomputed(state, status),
      ];
    },
  }),

  /** A claim with `claim`, a language with `level`, a question with `answer`. */
  DeclareRequirement: act({
    input: { applicationId, requirement, claim: declaredClaim, level, answer },
    key: ofApplication,
    decide: (input, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (!isEditable(state)) return refuse.ApplicationNotEditable({ state: state.status });
      const asked = state.requirements.find(({ key }) => key === input.requirement);
      if (!asked)
        return refuse.RequirementUnknown({
          requirements: state.requirements.map(({ key }) => key),
        });
      const { claim, level: spoken, answer: words } = input;
      const outcome = outcomeOf(asked, {
        ...(claim !== undefined && { claim }),
        ...(spoken !== undefined && { level: spoken }),
        isAnswered: words !== undefined,
      });
      if (outcome === undefined) return refuse.DeclarationMismatch({ kind: asked.kind });
      const from = state.declared[asked.key]?.outcome;
      return [
        events.RequirementDeclared({
          requirement: asked.key,
          outcome,
          ...(from && { from }),
          ...(spoken !== undefined && { level: spoken }),
          ...(words && { answer: words }),
        }),
      ];
    },
  }),

  /** By a reviewer, in both directions. */
  ConfirmRequirement: act({
    input: {
      applicationId,
      requirement,
      confirmed: events.RequirementConfirmed.fields.confirmed,
      reason: events.RequirementConfirmed.fields.reason,
    },
    key: ofApplication,
    concerns: (input, { type, data }) =>
      (type === events.RequirementDeclared.type || type === events.RequirementConfirmed.type) &&
      (data as { requirement: string }).requirement === input.requirement,
    decide: ({ requirement: key, confirmed, reason }, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (state.status === 'rejectedFinally' || state.status === 'withdrawn')
        return refuse.ApplicationNotReviewable({ state: state.status });
      const declared = Object.hasOwn(state.declared, key) ? state.declared[key] : undefined;
      if (!declared)
        return refuse.RequirementUnknown({ requirements: Object.keys(state.declared) });
      if (declared.confirmed === confirmed) return refuse.VerdictUnchanged();
      return [
        events.RequirementConfirmed({
          requirement: key,
          confirmed,
          ...(declared.confirmed !== undefined && { from: declared.confirmed }),
          ...(reason && { reason }),
        }),
      ];
    },
  }),
};
