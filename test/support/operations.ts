/** What a test reads back from each mutation, and the shape in which it comes. */

export interface Changed {
  readonly position: string | null;
  readonly commandId: string;
}

export interface Space {
  readonly candidateId: string;
  readonly fullName: string | null;
  readonly email: string | null;
  readonly documents: readonly {
    readonly documentId: string;
    readonly versions: readonly Version[];
  }[];
  readonly applications: readonly { readonly applicationId: string; readonly state: string }[];
}

export interface Version {
  readonly version: number;
  readonly fileName: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly contentHash: string;
}

export interface Dossier {
  readonly applicationId: string;
  readonly state: string;
  readonly revision: number;
  readonly items: readonly {
    readonly key: string;
    readonly documentId: string | null;
    readonly document: Version | null;
  }[];
}

export interface Synthesis {
  readonly state: string;
  readonly revision: number;
  readonly entries: readonly {
    readonly item: string;
    readonly state: string;
    readonly documentId: string | null;
    readonly version: number | null;
    readonly contentHash: string | null;
    readonly verdict: { readonly at: string; readonly reason: string | null } | null;
  }[];
}

export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessTokenExpiresAt: string;
}

export interface Deposited extends Changed {
  readonly documentId: string;
  readonly document: { readonly versions: readonly Version[] } | null;
}

export interface Reviewed extends Changed {
  readonly applicationId: string;
  readonly revision: number;
  readonly reviewSynthesis: Synthesis | null;
}

export interface OnDossier extends Changed {
  readonly applicationId: string;
  readonly dossier: Dossier | null;
}

export interface PersonalFeed extends Changed {
  readonly integratorId: string;
  readonly access: { readonly granted: boolean; readonly reason: string | null } | null;
}

export interface Settled extends Changed {
  readonly recruitmentModule: {
    readonly on: boolean;
    readonly informationVersion: number;
    readonly requirementsVersion: number;
    readonly acceptedStatuses: readonly string[] | null;
    readonly incompleteDeletion: {
      readonly deleteAfterDays: number;
      readonly remindBeforeDays: number;
      readonly zone: string;
    };
    readonly afterFinalRejection: { readonly kind: string; readonly period: string | null };
  };
}

export interface OnThread extends Changed {
  readonly applicationId: string;
  readonly messageId: string | null;
}

const changed = 'position commandId';
const version = 'version fileName mediaType size contentHash';
export const dossierFields = `applicationId state revision items { key documentId document { ${version} } }`;
export const spaceFields = `candidateId fullName email documents { documentId versions { ${version} } } applications { applicationId state }`;
export const synthesisFields =
  'state revision entries { item state documentId version contentHash verdict { at reason } }';

const onDossier = `${changed} applicationId dossier { ${dossierFields} }`;
const reviewed = `${changed} applicationId revision reviewSynthesis { ${synthesisFields} }`;
const deposited = `${changed} documentId document { versions { ${version} } }`;
const personalFeed = `${changed} integratorId access { granted at by { role } reason }`;
const settings = `${changed} recruitmentModule { on informationVersion requirementsVersion acceptedStatuses incompleteDeletion { deleteAfterDays remindBeforeDays zone } afterFinalRejection { kind period } }`;
const onThread = `${changed} applicationId messageId`;
const tokens = 'accessToken refreshToken accessTokenExpiresAt';

/** Selections by mutation; each mutation takes one input, of the type that bears its name. */
export const selections = {
  signIn: tokens,
  refreshSignIn: tokens,
  signOut: 'signedOut',
  setChecklist: `${changed} checklistVersion`,
  setLegalBasis: `${changed} legalBasis`,
  setInformationFields: settings,
  setRequirements: settings,
  setAcceptedStatuses: settings,
  setIncompleteDeletion: settings,
  setFinalRejectionPolicy: settings,
  switchRecruitmentModuleOn: settings,
  switchRecruitmentModuleOff: settings,
  revokeInvitation: `${changed} invitationId`,
  renameDocument: deposited,
  removeDocument: `${changed} documentId`,
  amendOwnInformation: `${changed} candidateSpace { ${spaceFields} information { key value } }`,
  deselectDocument: onDossier,
  declareStatus: onDossier,
  declareRequirement: onDossier,
  withdrawApplication: onDossier,
  sendMessage: onThread,
  markMessagesRead: onThread,
  confirmRequirement: reviewed,
  assignReviewer: reviewed,
  unassignReviewer: reviewed,
  createInvitation: `${changed} invitation { invitationId campaign token link consentText { version } }`,
  registerCandidate: `${changed} candidateId`,
  requestActivation: changed,
  confirmAccount: changed,
  requestPasswordReset: 'commandId',
  resetPassword: changed,
  requestAddressChange: changed,
  confirmAddressChange: changed,
  grantConsent: `${changed} consent { consentId textVersion channel at }`,
  startApplication: onDossier,
  requestUpload: 'uploadId url expiresAt maximumBytes',
  requestDownload: 'url expiresAt',
  addDocument: deposited,
  replaceDocument: deposited,
  selectDocument: onDossier,
  submitApplication: onDossier,
  acceptDocument: reviewed,
  refuseDocument: reviewed,
  commentOnDocument: reviewed,
  acceptApplication: reviewed,
  returnApplication: reviewed,
  rejectApplicationFinally: reviewed,
  setMessageTemplate: `${changed} template { kind locale templateVersion subject body variables }`,
  openPersonalData: `${changed} candidateId fullName email decisions { applicationId campaign at reason verdicts { item at reason } }`,
  grantPersonalFeed: personalFeed,
  withdrawPersonalFeed: personalFeed,
} as const;

