import type { Metadata, PersonId } from '@vivier/kernel';
import type {
  CandidateSpace,
  DocumentVersion,
  DossierDocument,
  ReviewSynthesis,
  SpaceDocument,
  TrailEntry,
  Verdict,
} from '@vivier/projections';
import type { Caller } from './caller.ts';
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

/** Each field as it is, or a function that finds it. */
type Found<T> = {
  readonly [K in keyof T]: T[K] | (() => T[K] | Promise<T[K]>);
};

/**
 * An object for the executor whose functions become getters: a personal field is opened only where the
 * caller asked for it. Never spread such an object, since that would open everything in it.
 */
export const lazily = <T extends object>(shape: Found<T>): T => {
  const object = {};
  for (const [name, value] of Object.entries(shape))
    Object.defineProperty(
      object,
      name,
      typeof value === 'function'
        ? { enumerable: true, get: value as () => unknown }
        : { enumerable: true, value },
    );
  return object as T;
};

const presentVersion = (
  { fileName, ...facts }: DocumentVersion,
  personId: PersonId,
  { opening }: Caller,
): DocumentVersionType =>
  lazily<DocumentVersionType>({
    ...facts,
    fileName: () => opening.text('DocumentVersion.fileName', fileName, personId),
  });

export const presentDocument = (
  { documentId, versions }: SpaceDocument,
  personId: PersonId,
  caller: Caller,
): DocumentType => {
  const shown = versions.map((version) => presentVersion(version, personId, caller));
  return { documentId, versions: shown, current: shown.at(-1) as DocumentVersionType };
};

const candidateFields = (
  type: 'Candidate' | 'CandidateSpace',
  space: CandidateSpace,
  { opening }: Caller,
): Found<CandidateType> => ({
  candidateId: space._id,
  fullName: () => opening.text(`${type}.fullName`, space.fullName, space._id),
  email: () => opening.text(`${type}.email`, space.email, space._id),
});

export const presentCandidate = (space: CandidateSpace, caller: Caller): CandidateType =>
  lazily<CandidateType>(candidateFields('Candidate', space, caller));

export const presentSpace = (space: CandidateSpace, caller: Caller): CandidateSpaceType =>
  lazily<CandidateSpaceType>({
    ...candidateFields('CandidateSpace', space, caller),
    campaign: space.campaign,
    registeredAt: space.registeredAt,
    erasedAt: space.erasedAt,
    documents: space.documents.map((document) => presentDocument(document, space._id, caller)),
    applications: [...space.applications],
    consents: [...space.consents],
  });

const presentActor = (by: Metadata['by'], { opening }: Caller): ActorType =>
  lazily<ActorType>({
    kind: by.kind,
    id: by.id,
    role: by.role,
    name: async () => {
      if (by.kind !== 'account') return null;
      if (by.role === 'candidate') {
        const space = await opening.persons.load(by.id);
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
    by: presentActor(verdict.by, caller),
    at: verdict.at,
    reason: () => caller.opening.text('Verdict.reason', verdict.reason, personId),
  });

/** The version of a document that lies in a place, from its owner's own document. */
const versionIn =
  (
    place: { readonly documentId: string | null; readonly version: number | null },
    personId: PersonId,
    caller: Caller,
  ) =>
  async (): Promise<DocumentVersionType | null> => {
    if (place.documentId === null) return null;
    const space = await caller.opening.persons.load(personId);
    const version = space?.documents
      .find(({ documentId }) => documentId === place.documentId)
      ?.versions.find((candidate) => candidate.version === place.version);
    return version ? presentVersion(version, personId, caller) : null;
  };

export const presentDossier = (dossier: DossierDocument, caller: Caller): DossierType => {
  const { _id: applicationId, candidateId, items, reason, ...facts } = dossier;
  return lazily<DossierType>({
    ...facts,
    applicationId,
    candidate: async () => {
      const space = await caller.opening.persons.load(candidateId);
      return space ? presentCandidate(space, caller) : null;
    },
    items: items.map((item) =>
      lazily<DossierItemType>({ ...item, document: versionIn(item, candidateId, caller) }),
    ),
    reason: () => caller.opening.text('Dossier.reason', reason, candidateId),
  });
};

export const presentSynthesis = (
  synthesis: ReviewSynthesis,
  caller: Caller,
): ReviewSynthesisType => {
  const { _id: applicationId, candidateId, entries, decision, ...facts } = synthesis;
  return lazily<ReviewSynthesisType>({
    ...facts,
    applicationId,
    decision: presentVerdict(decision, candidateId, caller),
    entries: entries.map(({ verdict, comments, ...entry }) =>
      lazily<ReviewEntryType>({
        ...entry,
        document: versionIn(entry, candidateId, caller),
        verdict: presentVerdict(verdict, candidateId, caller),
        comments: () => {
          caller.opening.allow('ReviewEntry.comments', candidateId);
          return comments.map(({ by, at, version, comment }) =>
            lazily<CommentType>({
              by: presentActor(by, caller),
              at,
              version,
              comment: () => caller.opening.text('Comment.comment', comment, candidateId),
            }),
          );
        },
      }),
    ),
  });
};

export const presentTrailEntry = (entry: TrailEntry, caller: Caller): TrailEntryType => {
  const { _id: eventId, candidateId, by, reason, comment, ...facts } = entry;
  return lazily<TrailEntryType>({
    ...facts,
    eventId,
    by: presentActor(by, caller),
    reason: () => caller.opening.text('TrailEntry.reason', reason, candidateId),
    comment: () => caller.opening.text('TrailEntry.comment', comment, candidateId),
  });
};
