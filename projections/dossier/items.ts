import type { ChecklistItem, DocumentId, ReviewState } from '@vivier/domain/events';

/** One row for each document that lies in a place, and one for a place where none lies. */
export interface DossierItem extends ChecklistItem {
  /** Whether the declared status asks for it. */
  readonly asked: boolean;
  readonly state: ReviewState;
  readonly documentId: DocumentId | null;
  readonly version: number | null;
  /** Until when the verdict holds, an ISO-8601 instant. */
  readonly validUntil: string | null;
  /** Whether the whole was accepted although this was not valid: nobody waits for it. */
  readonly overridden: boolean;
}

interface Placed {
  readonly item: string;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly validUntil?: string | undefined;
}

/** What a row is of: shared by the dossier and its review. */
interface Row {
  readonly key: string;
  readonly maximum?: number | undefined;
  readonly documentId: DocumentId | null;
}

/** Rows without what is there of one document alone. */
type Emptied<R> = (row: R) => R;

/** Takes a document's row out; the place keeps an empty one where it was the last. */
export const withoutDocument = <R extends Row>(
  rows: readonly R[],
  documentId: DocumentId,
  emptied: Emptied<R>,
): R[] =>
  rows.flatMap((row) => {
    if (row.documentId !== documentId) return [row];
    const others = rows.some((other) => other.key === row.key && other !== row);
    return others ? [] : [emptied(row)];
  });

/** Puts a document into a place: over its own row, over the only one, or after the others. */
export const withDocument = <R extends Row>(
  rows: readonly R[],
  { item, documentId }: Pick<Placed, 'item' | 'documentId'>,
  filled: (row: R) => R,
  emptied: Emptied<R>,
): R[] => {
  if (rows.some((row) => row.documentId === documentId))
    return rows.map((row) => (row.documentId === documentId ? filled(row) : row));
  const last = rows.findLastIndex(({ key }) => key === item);
  const row = rows[last];
  if (!row) return [...rows];
  const takesIt = row.documentId === null || (row.maximum ?? 1) === 1;
  return takesIt
    ? rows.with(last, filled(emptied(row)))
    : rows.toSpliced(last + 1, 0, filled(emptied(row)));
};

export const emptyItem = (item: ChecklistItem, asked: boolean): DossierItem => ({
  ...item,
  asked,
  state: 'missing',
  documentId: null,
  version: null,
  validUntil: null,
  overridden: false,
});

const emptied: Emptied<DossierItem> = (row) => ({
  ...row,
  state: 'missing',
  documentId: null,
  version: null,
  validUntil: null,
  overridden: false,
});

/** The rows when a version of a document lies in a place, in a state of its review. */
export const placed = (
  rows: readonly DossierItem[],
  { item, documentId, version, validUntil }: Placed,
  state: ReviewState,
): DossierItem[] =>
  withDocument(
    rows,
    { item, documentId },
    (row) => ({
      ...{ ...row, documentId, version, state },
      validUntil: validUntil ?? null,
      overridden: false,
    }),
    emptied,
  );

/** The rows when the whole is accepted, against some places where there was a reason. */
export const accepted = (
  rows: readonly DossierItem[],
  overridden: readonly string[],
): DossierItem[] =>
  rows.map((row) => ({
    ...row,
    overridden: row.state !== 'valid' && overridden.includes(row.key),
  }));

export const takenOut = (
  rows: readonly DossierItem[],
  { documentId }: Pick<Placed, 'documentId'>,
): DossierItem[] => withoutDocument(rows, documentId, emptied);
