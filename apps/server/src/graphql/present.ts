import type { Metadata, PersonId } from '@vivier/kernel';
import type {
  CandidateSpace,
  DocumentVersion,
  DossierDocument,
  DossierItem,
  Remark,
  ReviewEntry,
  ReviewSynthesis,
  SpaceDocument,
  TrailEntry,
  Verdict,
} from '@vivier/projections';
import type { Caller } from './caller.ts';
import { lazily } from './lazily.ts';
import type { ActorType } from './types/actor.ts';
import type {
  CandidateSpaceType,
  CandidateType,
  DocumentType,
  DocumentVersionType,
} from './types/candidate.ts';
import type { DossierItemType, DossierType } from './types/dossier.ts';
import type {
  CommentType,
  ReviewEntryType,
  ReviewSynthesisType,
  VerdictType,
} from './types/review.ts';
import type { TrailEntryType } from './types/trail.ts';

// Fields are named one by one: a list makes hundreds of these objects, and copying what is left over of
// another one costs more than everything else about them.

const presentVersion = (
  shown: DocumentVersion,
  personId: PersonId,
  { opening }: Caller,
): DocumentVersionType =>
  lazily<DocumentVersionType>({
    version: shown.version,
    fileName: () => opening.text('DocumentVersion.fileName', shown.fileName, personId),
    mediaType: shown.mediaType,
    size: shown.size,
    contentHash: shown.contentHash,
    at: shown.at,
  });

export const presentDocument = (
  { documentId, versions }: SpaceDocument,
  personId: PersonId,
  caller: Caller,
): DocumentType => {
  const shown = versions.map((version) => presentVersion(version, personId, caller));
  return { documentId, versions: shown, current: shown.at(-1) as DocumentVersionType };
};

export const presentCandidate = (space: CandidateSpace, { opening }: Caller): CandidateType =>
  lazily<CandidateType>({
    candidateId: space._id,
    fullName: () => opening.text('Candidate.fullName', space.fullName, space._id),
    email: () => opening.text('Candidate.email', space.email, space._id),
  });

export const presentSpace = (space: CandidateSpace, caller: Caller): CandidateSpaceType =>
  lazily<CandidateSpaceType>({
    candidateId: space._id,
    fullName: () => caller.opening.text('CandidateSpace.fullName', space.fullName, space._id),
    email: () => caller.opening.text('CandidateSpace.email', space.email, space._id),
    campaign: space.campaign,
    registeredAt: space.registeredAt,
    erasedAt: space.erasedAt,
    documents: () =>
      space.documents.map((document) => presentDocument(document, space._id, caller)),
    applications: [...space.applications],
    consents: [...space.consents],
  });

export const presentActor = (by: Metadata['by'], { opening }: Caller): ActorType =>
  lazily<ActorType>({
    kind: by.kind,
    id: by.id,
    role: by.role,
    name: async () => {
      if (by.kind !== 'account') return null;
      if (by.role === 'candidate') {
        const space = await opening.person(by.id);
        return space ? opening.text('Actor.name', space.fullName, space._id) : null;
      }
      return opening.staffName('Actor.name', by.id);
    },
  });

const presentVerdict = (
  verdict: Verdict | null,
  personId: PersonId,
  caller: Caller,
): VerdictType | null =>
  verdict &&
  lazily<VerdictType>({
    by: () => presentActor(verdict.by, caller),
    at: verdict.at,
    reason: () => caller.opening.text('Verdict.reason', verdict.reason, personId),
  });

/** The version of a document that lies in a place, from its owner's own document. */
const versionIn = async (
  place: { readonly documentId: string | null; readonly version: number | null },
  personId: PersonId,
  caller: Caller,
): Promise<DocumentVersionType | null> => {
  if (place.documentId === null) return null;
  const space = await caller.opening.person(personId);
  const version = space?.documents
    .find(({ documentId }) => documentId === place.documentId)
    ?.versions.find((candidate) => candidate.version === place.version);
  return version ? presentVersion(version, personId, caller) : null;
};

const presentItem = (item: DossierItem, candidateId: PersonId, caller: Caller): DossierItemType =>
  lazily<DossierItemType>({
    key: item.key,
    label: item.label,
    required: item.required,
    documentId: item.documentId,
    document: () => versionIn(item, candidateId, caller),
  });

export const presentDossier = (dossier: DossierDocument, caller: Caller): DossierType => {
  const { candidateId } = dossier;
  const shown = (space: CandidateSpace | undefined): CandidateType | null =>
    space ? presentCandidate(space, caller) : null;
  return lazily<DossierType>({
    applicationId: dossier._id,
    candidate: () => {
      const space = caller.opening.person(candidateId);
      return space instanceof Promise ? space.then(shown) : shown(space);
    },
    campaign: dossier.campaign,
    state: dossier.state,
    revision: dossier.revision,
    startedAt: dossier.startedAt,
    submittedAt: dossier.submittedAt,
    changedAt: dossier.changedAt,
    checklistVersion: dossier.checklistVersion,
    items: () => dossier.items.map((item) => presentItem(item, candidateId, caller)),
    reason: () => caller.opening.text('Dossier.reason', dossier.reason, candidateId),
  });
};

const presentRemark = (remark: Remark, candidateId: PersonId, caller: Caller): CommentType =>
  lazily<CommentType>({
    by: () => presentActor(remark.by, caller),
    at: remark.at,
    version: remark.version,
    comment: () => caller.opening.text('Comment.comment', remark.comment, candidateId),
  });

const presentEntry = (entry: ReviewEntry, candidateId: PersonId, caller: Caller): ReviewEntryType =>
  lazily<ReviewEntryType>({
    item: entry.item,
    label: entry.label,
    required: entry.required,
    state: entry.state,
    documentId: entry.documentId,
    version: entry.version,
    contentHash: entry.contentHash,
    document: () => versionIn(entry, candidateId, caller),
    verdict: () => presentVerdict(entry.verdict, candidateId, caller),
    comments: () => {
      caller.opening.allow('ReviewEntry.comments', candidateId);
      return entry.comments.map((remark) => presentRemark(remark, candidateId, caller));
    },
  });

export const presentSynthesis = (
  synthesis: ReviewSynthesis,
  caller: Caller,
): ReviewSynthesisType => {
  const { candidateId } = synthesis;
  return lazily<ReviewSynthesisType>({
    applicationId: synthesis._id,
    state: synthesis.state,
    revision: synthesis.revision,
    entries: () => synthesis.entries.map((entry) => presentEntry(entry, candidateId, caller)),
    decision: () => presentVerdict(synthesis.decision, candidateId, caller),
  });
};

export const presentTrailEntry = (entry: TrailEntry, caller: Caller): TrailEntryType => {
  const { candidateId } = entry;
  return lazily<TrailEntryType>({
    eventId: entry._id,
    event: entry.event,
    at: entry.at,
    by: () => presentActor(entry.by, caller),
    documentId: entry.documentId,
    applicationId: entry.applicationId,
    item: entry.item,
    version: entry.version,
    contentHash: entry.contentHash,
    from: entry.from,
    to: entry.to,
    reason: () => caller.opening.text('TrailEntry.reason', entry.reason, candidateId),
    comment: () => caller.opening.text('TrailEntry.comment', entry.comment, candidateId),
    command: entry.command,
    commandId: entry.commandId,
    causationId: entry.causationId,
    position: entry.position,
  });
};
