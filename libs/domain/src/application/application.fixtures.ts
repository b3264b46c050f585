import type { DomainEvent } from '@vivier/kernel';
import { adaId, cv, letter, newerCv, portfolio } from '../candidate/candidate.fixtures.ts';
import {
  acceptedStatuses,
  checklist,
  fullChecklist,
  information,
  requirements,
  summerLink,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { application } from './application.ts';
import { applicationEvents as events, type ApplicationId } from './application.events.ts';

export const dossierId = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;

/** A version of a document in its place, as events name it. */
export const placed = (
  item: string,
  { documentId, version, contentHash }: Pick<typeof cv, 'documentId' | 'version' | 'contentHash'>,
) => ({ item, documentId, version, contentHash });

export const cvPlaced = placed('cv', cv);
export const newerCvPlaced = placed('cv', newerCv);
export const letterPlaced = placed('cover-letter', letter);
export const portfolioPlaced = placed('portfolio', portfolio);

export const started = events.ApplicationStarted({
  applicationId: dossierId,
  candidateId: adaId,
  invitationId: summerLink,
  campaign: 'summer',
  checklistVersion: 1,
  checklist,
});
export const cvSelected = events.DocumentSelected({ ...cvPlaced, from: 'missing' });
export const letterSelected = events.DocumentSelected({ ...letterPlaced, from: 'missing' });
export const portfolioSelected = events.DocumentSelected({ ...portfolioPlaced, from: 'missing' });
export const submitted = events.ApplicationSubmitted({
  from: 'draft',
  legalBasis: 'legitimate-interest',
});
export const cvAccepted = events.DocumentAccepted({ ...cvPlaced, from: 'submitted' });
export const letterAccepted = events.DocumentAccepted({ ...letterPlaced, from: 'submitted' });
export const wholeAccepted = events.ApplicationAccepted({ from: 'submitted', overridden: [] });
export const forgotten = events.DossierForgotten({ applicationId: dossierId, candidateId: adaId });

export const wholeWithdrawn = events.ApplicationWithdrawn({ from: 'submitted' });

const { ApplicationRejectedFinally, ApplicationReturned, DocumentRefused } = events;
export const wholeReturned: DomainEvent = {
  type: ApplicationReturned.type,
  data: { from: 'submitted', reason: 'The letter is missing a date.' },
};
export const wholeRejected: DomainEvent = {
  type: ApplicationRejectedFinally.type,
  data: { from: 'submitted', reason: 'Another person was chosen.' },
};
export const cvRefused: DomainEvent = {
  type: DocumentRefused.type,
  data: { ...cvPlaced, from: 'submitted', reason: 'Illegible.' },
};

/** Ada's dossier: started, and what happened after. */
export const dossier = (...after: readonly DomainEvent[]) => ({
  of: application,
  key: dossierId as string,
  events: [started, ...after] as readonly DomainEvent[],
});

/** A dossier of which everything is asked, and what happened after. */
export const fullDossier = (...after: readonly DomainEvent[]) => ({
  of: application,
  key: dossierId as string,
  events: [
    events.ApplicationStarted({
      applicationId: dossierId,
      candidateId: adaId,
      invitationId: summerLink,
      campaign: 'summer',
      checklistVersion: 2,
      checklist: fullChecklist,
      information,
      requirements,
      acceptedStatuses,
    }),
    ...after,
  ] as readonly DomainEvent[],
});
export const selfEmployed = events.StatusDeclared({ status: 'self-employed' });
export const employee = events.StatusDeclared({ status: 'employee' });

/** Ada's dossier with both required documents, submitted; and what happened after. */
export const submittedDossier = (...after: readonly DomainEvent[]) =>
  dossier(cvSelected, letterSelected, submitted, ...after);
