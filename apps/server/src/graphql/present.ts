import type { Metadata, PersonId } from '@vivier/kernel';
import type {
  CandidateSpace,
  DocumentVersion,
  DossierDocument,
  DossierItem,
  DossierRequirement,
  Remark,
  ReviewEntry,
  ReviewSynthesis,
  SpaceDocument,
  Verdict,
} from '@vivier/projections';
import type { Caller } from './caller.ts';
import { lazily } from './lazily.ts';
import { isRestricted } from './restricted.ts';
import type { ActorType } from './types/actor.ts';
import type {
  CandidateSpaceType,
  CandidateType,
  DocumentType,
  DocumentVersionType,
  OwnInformationType,
} from './types/candidate.ts';
import type { DossierItemType, DossierRequirementType, DossierType } from './types/dossier.ts';
import type {
  CommentType,
  ReviewEntryType,
  ReviewSynthesisType,
  VerdictType,
} from './types/review.ts';

// Fields are named one by one: a list makes hundreds of these objects, and copying what is left over of
// another one costs more than everything else about them.

/** Whoever asks for what only compliance opens. */
export const closed = (caller: Caller): Caller => ({
  ...caller,
  opening: caller.opening.restricted(),
});

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

export const presentCandidate = (space: CandidateSpace, asking: Caller): CandidateType => {
  const { opening } = isRestricted(space) ? closed(asking) : asking;
  return lazily<CandidateType>({
    candidateId: space._id,
    fullName: () => opening.text('Candidate.fullName', space.fullName, space._id),
    email: () => opening.text('Candidate.email', space.email, space._id),
  });
};

/** What each field says now: the newest change that touched it. */
const presentInformation = (
  { _id, information, filled }: CandidateSpace,
  { opening }: Caller,
): Promise<OwnInformationType[]> => {
  opening.allow('CandidateSpace.information', _id);
  return Promise.all(
    filled.map(async (key) => {
      const said = information.findLast(({ fields }) => fields.includes(key));
      const values = await opening.value('CandidateSpace.information', said?.values ?? null, _id);
      return { key, value: values?.[key] ?? null };
    }),
  );
};

export const presentSpace = (space: CandidateSpace, asking: Caller): CandidateSpaceType => {
  const caller = isRestricted(space) ? closed(asking) : asking;
  return lazily<CandidateSpaceType>({
    candidateId: space._id,
    fullName: () => caller.opening.text('CandidateSpace.fullName', space.fullName, space._id),
    email: () => caller.opening.text('CandidateSpace.email', space.email, space._id),
    campaign: space.campaign,
    registeredAt: space.registeredAt,
    erasedAt: space.erasedAt,
    confirmedAt: space.confirmedAt,
    // only while the module is on.
    limited: async () => space.openedBy.length === 0 && (await caller.deletions.settings()).on,
    information: () => presentInformation(space, caller),
    deletionWarning: () => caller.deletions.ofAccount(space),
    documents: () =>
      space.documents.map((document) => presentDocument(document, space._id, caller)),
    applications: [...space.applications],
    consents: [...space.consents],
  });
};

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
    statuses: item.statuses,
    types: item.types,
    maximum: item.maximum,
    validFor: item.validFor,
    hint: item.hint,
    asked: item.asked,
    state: item.state,
    documentId: item.documentId,
    validUntil: item.validUntil,
    document: () => versionIn(item, candidateId, caller),
  });

const presentRequirement = (
  one: DossierRequirement,
  candidateId: PersonId,
  { opening }: Caller,
): DossierRequirementType =>
  lazily<DossierRequirementType>({
    asked: one.asked,
    outcome: one.outcome,
    level: one.level,
    answer: () => opening.text('DossierRequirement.answer', one.answer, candidateId),
    confirmed: one.confirmed,
  });

const staffMember = (accountId: string, caller: Caller): ActorType =>
  presentActor({ kind: 'account', id: accountId, role: 'operator' }, caller);

export const presentDossier = (dossier: DossierDocument, asking: Caller): DossierType => {
  const { candidateId } = dossier;
  const caller = dossier.restricted ? closed(asking) : asking;
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
    information: dossier.information,
    acceptedStatuses: dossier.acceptedStatuses,
    workerStatus: dossier.workerStatus,
    requirements: () =>
      dossier.requirements.map((one) => presentRequirement(one, candidateId, caller)),
    queue: dossier.queue === 'none' ? null : dossier.queue,
    waitingSince: dossier.waitingSince,
    reviewer: () => (dossier.reviewerId === '' ? null : staffMember(dossier.reviewerId, caller)),
    unread: dossier.unread,
    restricted: dossier.restricted,
    deletionWarning: () => caller.deletions.ofDossier(dossier),
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
    asked: entry.asked,
    state: entry.state,
    validUntil: entry.validUntil,
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
  asking: Caller,
): ReviewSynthesisType => {
  const { candidateId } = synthesis;
  const caller = synthesis.restricted ? closed(asking) : asking;
  return lazily<ReviewSynthesisType>({
    applicationId: synthesis._id,
    state: synthesis.state,
    revision: synthesis.revision,
    entries: () => synthesis.entries.map((entry) => presentEntry(entry, candidateId, caller)),
    decision: () => presentVerdict(synthesis.decision, candidateId, caller),
  });
};
