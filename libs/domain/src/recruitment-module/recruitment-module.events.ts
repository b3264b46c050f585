import { defineEvents, id, type Brand } from '@vivier/kernel';
import { z } from 'zod';

export type InvitationId = Brand<'InvitationId'>;

/** One document that a dossier asks for. The label is the organisation's own text, about nobody. */
export const checklistItem = z.strictObject({
  /** Names the item within its checklist and never changes: `cv`, `cover-letter`. */
  key: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
    .max(40),
  label: z.string().trim().min(1).max(120),
  required: z.boolean(),
});

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
  LegalBasisSet: { legalBasis },
});
