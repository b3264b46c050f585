import type { CandidateId, DocumentId } from '../candidate/candidate.events.ts';
import type { ChecklistItem } from '../recruitment-module/recruitment-module.events.ts';
import type { ApplicationId, OverallState, ReviewState } from './application.events.ts';

/** What lies in one place of the checklist, and where its review stands. */
export interface Pin {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly contentHash: string;
  readonly state: Exclude<ReviewState, 'missing'>;
}

export interface Dossier {
  readonly status: OverallState;
  readonly applicationId: ApplicationId;
  readonly candidateId: CandidateId;
  readonly checklist: readonly ChecklistItem[];
  /** By the checklist item's key; a place without a document has none. */
  readonly pins: Readonly<Record<string, Pin>>;
}

export type ApplicationState =
  | { readonly status: 'absent' }
  | Dossier
  | {
      readonly status: 'forgotten';
      readonly applicationId: ApplicationId;
      readonly candidateId: CandidateId;
    };

/** What lies in a place; a checklist key may be a word that every object knows, such as `constructor`. */
export const pinIn = (dossier: Dossier, item: string): Pin | undefined =>
  Object.hasOwn(dossier.pins, item) ? dossier.pins[item] : undefined;

export const isDossier = (state: ApplicationState): state is Dossier =>
  state.status !== 'absent' && state.status !== 'forgotten';

/** The place in which a document lies, if it lies in one. */
export const placeOf = (
  dossier: Dossier,
  documentId: DocumentId,
): { readonly item: string; readonly pin: Pin } | undefined => {
  for (const [item, pin] of Object.entries(dossier.pins))
    if (pin.documentId === documentId) return { item, pin };
  return undefined;
};

/** Puts a version of a document into a place, or changes where its review stands. */
export const withPin = (
  state: ApplicationState,
  { item, documentId, version, contentHash }: Omit<Pin, 'state'> & { readonly item: string },
  reviewed: Pin['state'],
): ApplicationState => {
  if (!isDossier(state)) return state;
  const pin: Pin = { documentId, version, contentHash, state: reviewed };
  return { ...state, pins: { ...state.pins, [item]: pin } };
};

export const withStatus = (state: ApplicationState, status: OverallState): ApplicationState =>
  isDossier(state) ? { ...state, status } : state;

/** Places that must hold a document and hold none, by their keys. */
export const missingItems = (dossier: Dossier): readonly string[] =>
  dossier.checklist
    .filter((item) => item.required && !pinIn(dossier, item.key))
    .map(({ key }) => key);

/**
 * Places that keep the whole from being accepted without an override: a required one without a
 * document, and any whose document is not valid.
 */
export const unsettledItems = (dossier: Dossier): readonly string[] =>
  dossier.checklist
    .filter(({ key, required }) => {
      const pin = pinIn(dossier, key);
      return pin ? pin.state !== 'valid' : required;
    })
    .map(({ key }) => key);
