// Who may do and read what, as it was agreed: the product's own table is held against this one.

/**
 * Who may ask for what: `no`, `own` (what is theirs), `all` (of their organisation), `yes` (it is about
 * nobody's thing). `@asOf`: with that argument. Last, the answer about a thing that is not there or that they do not reach.
 */
export const operations = `
                          anonymous candidate operator admin compliance integrator  otherwise
candidateSpace            no        own       all      all   all        no          CandidateUnknown
domainEvents              no        no        no       no    no         yes         -
documentAuditTrail        no        no        all      all   all        no          nothing
dossier                   no        own       all      all   all        no          ApplicationUnknown
dossier@asOf              no        no        no       no    all        no          ApplicationUnknown
dossiers                  no        no        yes      yes   yes        no          -
invitation                yes       yes       yes      yes   yes        yes         -
me                        no        yes       yes      yes   yes        yes         -
people                    no        no        yes      yes   no         no          -
personalFeedAccess        no        no        no       yes   yes        no          -
reviewSynthesis           no        own       all      all   all        no          ApplicationUnknown
reviewSynthesis@asOf      no        no        no       no    all        no          ApplicationUnknown
acceptApplication         no        no        all      all   no         no          ApplicationUnknown
acceptDocument            no        no        all      all   no         no          ApplicationUnknown
addDocument               no        own       no       no    no         no          UploadUnknown
commentOnDocument         no        no        all      all   no         no          ApplicationUnknown
createInvitation          no        no        yes      yes   no         no          -
grantConsent              no        yes       no       no    no         no          -
grantPersonalFeed         no        no        no       all   no         no          IntegratorUnknown
openPersonalData          no        no        no       no    all        no          CandidateUnknown
refreshSignIn             yes       yes       yes      yes   yes        yes         -
refuseDocument            no        no        all      all   no         no          ApplicationUnknown
registerCandidate         yes       yes       yes      yes   yes        yes         -
rejectApplicationFinally  no        no        all      all   no         no          ApplicationUnknown
replaceDocument           no        own       no       no    no         no          UploadUnknown
requestDownload           no        own       all      all   no         no          DocumentUnknown
requestUpload             no        yes       no       no    no         no          -
returnApplication         no        no        all      all   no         no          ApplicationUnknown
selectDocument            no        own       no       no    no         no          ApplicationUnknown
setChecklist              no        no        no       yes   no         no          -
setLegalBasis             no        no        no       yes   no         no          -
signIn                    yes       yes       yes      yes   yes        yes         -
signOut                   no        yes       yes      yes   yes        yes         -
startApplication          no        own       no       no    no         no          InvitationUnknown
submitApplication         no        own       no       no    no         no          ApplicationUnknown
withdrawPersonalFeed      no        no        no       all   no         no          IntegratorUnknown
`;

/**
 * Who opens what is personal, where the object that it stands in is theirs to read: `yes`, `no`, or `-`
 * where no operation gives the role such an object. Every other field is a fact.
 */
export const fields = `
                                  anonymous candidate operator admin compliance  integrator
Actor.name:candidate              -         -         yes      yes   no          -
Actor.name:staff                  -         no        yes      yes   yes         -
Candidate.email                   -         yes       yes      yes   no          -
Candidate.fullName                -         yes       yes      yes   no          -
CandidateSpace.email              -         yes       yes      yes   no          -
CandidateSpace.fullName           -         yes       yes      yes   no          -
Comment.comment                   -         -         yes      yes   no          -
DocumentVersion.fileName          -         yes       yes      yes   no          -
Dossier.reason                    -         yes       yes      yes   no          -
OpenPersonalDataPayload.email     -         -         -        -     yes         -
OpenPersonalDataPayload.fullName  -         -         -        -     yes         -
PersonalFeedAccess.reason         -         -         -        yes   yes         -
ReviewEntry.comments              -         no        yes      yes   yes         -
TrailEntry.comment                -         -         yes      yes   no          -
TrailEntry.reason                 -         -         yes      yes   no          -
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
