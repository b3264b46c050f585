import { command, factsOf, type EventOf, type EvidenceRequest } from '@vivier/kernel';
import { application } from '../application/application.ts';
import type { ApplicationState } from '../application/state.ts';
import { candidateEvents as events } from './candidate.events.ts';
import type { CandidateState } from './state.ts';

const act = command<CandidateState, EventOf<typeof events>>();
const ofCandidate = ({ candidateId }: { readonly candidateId: string }): string => candidateId;

const input = {
  candidateId: events.DeletionCancelled.fields.candidateId,
  applicationId: events.SpaceOpened.fields.applicationId,
};

const dossierOf = ({
  applicationId,
}: {
  readonly applicationId: string;
}): { readonly dossier: EvidenceRequest<ApplicationState> } => ({
  dossier: factsOf(application, applicationId),
});

/** what an acceptance opens, and what is limited again when it is taken back. */
export const spaceCommands = {
  OpenSpace: act({
    input,
    key: ofCandidate,
    evidence: dossierOf,
    decide: ({ applicationId }, state, { evidence }) =>
      state.status === 'registered' &&
      evidence.dossier.state.status === 'accepted' &&
      !state.openedBy.includes(applicationId)
        ? [events.SpaceOpened({ applicationId })]
        : [],
  }),

  LimitSpace: act({
    input,
    key: ofCandidate,
    evidence: dossierOf,
    decide: ({ applicationId }, state, { evidence }) =>
      state.status === 'registered' &&
      evidence.dossier.state.status !== 'accepted' &&
      state.openedBy.includes(applicationId)
        ? [events.SpaceLimited({ applicationId })]
        : [],
  }),
};
