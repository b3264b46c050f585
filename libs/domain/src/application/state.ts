import type { CandidateId, DocumentId } from '../candidate/candidate.events.ts';
import type {
  ChecklistItem,
  InformationField,
  InvitationId,
  Requirement,
  WorkerStatus,
} from '../recruitment-module/recruitment-module.events.ts';
import type {
  ApplicationId,
  MessageId,
  MessageSide,
  OverallState,
  RequirementOutcome,
  ReviewState,
} from './application.events.ts';

/** One document in one place of the checklist, and where its review stands. */
export interface Pin {
  readonly item: string;
  readonly documentId: DocumentId;
  readonly version: number;
  readonly contentHash: string;
  readonly state: Exclude<ReviewState, 'missing'>;
  /** Of a verdict that holds only until then, an ISO-8601 instant. */
  readonly validUntil?: string | undefined;
}

/** What a candidate declared about one requirement, and whether a reviewer confirmed it. */
export interface Declared {
  readonly outcome: RequirementOutcome;
  readonly confirmed?: boolean | undefined;
}

export interface Dossier {
  readonly status: OverallState;
  readonly applicationId: ApplicationId;
  readonly candidateId: CandidateId;
  readonly invitationId: InvitationId;
  /** What was asked for when it started, and stays so. */
  readonly checklist: readonly ChecklistItem[];
  readonly information: readonly InformationField[];
  readonly requirements: readonly Requirement[];
  readonly acceptedStatuses: readonly WorkerStatus[] | undefined;
  readonly workerStatus: WorkerStatus | undefined;
  /** By the requirement's key. */
  readonly declared: Readonly<Record<string, Declared>>;
  /** In the order in which they were put there. */
  readonly pins: readonly Pin[];
  readonly reviewerId: string | undefined;
  /** The newest message of each side, and up to which each side has read the other's. */
  readonly written: Readonly<Partial<Record<MessageSide, MessageId>>>;
  readonly read: Readonly<Partial<Record<MessageSide, MessageId>>>;
  /** The candidate's last own action on it that moves the clock, an ISO-8601 instant. */
  readonly lastActionAt: string;
  /** When it was last returned for correction. */
  readonly returnedAt: string | undefined;
  /** Finally rejected and kept: its words are for compliance alone. */
  readonly restricted: boolean;
  /** When its final rejection erases. */
  readonly eraseAt: string | undefined;
}

export type ApplicationState =
  | { readonly status: 'absent' }
  | Dossier
  | {
      readonly status: 'forgotten';
      readonly applicationId: ApplicationId;
      readonly candidateId: CandidateId;
    };

export const isDossier = (state: ApplicationState): state is Dossier =>
  state.status !== 'absent' && state.status !== 'forgotten';

/** Whether the candidate completes it at the moment. */
export const isEditable = ({ status }: Dossier): boolean =>
  status === 'draft' || status === 'returned';

/** Whether something may still come of it: it spares the account from deletion. */
export const isLive = (state: ApplicationState): boolean =>
  isDossier(state) && state.status !== 'rejectedFinally' && state.status !== 'withdrawn';

/** A step that only a dossier takes. */
export const ifDossier =
  <Event>(step: (state: Dossier, event: Event) => Dossier) =>
  (state: ApplicationState, event: Event): ApplicationState =>
    isDossier(state) ? step(state, event) : state;

/** The same, of an action of the closed list that moves the clock of incomplete dossiers. */
export const ownAction = <Event extends { readonly at: string }>(
  step: (state: Dossier, event: Event) => Dossier,
) => ifDossier<Event>((state, event) => ({ ...step(state, event), lastActionAt: event.at }));

/** What lies in a place, in the order in which it was put there. */
export const pinsIn = ({ pins }: Dossier, item: string): readonly Pin[] =>
  pins.filter((pin) => pin.item === item);

/** Where a document lies, if it lies in the dossier. */
export const pinOf = ({ pins }: Dossier, documentId: DocumentId): Pin | undefined =>
  pins.find((pin) => pin.documentId === documentId);

