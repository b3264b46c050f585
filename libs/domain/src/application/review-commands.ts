import {
  command,
  factsOf,
  midnightAfter,
  midnightAfterDay,
  type DomainEvent,
  type EventOf,
  type Recorded,
  type Rejection,
} from '@vivier/kernel';
import type { DocumentId } from '../candidate/candidate.events.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import type { RecruitmentModuleState } from '../recruitment-module/state.ts';
import {
  applicationEvents as events,
  lastValidDay,
  type OverallState,
} from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import {
  isDossier,
  pinOf,
  unsettled,
  type ApplicationState,
  type Dossier,
  type Pin,
} from './state.ts';

const review = command<ApplicationState, EventOf<typeof events>>();

const { applicationId } = events.ApplicationStarted.fields;
const { documentId, version } = events.DocumentAccepted.fields;

const dossierKey = (input: { readonly applicationId: string }): string => input.applicationId;

/** A verdict is about one document: what happened to others since does not touch it. */
const touchesDocument = (
  input: { readonly documentId: DocumentId },
  { type, data }: Recorded<DomainEvent>,
): boolean =>
  type !== events.DocumentCommented.type &&
  (data as { documentId?: DocumentId }).documentId === input.documentId;

/** What is said about a dossier, or among people, without changing anything in it. */
const BESIDE = new Set<string>([
  events.DocumentCommented.type,
  events.MessageSent.type,
  events.MessagesRead.type,
  events.ReviewerAssigned.type,
  events.ReviewerUnassigned.type,
]);

/** A decision on the whole is about everything in the dossier. */
const touchesDossier = (_: unknown, { type }: Recorded<DomainEvent>): boolean => !BESIDE.has(type);

const module = (
  _: unknown,
  __: unknown,
  { organisationId }: { readonly organisationId: string },
) => ({ module: factsOf(recruitmentModule, organisationId) });

/** Finds what a verdict is about; documents can be reviewed from the first one on (A.4). */
const reviewed = (
  state: ApplicationState,
  input: { readonly documentId: DocumentId; readonly version: number },
): { readonly dossier: Dossier; readonly pin: Pin } | Rejection => {
  if (!isDossier(state)) return refuse.ApplicationForgotten();
  if (state.status === 'rejectedFinally' || state.status === 'withdrawn')
    return refuse.ApplicationNotReviewable({ state: state.status });
  const pin = pinOf(state, input.documentId);
  if (!pin) return refuse.DocumentNotInApplication();
  if (pin.version !== input.version)
    return refuse.VersionNotInApplication({ version: pin.version });
  if (pin.state === 'notApplicable') return refuse.DocumentNotApplicable();
  return { dossier: state, pin };
};

const factsOfPin = ({ item, documentId, version, contentHash, state: from }: Pin) => ({
  ...{ item, documentId, version, contentHash },
  from,
});

/** From when a verdict holds no more: after the day that is given, or after the item's own period. */
const endOfVerdict = (
  { dossier, pin }: { readonly dossier: Dossier; readonly pin: Pin },
  lastDay: string | undefined,
  at: string,
  { incompleteDeletion: { zone } }: RecruitmentModuleState,
): string | undefined => {
  if (lastDay !== undefined) return midnightAfterDay(lastDay, zone);
  const period = dossier.checklist.find(({ key }) => key === pin.item)?.validFor;
  return period === undefined ? undefined : midnightAfter(at, period, zone);
};

/** A decision on the whole, from any state in which one was or can be made (*modification de l'état*). */
const decidable = (
  state: ApplicationState,
  to: OverallState,
): { readonly dossier: Dossier } | Rejection => {
  if (!isDossier(state)) return refuse.ApplicationForgotten();
  if (state.status === 'draft') return refuse.ApplicationNotSubmitted();
  if (state.status === 'withdrawn') return refuse.ApplicationWithdrawn();
  if (state.status === to) return refuse.ApplicationStateUnchanged({ state: to });
  return { dossier: state };
};

