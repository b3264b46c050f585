// Who may do and read what, as it was agreed: the product's own table is held against this one.

/**
 * Who may ask for what: `no`, `own` (what is theirs), `all` (of their organisation), `yes` (it is about
 * nobody's thing). `@asOf`: with that argument. Last, the answer about a thing that is not there or that they do not reach.
 */
export const operations = `
                            anonymous candidate operator admin compliance integrator  otherwise
auditTrail                  no        no        all      all   all        no          nothing
auditTrailExport            no        no        all      all   all        no          nothing
candidateSpace              no        own       all      all   all        no          CandidateUnknown
documentAuditTrail          no        no        all      all   all        no          nothing
domainEvents                no        no        no       no    no         yes         -
dossier                     no        own       all      all   all        no          ApplicationUnknown
dossier@asOf                no        no        no       no    all        no          ApplicationUnknown
dossiers                    no        no        yes      yes   yes        no          -
invitation                  yes       yes       yes      yes   yes        yes         -
mail                        no        no        no       all   no         no          MailUnknown
mails                       no        no        all      all   all        no          nothing
me                          no        yes       yes      yes   yes        yes         -
messageTemplates            no        no        yes      yes   yes        no          -
messages                    no        own       all      all   no         no          ApplicationUnknown
people                      no        no        yes      yes   no         no          -
personalFeedAccess          no        no        no       yes   yes        no          -
previewMessageTemplate      no        no        no       yes   no         no          -
queue                       no        no        all      all   all        no          nothing
queueCounts                 no        no        yes      yes   no         no          -
recruitmentModule           no        no        yes      yes   yes        no          -
reviewSynthesis             no        own       all      all   all        no          ApplicationUnknown
reviewSynthesis@asOf        no        no        no       no    all        no          ApplicationUnknown
acceptApplication           no        no        all      all   no         no          ApplicationUnknown
acceptDocument              no        no        all      all   no         no          ApplicationUnknown
addDocument                 no        own       no       no    no         no          UploadUnknown
amendOwnInformation         no        yes       no       no    no         no          -
assignReviewer              no        no        all      all   no         no          ReviewerUnknown
commentOnDocument           no        no        all      all   no         no          ApplicationUnknown
confirmAccount              yes       yes       yes      yes   yes        yes         -
confirmAddressChange        yes       yes       yes      yes   yes        yes         -
confirmRequirement          no        no        all      all   no         no          ApplicationUnknown
createInvitation            no        no        yes      yes   no         no          -
declareRequirement          no        own       no       no    no         no          ApplicationUnknown
declareStatus               no        own       no       no    no         no          ApplicationUnknown
deselectDocument            no        own       no       no    no         no          ApplicationUnknown
grantConsent                no        yes       no       no    no         no          -
grantPersonalFeed           no        no        no       all   no         no          IntegratorUnknown
markMessagesRead            no        own       all      all   no         no          ApplicationUnknown
openPersonalData            no        no        no       no    all        no          CandidateUnknown
refreshSignIn               yes       yes       yes      yes   yes        yes         -
refuseDocument              no        no        all      all   no         no          ApplicationUnknown
registerCandidate           yes       yes       yes      yes   yes        yes         -
rejectApplicationFinally    no        no        all      all   no         no          ApplicationUnknown
removeDocument              no        own       no       no    no         no          DocumentUnknown
renameDocument              no        own       no       no    no         no          DocumentUnknown
replaceDocument             no        own       no       no    no         no          UploadUnknown
requestActivation           no        yes       no       no    no         no          -
requestAddressChange        no        yes       no       no    no         no          -
requestDownload             no        own       all      all   no         no          DocumentUnknown
requestPasswordReset        yes       yes       yes      yes   yes        yes         -
requestUpload               no        yes       no       no    no         no          -
resetPassword               yes       yes       yes      yes   yes        yes         -
returnApplication           no        no        all      all   no         no          ApplicationUnknown
revokeInvitation            no        no        all      all   no         no          InvitationUnknown
selectDocument              no        own       no       no    no         no          ApplicationUnknown
sendMessage                 no        own       all      all   no         no          ApplicationUnknown
setAcceptedStatuses         no        no        no       yes   no         no          -
setChecklist                no        no        no       yes   no         no          -
setFinalRejectionPolicy     no        no        no       yes   no         no          -
setIncompleteDeletion       no        no        no       yes   no         no          -
setInformationFields        no        no        no       yes   no         no          -
setLegalBasis               no        no        no       yes   no         no          -
setMessageTemplate          no        no        no       yes   no         no          -
setRequirements             no        no        no       yes   no         no          -
signIn                      yes       yes       yes      yes   yes        yes         -
signOut                     no        yes       yes      yes   yes        yes         -
startApplication            no        own       no       no    no         no          InvitationUnknown
submitApplication           no        own       no       no    no         no          ApplicationUnknown
switchRecruitmentModuleOff  no        no        no       yes   no         no          -
switchRecruitmentModuleOn   no        no        no       yes   no         no          -
unassignReviewer            no        no        all      all   no         no          ApplicationUnknown
withdrawApplication         no        own       no       no    no         no          ApplicationUnknown
withdrawPersonalFeed        no        no        no       all   no         no          IntegratorUnknown
`;

