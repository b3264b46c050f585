export * from './aggregates.ts';
export * from './events.ts';
export * from './rights.ts';
export { application, type ApplicationEvent } from './application/application.ts';
export { isShownToReviewers } from './application/shown-versions.ts';
export { applicationRejections } from './application/rejections.ts';
export type { ApplicationState, Dossier, Pin } from './application/state.ts';
export { candidate, candidateRejections, type CandidateState } from './candidate/candidate.ts';
export { consent, consentKey, consentRejections, type ConsentState } from './consent/consent.ts';
export { currentConsentText, type ConsentText } from './consent/texts.ts';
export {
  integrator,
  integratorRejections,
  mayReadPersonal,
  type IntegratorState,
} from './integrator/integrator.ts';
export {
  recruitmentModule,
  recruitmentModuleRejections,
  type RecruitmentModuleState,
} from './recruitment-module/recruitment-module.ts';