/** What an operator decides, each in both directions. */
export const reviewCommands = {
  AcceptDocument: review({
    input: { applicationId, documentId, version, validUntil: lastValidDay },
    key: dossierKey,
    concerns: touchesDocument,
    evidence: module,
    decide: (input, state, { at, evidence }) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      if (found.pin.state === 'valid') return refuse.VerdictUnchanged();
      const validUntil = endOfVerdict(found, input.validUntil, at, evidence.module.state);
      if (validUntil !== undefined && Date.parse(validUntil) <= Date.parse(at))
        return refuse.ValidityPast();
      return [
        events.DocumentAccepted({
          ...factsOfPin(found.pin),
          ...(validUntil !== undefined && { validUntil }),
        }),
      ];
    },
  }),

  RefuseDocument: review({
    input: { applicationId, documentId, version, reason: events.DocumentRefused.fields.reason },
    key: dossierKey,
    concerns: touchesDocument,
    decide: (input, state) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      if (found.pin.state === 'refused') return refuse.VerdictUnchanged();
      return [events.DocumentRefused({ ...factsOfPin(found.pin), reason: input.reason })];
    },
  }),

  CommentOnDocument: review({
    input: { applicationId, documentId, version, comment: events.DocumentCommented.fields.comment },
    key: dossierKey,
    decide: (input, state) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      const { from: _, ...facts } = factsOfPin(found.pin);
      return [events.DocumentCommented({ ...facts, comment: input.comment })];
    },
  }),

  AcceptApplication: review({
    input: {
      applicationId,
      overrideReason: events.ApplicationAccepted.fields.overrideReason,
    },
    key: dossierKey,
    concerns: touchesDossier,
    decide: ({ overrideReason }, state) => {
      const found = decidable(state, 'accepted');
      if ('rejected' in found) return found;
      const { items, requirements } = unsettled(found.dossier);
      const overridden = [...items, ...requirements];
      if (overridden.length > 0 && !overrideReason)
        return refuse.DocumentsNotAllValid({
          items,
          ...(requirements.length > 0 && { requirements }),
        });
      return [
        events.ApplicationAccepted({
          from: found.dossier.status,
          overridden,
          ...(overridden.length > 0 && overrideReason && { overrideReason }),
        }),
      ];
    },
  }),

  ReturnApplication: review({
    input: { applicationId, reason: events.ApplicationReturned.fields.reason },
    key: dossierKey,
    concerns: touchesDossier,
    decide: ({ reason }, state) => {
      const found = decidable(state, 'returned');
      if ('rejected' in found) return found;
      return [events.ApplicationReturned({ from: found.dossier.status, reason })];
    },
  }),

  /** what follows is what the policy in force says, and is written down with it. */
  RejectApplicationFinally: review({
    input: { applicationId, reason: events.ApplicationRejectedFinally.fields.reason },
    key: dossierKey,
    concerns: touchesDossier,
    evidence: module,
    decide: ({ reason }, state, { at, evidence }) => {
      const found = decidable(state, 'rejectedFinally');
      if ('rejected' in found) return found;
      const { afterFinalRejection: afterwards, incompleteDeletion } = evidence.module.state;
      const { zone } = incompleteDeletion;
      return [
        events.ApplicationRejectedFinally({
          from: found.dossier.status,
          reason,
          afterwards,
          ...(afterwards.kind === 'erase-now' && { eraseAt: at }),
          ...(afterwards.kind === 'restrict' && {
            eraseAt: midnightAfter(at, afterwards.period, zone),
          }),
        }),
      ];
    },
  }),

  /** The edge knows whether there is such an account, and that it reviews. */
  AssignReviewer: review({
    input: { applicationId, reviewerId: events.ReviewerAssigned.fields.reviewerId },
    key: dossierKey,
    decide: ({ reviewerId }, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      const { reviewerId: from } = state;
      if (from === reviewerId) return [];
      return [events.ReviewerAssigned({ reviewerId, ...(from !== undefined && { from }) })];
    },
  }),

  UnassignReviewer: review({
    input: { applicationId },
    key: dossierKey,
    decide: (_, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      const { reviewerId: from } = state;
      return from === undefined ? [] : [events.ReviewerUnassigned({ from })];
    },
  }),
};