/**
 * Who opens what is personal, where the object that it stands in is theirs to read: `yes`, `no`, or `-`
 * where no operation gives the role such an object. Every other field is a fact.
 */
export const fields = `
                                  anonymous candidate operator admin compliance  integrator
Actor.name:candidate              -         yes       yes      yes   no          -
Actor.name:staff                  -         no        yes      yes   yes         -
Candidate.email                   -         yes       yes      yes   no          -
Candidate.fullName                -         yes       yes      yes   no          -
CandidateSpace.email              -         yes       yes      yes   no          -
CandidateSpace.fullName           -         yes       yes      yes   no          -
CandidateSpace.information        -         yes       yes      yes   no          -
Comment.comment                   -         -         yes      yes   no          -
DocumentVersion.fileName          -         yes       yes      yes   no          -
Dossier.reason                    -         yes       yes      yes   no          -
DossierRequirement.answer         -         yes       yes      yes   no          -
MailText.html                     -         -         -        yes   -           -
MailText.subject                  -         -         -        yes   -           -
MailText.text                     -         -         -        yes   -           -
MailText.to                       -         -         -        yes   -           -
Message.text                      -         yes       yes      yes   -           -
OpenPersonalDataPayload.email     -         -         -        -     yes         -
OpenPersonalDataPayload.fullName  -         -         -        -     yes         -
PersonalFeedAccess.reason         -         -         -        yes   yes         -
RestrictedDecision.reason         -         -         -        -     yes         -
RestrictedVerdict.reason          -         -         -        -     yes         -
ReviewEntry.comments              -         no        yes      yes   yes         -
TrailEntry.comment                -         -         yes      yes   no          -
TrailEntry.reason                 -         -         yes      yes   no          -
TrailEntry.words                  -         -         yes      yes   no          -
Verdict.reason                    -         yes       yes      yes   no          -
Viewer.name                       -         yes       yes      yes   yes         yes
`;

type Row = readonly [name: string, ...cells: string[]];
/** A table as it is written: the words of its first line, and a name and its cells for each other. */
export const rowsOf = (
  text: string,
): { readonly header: readonly string[]; readonly rows: readonly Row[] } => {
  const [header = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return { header, rows: rows as unknown as readonly Row[] };
};

export const roles = [
  'anonymous',
  'candidate',
  'operator',
  'admin',
  'compliance',
  'integrator',
] as const;
export type Role = (typeof roles)[number];

export interface Cell {
  readonly name: string;
  readonly role: Role;
  readonly right: string;
  readonly otherwise: string;
}
export const cells: readonly Cell[] = rowsOf(operations).rows.flatMap(([name, ...line]) =>
  roles.map((role, column) => ({
    name,
    role,
    right: line[column] ?? '',
    otherwise: line[roles.length] ?? '',
  })),
);
