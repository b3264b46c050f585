import type { Role } from '@vivier/kernel';
import type { CommandName } from './aggregates.ts';

/** `own`: only on what is the caller's; `organisation`: on all that belongs to their organisation. */
export type Relation = 'own' | 'organisation';

/** Who may send a command; a role that is not named may not. `system`: what a saga acts as. */
export type Right = 'anyone' | 'saga' | { readonly [R in Role | 'system']?: Relation };

const reviewer = { operator: 'organisation', admin: 'organisation' } as const;
const settings: Right = { admin: 'organisation' };
const candidateSelf = { candidate: 'own' } as const;

/** One row per command. A command without a row does not compile. */
export const rights: Readonly<Record<CommandName, Right>> = {
  SetChecklist: settings,
  SetLegalBasis: settings,
  SetInformationFields: settings,
  SetRequirements: settings,
  SetAcceptedStatuses: settings,
  SetIncompleteDeletion: settings,
  SetFinalRejectionPolicy: settings,
  SwitchRecruitmentModuleOn: settings,
  SwitchRecruitmentModuleOff: settings,
  CreateInvitation: reviewer,
  RevokeInvitation: reviewer,
  RegisterCandidate: 'anyone',
  RequestActivation: { ...candidateSelf, system: 'organisation' },
  ConfirmAccount: 'anyone',
  RequestPasswordReset: 'anyone',
  ResetPassword: 'anyone',
  RequestAddressChange: candidateSelf,
  ConfirmAddressChange: 'anyone',
  AddDocument: candidateSelf,
  ReplaceDocument: candidateSelf,
  RenameDocument: candidateSelf,
  RemoveDocument: candidateSelf,
  AmendOwnInformation: candidateSelf,
  GrantConsent: candidateSelf,
  StartApplication: candidateSelf,
  SelectDocument: candidateSelf,
  DeselectDocument: candidateSelf,
  DeclareStatus: candidateSelf,
  DeclareRequirement: candidateSelf,
  SubmitApplication: candidateSelf,
  WithdrawApplication: candidateSelf,
  SendMessage: { ...candidateSelf, ...reviewer },
  MarkMessagesRead: { ...candidateSelf, ...reviewer },
  RepinDocument: 'saga',
  DropDocument: 'saga',
  ForgetDossier: 'saga',
  ExpireDocument: 'saga',
  WarnDeletion: 'saga',
  CancelDeletion: 'saga',
  EraseSubject: 'saga',
  OpenSpace: 'saga',
  LimitSpace: 'saga',
  ConfirmRequirement: reviewer,
  AssignReviewer: reviewer,
  UnassignReviewer: reviewer,
  AcceptDocument: reviewer,
  RefuseDocument: reviewer,
  CommentOnDocument: reviewer,
  AcceptApplication: reviewer,
  ReturnApplication: reviewer,
  RejectApplicationFinally: reviewer,
  RecordKeysDestroyed: 'saga',
  RecordCopiesCleaned: 'saga',
  OpenPersonalData: { compliance: 'organisation' },
  RecordMailSent: 'saga',
  RecordMailNotSent: 'saga',
  SetMessageTemplate: { admin: 'organisation' },
  GrantPersonalFeed: { admin: 'organisation' },
  WithdrawPersonalFeed: { admin: 'organisation' },
};