/** Whether a status is asked for an item; whoever declared none is asked for those of everybody. */
export const isAsked = (
  { statuses }: ChecklistItem,
  workerStatus: WorkerStatus | undefined,
): boolean =>
  statuses === undefined || (workerStatus !== undefined && statuses.includes(workerStatus));

/** The places that this dossier has, as its status asks for them. */
export const askedItems = ({ checklist, workerStatus }: Dossier): readonly ChecklistItem[] =>
  checklist.filter((item) => isAsked(item, workerStatus));

/** How many documents a place takes. */
export const roomIn = ({ maximum = 1 }: ChecklistItem): number => maximum;

/**
 * Puts a version of a document into a place, or changes where its review stands. A place for one document
 * gives up what lay there before.
 */
export const withPin = (state: Dossier, pin: Pin): Dossier => {
  const held = state.pins.some(({ documentId }) => documentId === pin.documentId);
  if (held)
    return {
      ...state,
      pins: state.pins.map((old) => (old.documentId === pin.documentId ? pin : old)),
    };
  const item = state.checklist.find(({ key }) => key === pin.item);
  const others =
    item && roomIn(item) === 1 ? state.pins.filter((old) => old.item !== pin.item) : state.pins;
  return { ...state, pins: [...others, pin] };
};

/** What keeps a dossier from being submitted, all at once; every list empty where nothing does. */
export interface Gaps {
  /** Mandatory fields of *mes infos* that are not filled. */
  readonly missingFields: readonly string[];
  /** Mandatory requirements that are not declared, or not met. */
  readonly unmetRequirements: readonly string[];
  /** Those that would be accepted; undefined where the status is all right. */
  readonly acceptedStatuses?: readonly WorkerStatus[];
  /** Places that must hold a document and hold none. */
  readonly missingItems: readonly string[];
}

/** @param filled the fields of *mes infos* that are filled */
export const gapsIn = (dossier: Dossier, filled: readonly string[]): Gaps => {
  const { information, requirements, declared, acceptedStatuses, workerStatus } = dossier;
  const isAccepted =
    acceptedStatuses === undefined ||
    (workerStatus !== undefined && acceptedStatuses.includes(workerStatus));
  return {
    missingFields: information
      .filter(({ key, mandatory }) => mandatory && !filled.includes(key))
      .map(({ key }) => key),
    unmetRequirements: requirements
      .filter(({ key, mandatory }) => {
        const outcome = Object.hasOwn(declared, key) ? declared[key]?.outcome : undefined;
        return mandatory && (outcome === undefined || outcome === 'unmet');
      })
      .map(({ key }) => key),
    ...(!isAccepted && { acceptedStatuses }),
    missingItems: askedItems(dossier)
      .filter(({ key, required }) => required && pinsIn(dossier, key).length === 0)
      .map(({ key }) => key),
  };
};

export const hasGaps = ({
  missingFields,
  unmetRequirements,
  acceptedStatuses,
  missingItems,
}: Gaps): boolean =>
  missingFields.length + unmetRequirements.length + missingItems.length > 0 ||
  acceptedStatuses !== undefined;

/**
 * What keeps the whole from being accepted without an override: a required place without a
 * document, any whose document is not valid, and a requirement that waits for a reviewer.
 */
export const unsettled = (
  dossier: Dossier,
): { readonly items: readonly string[]; readonly requirements: readonly string[] } => ({
  items: askedItems(dossier)
    .filter(({ key, required }) => {
      const pins = pinsIn(dossier, key);
      return pins.length === 0 ? required : pins.some(({ state }) => state !== 'valid');
    })
    .map(({ key }) => key),
  requirements: dossier.requirements
    .filter(
      (one) =>
        one.kind !== 'question' &&
        one.confirmedByReviewer &&
        one.mandatory &&
        dossier.declared[one.key]?.confirmed !== true,
    )
    .map(({ key }) => key),
});