export type MutationName = keyof typeof selections;

export interface Payloads {
  signIn: SignedIn;
  refreshSignIn: SignedIn;
  signOut: { readonly signedOut: boolean };
  setChecklist: Changed & { readonly checklistVersion: number };
  setLegalBasis: Changed & { readonly legalBasis: string };
  createInvitation: Changed & {
    readonly invitation: {
      readonly invitationId: string;
      readonly campaign: string;
      readonly token: string;
      readonly link: string;
      readonly consentText: { readonly version: string };
    };
  };
  setInformationFields: Settled;
  setRequirements: Settled;
  setAcceptedStatuses: Settled;
  setIncompleteDeletion: Settled;
  setFinalRejectionPolicy: Settled;
  switchRecruitmentModuleOn: Settled;
  switchRecruitmentModuleOff: Settled;
  revokeInvitation: Changed & { readonly invitationId: string };
  renameDocument: Deposited;
  removeDocument: Changed & { readonly documentId: string };
  amendOwnInformation: Changed & {
    readonly candidateSpace:
      (Space & { readonly information: readonly { key: string; value: string | null }[] }) | null;
  };
  deselectDocument: OnDossier;
  declareStatus: OnDossier;
  declareRequirement: OnDossier;
  withdrawApplication: OnDossier;
  sendMessage: OnThread;
  markMessagesRead: OnThread;
  confirmRequirement: Reviewed;
  assignReviewer: Reviewed;
  unassignReviewer: Reviewed;
  registerCandidate: Changed & { readonly candidateId: string };
  requestActivation: Changed;
  confirmAccount: Changed;
  requestPasswordReset: { readonly commandId: string };
  resetPassword: Changed;
  requestAddressChange: Changed;
  confirmAddressChange: Changed;
  grantConsent: Changed & {
    readonly consent: { readonly consentId: string; readonly at: string } | null;
  };
  startApplication: OnDossier;
  requestUpload: { readonly uploadId: string; readonly url: string | null };
  requestDownload: { readonly url: string };
  addDocument: Deposited;
  replaceDocument: Deposited;
  selectDocument: OnDossier;
  submitApplication: OnDossier;
  acceptDocument: Reviewed;
  refuseDocument: Reviewed;
  commentOnDocument: Reviewed;
  acceptApplication: Reviewed;
  returnApplication: Reviewed;
  rejectApplicationFinally: Reviewed;
  setMessageTemplate: Changed & {
    readonly template: {
      readonly kind: string;
      readonly locale: string;
      readonly templateVersion: number;
      readonly subject: string;
      readonly body: string;
      readonly variables: readonly string[];
    };
  };
  openPersonalData: Changed & {
    readonly candidateId: string;
    readonly fullName: string | null;
    readonly email: string | null;
    readonly decisions: readonly {
      readonly applicationId: string;
      readonly campaign: string;
      readonly at: string;
      readonly reason: string | null;
      readonly verdicts: readonly {
        readonly item: string;
        readonly at: string;
        readonly reason: string | null;
      }[];
    }[];
  };
  grantPersonalFeed: PersonalFeed;
  withdrawPersonalFeed: PersonalFeed;
}

export const mutationText = (name: MutationName): string =>
  name === 'signOut'
    ? `mutation { signOut { ${selections.signOut} } }`
    : `mutation Send($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selections[name]} } }`;
