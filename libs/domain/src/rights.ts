import type { Role } from '@vivier/kernel';
import type { CommandName } from './aggregates.ts';

/** `own`: only on what is the caller's; `organisation`: on all that belongs to their organisation. */
export type Relation = 'own' | 'organisation';

/** Who may send a command; a role that is not named may not. */
export type Right = 'anyone' | 'saga' | { readonly [R in Role]?: Relation };

const reviewer: Right = { operator: 'organisation', admin: 'organisation' };
const candidateSelf: Right = { candidate: 'own' };

/** One row per command. A command without a row does not compile. */
export const rights: Readonly<Record<CommandName, Right>> = {
  SetChecklist: { admin: 'organisation' },
  SetLegalBasis: { admin: 'organisation' },
  CreateInvitation: reviewer,
  RegisterCandidate: 'anyone',
  AddDocument: candidateSelf,
  ReplaceDocument: candidateSelf,
  GrantConsent: candidateSelf,
  StartApplication: candidateSelf,
  SelectDocument: candidateSelf,
  SubmitApplication: candidateSelf,
  RepinDocument: 'saga',
  AcceptDocument: reviewer,
  RefuseDocument: reviewer,
  CommentOnDocument: reviewer,
  AcceptApplication: reviewer,
  ReturnApplication: reviewer,
  RejectApplicationFinally: reviewer,
  OpenPersonalData: { compliance: 'organisation' },
  GrantPersonalFeed: { admin: 'organisation' },
  WithdrawPersonalFeed: { admin: 'organisation' },
};
