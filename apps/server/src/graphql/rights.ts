import { rights as commandRights, type CommandName, type Relation } from '@vivier/domain';
import type { Role } from '@vivier/kernel';

/** Who may, and on whose: `own` what is the caller's, `organisation` all of it. Who is not named may not. */
export type Allowed = { readonly [R in Role]?: Relation };

/** `anyone`: without a sign-in. */
export type OperationRight = 'anyone' | Allowed;

/** A `fact` is read by whoever is given the object that it stands in. */
export type FieldRight =
  'fact' | Allowed | { readonly ofCandidate: Allowed; readonly ofStaff: Allowed };

/** By type: a row for each field, or `facts` for a type that holds nothing else. */
export type FieldRights = Readonly<Record<string, 'facts' | Readonly<Record<string, FieldRight>>>>;

const reviewers = { operator: 'organisation', admin: 'organisation' } as const;
const staff = { ...reviewers, compliance: 'organisation' } as const;
/** Who decides about the organisation's own matters, and who looks at what they decided. */
const overseers = { admin: 'organisation', compliance: 'organisation' } as const;
const ownOrStaff = { candidate: 'own', ...staff } as const;
const themselves = {
  candidate: 'own',
  operator: 'own',
  admin: 'own',
  compliance: 'own',
  integrator: 'own',
} as const;

/** Names of people and words about them: compliance reads facts, and opens names with a reason only. */
const ownOrReviewers = { candidate: 'own', ...reviewers } as const;

/** The closed list of what needs no sign-in. No row opens another operation (see `rights-check.ts`). */
export const anonymousOperations: readonly string[] = [
  'invitation',
  'registerCandidate',
  'signIn',
  'refreshSignIn',
  // By the token of a link in a mail, and the one that asks for such a mail.
  'confirmAccount',
  'requestPasswordReset',
  'resetPassword',
  'confirmAddressChange',
];

type CommandMutation = Uncapitalize<CommandName>;

/** A mutation that bears a command's name has the command's row, from the domain; a saga's has none. */
const commandOperations = Object.fromEntries(
  Object.entries(commandRights).flatMap(([name, right]) =>
    right === 'saga' ? [] : [[name.charAt(0).toLowerCase() + name.slice(1), right] as const],
  ),
);

const otherOperations = {
  invitation: 'anyone',
  signIn: 'anyone',
  refreshSignIn: 'anyone',
  signOut: themselves,
  me: themselves,
  candidateSpace: ownOrStaff,
  dossier: ownOrStaff,
  reviewSynthesis: ownOrStaff,
  dossiers: staff,
  documentAuditTrail: staff,
  auditTrail: staff,
  auditTrailExport: staff,
  recruitmentModule: staff,
  queue: staff,
  queueCounts: reviewers,
  messages: ownOrReviewers,
  people: reviewers,
  requestUpload: { candidate: 'own' },
  requestDownload: ownOrReviewers,
  domainEvents: { integrator: 'organisation' },
  personalFeedAccess: overseers,
  mails: staff,
  mail: { admin: 'organisation' },
  messageTemplates: staff,
  previewMessageTemplate: { admin: 'organisation' },
} as const satisfies Readonly<Record<string, OperationRight>> & {
  readonly [Name in CommandMutation]?: never;
};

/** Who asks for something as it was at an instant (`asOf`). */
export const asOfRight: Allowed = { compliance: 'organisation' };

/** One row for each query, mutation and subscription. */
export const operationRights: Readonly<Record<string, OperationRight>> = {
  ...commandOperations,
  ...otherOperations,
};

const facts = <const Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 'fact'])) as Readonly<Record<Name, 'fact'>>;

