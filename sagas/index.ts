import type { Saga } from '@vivier/kernel';
import { activationOnAcceptance } from './activation-on-acceptance/activation-on-acceptance.ts';
import { documentExpiry } from './document-expiry/document-expiry.ts';
import { finalRejection } from './final-rejection/final-rejection.ts';
import { incompleteDossier } from './incomplete-dossier/incomplete-dossier.ts';
import { changedDocument } from './changed-document/changed-document.ts';
import { spaceAccess } from './space-access/space-access.ts';

/** Every process that time or an event drives. */
export const sagas: readonly Saga[] = [
  changedDocument as unknown as Saga,
  spaceAccess as unknown as Saga,
  documentExpiry as unknown as Saga,
  incompleteDossier as unknown as Saga,
  finalRejection as unknown as Saga,
  activationOnAcceptance as unknown as Saga,
];

export { finalRejection, incompleteDossier };
