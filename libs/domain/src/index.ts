export * from './aggregates.ts';
export * from './events.ts';
export * from './rights.ts';
export { application, type ApplicationEvent } from './application/application.ts';
export { isShownToReviewers } from './application/shown-versions.ts';
export { applicationRejections } from './application/rejections.ts';
export type { ApplicationState, Dossier, Pin } from './application/state.ts';
export {
  accountRejections,
  candidate,
  candidateRejections,
  refusalOfLink,
  type CandidateState,
  type LinkKind,
} from './candidate/candidate.ts';
export { consent, consentKey, consentRejections, type ConsentState } from './consent/consent.ts';
export { currentConsentText, type ConsentText } from './consent/texts.ts';
export { erasure, erasureRejections, type ErasureState } from './erasure/erasure.ts';
export {
  integrator,
  integratorRejections,
  mayReadPersonal,
  type IntegratorState,
} from './integrator/integrator.ts';
export { mail, mailRejections, type MailState } from './mail/mail.ts';
export {
  messageTemplate,
  messageTemplateRejections,
  templateOf,
  type MessageTemplateState,
  type TemplateInForce,
} from './message-template/message-template.ts';
export { invitationOf, invitationRejections } from './recruitment-module/invitation.ts';
export {
  recruitmentModule,
  recruitmentModuleRejections,
  type RecruitmentModuleState,
} from './recruitment-module/recruitment-module.ts';