/** One row for each field. Personal fields say who opens them; the same rows are read to open them. */
export const fieldRights = {
  Actor: {
    ...facts('kind', 'id', 'role'),
    // A candidate learns that the organisation decided and why, not which of its people.
    name: { ofCandidate: ownOrReviewers, ofStaff: staff },
  },
  Candidate: { ...facts('candidateId'), fullName: ownOrReviewers, email: ownOrReviewers },
  CandidateSpace: {
    ...facts('candidateId', 'campaign', 'registeredAt', 'erasedAt'),
    ...facts('documents', 'applications', 'consents', 'confirmedAt', 'limited'),
    ...facts('deletionWarning'),
    information: ownOrReviewers,
    fullName: ownOrReviewers,
    email: ownOrReviewers,
  },
  Comment: { ...facts('by', 'at', 'version'), comment: reviewers },
  DocumentVersion: {
    ...facts('version', 'mediaType', 'size', 'contentHash', 'at'),
    fileName: ownOrReviewers,
  },
  Dossier: {
    ...facts('applicationId', 'candidate', 'campaign', 'state', 'revision', 'startedAt'),
    ...facts('submittedAt', 'changedAt', 'checklistVersion', 'items', 'information'),
    ...facts('acceptedStatuses', 'workerStatus', 'requirements', 'queue', 'waitingSince'),
    ...facts('reviewer', 'unread', 'restricted', 'deletionWarning'),
    reason: ownOrReviewers,
  },
  // What lies in the folder of mails: the organisation's own letters, for who looks after them.
  MailText: {
    ...facts('mail'),
    to: { admin: 'organisation' },
    subject: { admin: 'organisation' },
    text: { admin: 'organisation' },
    html: { admin: 'organisation' },
  },
  DossierRequirement: {
    ...facts('asked', 'outcome', 'level', 'confirmed'),
    answer: ownOrReviewers,
  },
  Message: { ...facts('messageId', 'side', 'by', 'at'), text: ownOrReviewers },
  OpenPersonalDataPayload: {
    ...facts('candidateId', 'decisions', 'position', 'commandId'),
    fullName: { compliance: 'organisation' },
    email: { compliance: 'organisation' },
  },
  PersonalFeedAccess: {
    ...facts('integratorId', 'granted', 'at', 'by'),
    reason: overseers,
  },
  // What is kept after a final rejection, for who answers for it.
  RestrictedDecision: {
    ...facts('applicationId', 'campaign', 'at', 'verdicts'),
    reason: { compliance: 'organisation' },
  },
  RestrictedVerdict: { ...facts('item', 'at'), reason: { compliance: 'organisation' } },
  ReviewEntry: {
    ...facts('item', 'label', 'required', 'state', 'documentId', 'version', 'contentHash'),
    ...facts('asked', 'validUntil', 'document', 'verdict'),
    // What reviewers say among themselves.
    comments: staff,
  },
  TrailEntry: {
    ...facts('eventId', 'event', 'at', 'by', 'documentId', 'applicationId', 'item', 'version'),
    ...facts('contentHash', 'from', 'to', 'command', 'commandId', 'causationId', 'position'),
    ...facts('candidateId', 'facts'),
    words: reviewers,
    reason: reviewers,
    comment: reviewers,
  },
  Verdict: { ...facts('by', 'at'), reason: ownOrReviewers },
  Viewer: { ...facts('accountId', 'role', 'organisation', 'candidateSpace'), name: themselves },

  AccountPayload: 'facts',
  ApplicationSummary: 'facts',
  Unread: 'facts',
  TrailWords: 'facts',
  TrailFact: 'facts',
  RevokeInvitationPayload: 'facts',
  Requirement: 'facts',
  RemoveDocumentPayload: 'facts',
  RecruitmentModulePayload: 'facts',
  RecruitmentModule: 'facts',
  QueueCounts: 'facts',
  OwnInformation: 'facts',
  MessagePayload: 'facts',
  MessageEdge: 'facts',
  MessageConnection: 'facts',
  InvitationSummary: 'facts',
  InformationField: 'facts',
  IncompleteDeletion: 'facts',
  DeletionWarning: 'facts',
  CandidateSpacePayload: 'facts',
  AfterFinalRejection: 'facts',
  CandidateConnection: 'facts',
  CandidateEdge: 'facts',
  ChecklistItem: 'facts',
  Consent: 'facts',
  ConsentText: 'facts',
  CreateInvitationPayload: 'facts',
  Document: 'facts',
  DocumentPayload: 'facts',
  // Personal values are in its data for whom an admin granted them, and else for nobody.
  DomainEvent: 'facts',
  DomainEventActor: 'facts',
  DossierConnection: 'facts',
  DossierEdge: 'facts',
  DossierItem: 'facts',
  DossierPayload: 'facts',
  GrantConsentPayload: 'facts',
  Invitation: 'facts',
  Mail: 'facts',
  MailConnection: 'facts',
  MailEdge: 'facts',
  MessageTemplate: 'facts',
  MessageTemplatePreview: 'facts',
  Organisation: 'facts',
  PageInfo: 'facts',
  PersonalFeedPayload: 'facts',
  RegisterCandidatePayload: 'facts',
  RequestDownloadPayload: 'facts',
  RequestPasswordResetPayload: 'facts',
  RequestUploadPayload: 'facts',
  ReviewPayload: 'facts',
  ReviewSynthesis: 'facts',
  SetChecklistPayload: 'facts',
  SetLegalBasisPayload: 'facts',
  SetMessageTemplatePayload: 'facts',
  TemplateProblem: 'facts',
  SignInPayload: 'facts',
  SignOutPayload: 'facts',
  TrailConnection: 'facts',
  TrailEdge: 'facts',
} as const satisfies FieldRights;

type Rows = typeof fieldRights;

/** The fields that not everybody opens who is given their object, as `Type.field`. */
export type GuardedField = {
  [T in keyof Rows]: Rows[T] extends 'facts'
    ? never
    : {
        [F in keyof Rows[T] & string]: Rows[T][F] extends 'fact' ? never : `${T}.${F}`;
      }[keyof Rows[T] & string];
}[keyof Rows];

/** Whether a role reaches something, which is the caller's own or not. */
export const mayReach = (allowed: Allowed, role: Role, isOwn: boolean): boolean =>
  allowed[role] === 'organisation' || (isOwn && allowed[role] === 'own');

/** Who opens a field that is about a candidate, or about a member of the staff. */
export const openersOf = (field: GuardedField, whose: 'ofCandidate' | 'ofStaff'): Allowed => {
  const [type = '', name = ''] = field.split('.');
  const right = (fieldRights as FieldRights)[type];
  const row = typeof right === 'object' ? right[name] : undefined;
  if (typeof row !== 'object') return {};
  return 'ofStaff' in row ? row[whose] : row;
};
