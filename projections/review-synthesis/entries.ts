import type { Metadata, Sealed } from '@vivier/kernel';
import type { ChecklistItem, DocumentId, ReviewState } from '@vivier/domain/events';

type By = Metadata['by'];

export interface Verdict {
  readonly by: By;
  readonly at: string;
  readonly reason: Sealed<string> | null;
}

export interface Remark {
  readonly by: By;
  readonly at: string;
  readonly version: number;
  readonly comment: Sealed<string> | null;
}

/** One place of the checklist under review (*autant d'onglets que de documents à revoir*, R-028). */
export interface ReviewEntry {
  readonly item: string;
  readonly label: string;
  readonly required: boolean;
  /** How many documents may lie here; left out: one. */
  readonly maximum?: number | undefined;
  /** Asked of these statuses only; left out: of everybody. */
  readonly statuses?: readonly string[] | undefined;
  /** Whether the declared status asks for it. */
  readonly asked: boolean;
  readonly state: ReviewState;
  readonly documentId: DocumentId | null;
  readonly version: number | null;
  readonly contentHash: string | null;
  /** Until when the verdict holds, an ISO-8601 instant. */
  readonly validUntil: string | null;
  /** Of the version that lies there now; older ones are in the audit trail. */
  readonly verdict: Verdict | null;
  readonly comments: readonly Remark[];
}

/** What is known of one document in the dossier. */
export interface Pinned {
  readonly item: string;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly contentHash: string;
}

/** A place of the checklist before anything lies in it. */
export const emptyEntry = ({
  key,
  label,
  required,
  maximum,
  statuses,
}: ChecklistItem): ReviewEntry => ({
  item: key,
  label,
  required,
  ...(maximum !== undefined && { maximum }),
  ...(statuses && { statuses }),
  asked: statuses === undefined,
  state: 'missing',
  documentId: null,
  version: null,
  contentHash: null,
  validUntil: null,
  verdict: null,
  comments: [],
});

/** The entry of a place when nothing lies there any more. */
export const emptied = <Entry extends ReviewEntry>(entry: Entry): Entry => ({
  ...entry,
  state: 'missing',
  documentId: null,
  version: null,
  contentHash: null,
  validUntil: null,
  verdict: null,
  comments: [],
});

/** Rows have keys, entries have items. */
export const keyed = (entries: readonly ReviewEntry[]) =>
  entries.map((entry) => ({ ...entry, key: entry.item }));
export const unkeyed = (rows: readonly (ReviewEntry & { readonly key: string })[]): ReviewEntry[] =>
  rows.map(({ key: _, ...entry }) => entry);
