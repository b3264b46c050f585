import { defineEvents, id, type Brand } from '@vivier/kernel';
import { z } from 'zod';

export type InvitationId = Brand<'InvitationId'>;

/** Names a thing that an organisation defines, and never changes: `cv`, `cover-letter`. */
const key = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(40);
/** The organisation's own text, about nobody. */
const label = z.string().trim().min(1).max(120);

/** How somebody would work (*statut*): `self-employed` (*indépendant*), `employee` (*travailleur salarié*) … */
export const workerStatus = key;
export type WorkerStatus = z.infer<typeof workerStatus>;
/** As a caller sends it: an empty one has a refusal of its own. */
export const statusList = z.array(workerStatus).max(20);

/** The file types that a document may have (seed 002 names them). */
export const documentType = z.enum(['pdf', 'doc', 'docx', 'odt', 'rtf']);
export type DocumentType = z.infer<typeof documentType>;

/** One kind of document that a dossier asks for. */
export const checklistItem = z.strictObject({
  key,
  label,
  required: z.boolean(),
  /** Asked of these statuses only; left out: of everybody. */
  statuses: z.array(workerStatus).min(1).optional(),
  /** Left out: any type that is taken in at all. */
  types: z.array(documentType).min(1).optional(),
  /** How many documents may lie here; left out: one. */
  maximum: z.int().min(1).max(20).optional(),
  /** For how long a verdict holds, an ISO-8601 period such as `P3M`; left out: for ever. */
  validFor: z.string().optional(),
  /** Told to the candidate. */
  hint: z.string().trim().min(1).max(500).optional(),
});

/** One thing that *mes infos* asks for. The justification says why it is needed (GDPR 5(1)(c)). */
export const informationField = z.strictObject({
  key,
  label,
  mandatory: z.boolean(),
  justification: z.string().trim().min(1).max(500),
});
export type InformationField = z.infer<typeof informationField>;

/** How well somebody speaks a language, the least first. */
export const languageLevel = z.enum(['basic', 'conversational', 'fluent', 'native']);
export type LanguageLevel = z.infer<typeof languageLevel>;

const requirementBase = {
  key,
  label,
  /** Without it an application can be submitted all the same. */
  mandatory: z.boolean(),
};

/** What is asked of a candidate before an application can be submitted (*exigences*, R-018, R-019). */
export const requirement = z.discriminatedUnion('kind', [
  /** Declared by the candidate; a reviewer may have to confirm it before the whole is accepted. */
  z.strictObject({
    ...requirementBase,
    kind: z.literal('claim'),
    confirmedByReviewer: z.boolean(),
  }),
  z.strictObject({
    ...requirementBase,
    kind: z.literal('language'),
    /** ISO 639-1, such as `fr`. */
    language: z.string().regex(/^[a-z]{2}$/, 'two lower-case letters'),
    level: languageLevel,
    confirmedByReviewer: z.boolean(),
  }),
  /** Answered freely; the answer is sealed. */
  z.strictObject({ ...requirementBase, kind: z.literal('question') }),
]);
export type Requirement = z.infer<typeof requirement>;

/** What becomes of somebody who was finally rejected; the period is ISO-8601. */
export const afterFinalRejection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('erase-now') }),
  z.strictObject({ kind: z.literal('restrict'), period: z.string() }),
  z.strictObject({ kind: z.literal('archive') }),
]);
export type AfterFinalRejection = z.infer<typeof afterFinalRejection>;

/** Whole days; 0 switches the thing off. */
const days = z.int().min(0).max(3650);

export type ChecklistItem = z.infer<typeof checklistItem>;

/** On what ground the organisation keeps applications (GDPR 6(1)); R-115 speaks of consent. */
export const legalBasis = z.enum(['consent', 'legitimate-interest', 'pre-contract']);

export type LegalBasis = z.infer<typeof legalBasis>;

export const recruitmentModuleEvents = defineEvents({
  ChecklistSet: {
    /** 1 for the first; applications pin the version in force when they start. */
    checklistVersion: z.int().positive(),
    items: z.array(checklistItem),
  },
  /** The entry point that candidates follow (*lien personnalisé*, R-022). */
  InvitationCreated: {
    invitationId: id<InvitationId>(),
    /** The organisation's own word for a recruitment campaign; one link each. */
    campaign: z.string(),
  },
  /** The link leads nowhere from now on; whoever followed it before keeps their account. */
  InvitationRevoked: { invitationId: id<InvitationId>() },
  LegalBasisSet: { legalBasis },
  /** *Module activé* (R-017): clocks that were paused go on with what was left. */
  RecruitmentModuleSwitchedOn: {},
  /** Links lead nowhere, no clock of an incomplete dossier runs. */
  RecruitmentModuleSwitchedOff: {},
  /** What *mes infos* asks for; running applications keep what they started with. */
  InformationFieldsSet: {
    informationVersion: z.int().positive(),
    fields: z.array(informationField),
  },
  RequirementsSet: {
    requirementsVersion: z.int().positive(),
    requirements: z.array(requirement),
  },
  /** *Statuts acceptés* (R-020). */
  AcceptedStatusesSet: { statuses: z.array(workerStatus).min(1) },
  /** Running dossiers always follow it; `zone` is where its days begin. */
  IncompleteDeletionSet: { deleteAfterDays: days, remindBeforeDays: days, zone: z.string() },
  FinalRejectionPolicySet: { afterFinalRejection },
});
