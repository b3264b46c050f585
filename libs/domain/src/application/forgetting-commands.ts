import { command, daysBetween, factsOf, later, type EventOf } from '@vivier/kernel';
import { candidate } from '../candidate/candidate.ts';
import { clockOf, type CandidateState } from '../candidate/state.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import type { RecruitmentModuleState } from '../recruitment-module/state.ts';
import { applicationEvents as events } from './application.events.ts';
import { isDossier, isEditable, pinOf, type ApplicationState, type Dossier } from './state.ts';

const act = command<ApplicationState, EventOf<typeof events>>();

const { applicationId } = events.ApplicationStarted.fields;
const { documentId, version } = events.DocumentExpired.fields;
const ofApplication = (input: { readonly applicationId: string }): string => input.applicationId;

/**
 * Whether the whole delay has passed since the return and since what the candidate did last, here or in
 * their account, and what was announced to them has come.
 */
const isOverdue = (
  { applicationId: id, lastActionAt, returnedAt }: Dossier,
  person: CandidateState,
  at: string,
  { on, incompleteDeletion }: RecruitmentModuleState,
): boolean => {
  const { deleteAfterDays, remindBeforeDays, zone } = incompleteDeletion;
  if (!on || deleteAfterDays === 0) return false;
  const account = person.status === 'registered' ? person : undefined;
  const announced = account?.announced[clockOf(id)];
  if (announced && Date.parse(announced.deleteAt) > Date.parse(at)) return false;
  if (account && !announced && remindBeforeDays > 0) return false;
  const since = [returnedAt, account?.lastActionAt].reduce<string>(
    (latest, instant) => (instant === undefined ? latest : later(latest, instant)),
    lastActionAt,
  );
  return daysBetween(since, at, zone) >= deleteAfterDays;
};

/** What time does to a dossier. Each looks again whether its time has come; else nothing happens. */
export const forgettingCommands = {
  /** the person has another application, so this dossier goes alone. */
  ForgetDossier: act({
    input: { applicationId, because: events.DossierForgotten.fields.because },
    key: ofApplication,
    evidence: (_, state, { organisationId }) => ({
      module: factsOf(recruitmentModule, organisationId),
      candidate: factsOf(candidate, state.status === 'absent' ? '' : state.candidateId),
    }),
    decide: ({ because }, state, { at, evidence }) => {
      if (!isDossier(state)) return [];
      const isTime =
        because === 'finalRejection'
          ? state.eraseAt !== undefined && Date.parse(state.eraseAt) <= Date.parse(at)
          : isEditable(state) &&
            isOverdue(state, evidence.candidate.state, at, evidence.module.state);
      if (!isTime) return [];
      const { applicationId: id, candidateId } = state;
      return [
        events.DossierForgotten({ applicationId: id, candidateId, ...(because && { because }) }),
      ];
    },
  }),

  /** A verdict that held until now (A.4). */
  ExpireDocument: act({
    input: { applicationId, documentId, version },
    key: ofApplication,
    decide: (input, state, { at }) => {
      if (!isDossier(state)) return [];
      const pin = pinOf(state, input.documentId);
      if (pin?.state !== 'valid' || pin.version !== input.version) return [];
      const { item, contentHash, validUntil } = pin;
      if (validUntil === undefined || Date.parse(validUntil) > Date.parse(at)) return [];
      const { documentId: id, version: held } = pin;
      return [
        events.DocumentExpired({
          ...{ item, documentId: id, version: held, contentHash },
          from: 'valid',
          validUntil,
        }),
      ];
    },
  }),
};
