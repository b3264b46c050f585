import type { DomainEvent, OrganisationId } from '@vivier/kernel';
import {
  recruitmentModuleEvents as events,
  type ChecklistItem,
  type InformationField,
  type InvitationId,
  type Requirement,
} from './recruitment-module.events.ts';
import { recruitmentModule } from './recruitment-module.ts';

export const summerLink = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101' as InvitationId;
export const unknownLink = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1199' as InvitationId;

export const checklist: ChecklistItem[] = [
  { key: 'cv', label: 'CV', required: true },
  { key: 'cover-letter', label: 'Lettre de motivation', required: true },
  { key: 'portfolio', label: 'Portfolio', required: false },
];

export const winterLink = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1102' as InvitationId;
export const winterCreated = events.InvitationCreated({
  invitationId: winterLink,
  campaign: 'winter',
});

/** A checklist that uses all that there is: by status, of some types, several, for a time. */
export const fullChecklist: ChecklistItem[] = [
  { key: 'cv', label: 'CV', required: true },
  { key: 'diplomas', label: 'Diplômes', required: false, maximum: 2, types: ['pdf', 'odt'] },
  {
    key: 'insurance',
    label: 'Attestation d’assurance',
    required: true,
    statuses: ['self-employed'],
    validFor: 'P3M',
    hint: 'Of this year.',
  },
  { key: 'work-permit', label: 'Titre de séjour', required: true, statuses: ['employee'] },
];

export const information: InformationField[] = [
  { key: 'telephone', label: 'Téléphone', mandatory: true, justification: 'To call you back.' },
  { key: 'town', label: 'Ville', mandatory: false, justification: 'To propose work near you.' },
];

export const requirements: Requirement[] = [
  {
    key: 'french',
    label: 'Parle couramment le français',
    mandatory: true,
    kind: 'language',
    language: 'fr',
    level: 'fluent',
    confirmedByReviewer: true,
  },
  {
    key: 'licence',
    label: 'Permis de conduire',
    mandatory: true,
    kind: 'claim',
    confirmedByReviewer: false,
  },
  { key: 'motivation', label: 'Pourquoi nous ?', mandatory: false, kind: 'question' },
];

export const acceptedStatuses = ['self-employed', 'employee'];

/** What an organisation sets that asks for everything. */
export const everythingAsked: readonly DomainEvent[] = [
  events.ChecklistSet({ checklistVersion: 2, items: fullChecklist }),
  events.InformationFieldsSet({ informationVersion: 1, fields: information }),
  events.RequirementsSet({ requirementsVersion: 1, requirements }),
  events.AcceptedStatusesSet({ statuses: acceptedStatuses }),
];

/** Settings with a first checklist and one link, and what happened after. */
export const settingsOf = (organisationId: OrganisationId, ...after: readonly DomainEvent[]) => ({
  of: recruitmentModule,
  key: organisationId as string,
  events: [
    events.ChecklistSet({ checklistVersion: 1, items: checklist }),
    events.InvitationCreated({ invitationId: summerLink, campaign: 'summer' }),
    ...after,
  ] as readonly DomainEvent[],
});
