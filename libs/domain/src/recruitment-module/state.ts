import type {
  AfterFinalRejection,
  ChecklistItem,
  InformationField,
  InvitationId,
  LegalBasis,
  Requirement,
  WorkerStatus,
} from './recruitment-module.events.ts';

/** When an incomplete dossier disappears; 0 days: never, and no reminder. */
export interface IncompleteDeletion {
  readonly deleteAfterDays: number;
  readonly remindBeforeDays: number;
  /** An IANA zone. */
  readonly zone: string;
}

/** An organisation's settings for recruiting (*Module recrutement*, R-018). */
export interface RecruitmentModuleState {
  readonly on: boolean;
  /** 0 as long as no checklist was set. */
  readonly checklistVersion: number;
  readonly checklist: readonly ChecklistItem[];
  readonly informationVersion: number;
  readonly information: readonly InformationField[];
  readonly requirementsVersion: number;
  readonly requirements: readonly Requirement[];
  /** Undefined as long as nobody's status is asked for. */
  readonly acceptedStatuses: readonly WorkerStatus[] | undefined;
  readonly legalBasis: LegalBasis;
  readonly invitations: Readonly<
    Record<InvitationId, { readonly campaign: string; readonly revoked: boolean }>
  >;
  readonly incompleteDeletion: IncompleteDeletion;
  readonly afterFinalRejection: AfterFinalRejection;
}
