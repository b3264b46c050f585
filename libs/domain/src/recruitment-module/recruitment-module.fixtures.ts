import type { DomainEvent, OrganisationId } from '@vivier/kernel';
import {
  recruitmentModuleEvents as events,
  type ChecklistItem,
  type InvitationId,
} from './recruitment-module.events.ts';
import { recruitmentModule } from './recruitment-module.ts';

export const summerLink = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1101' as InvitationId;
export const unknownLink = '5b1f6c1e-0a4c-4c58-9a35-2f7a6a2f1199' as InvitationId;

export const checklist: ChecklistItem[] = [
  { key: 'cv', label: 'CV', required: true },
  { key: 'cover-letter', label: 'Lettre de motivation', required: true },
  { key: 'portfolio', label: 'Portfolio', required: false },
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
