import type { DomainEvent, PersonId, Scope } from '@vivier/kernel';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type DocumentId,
} from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { documentExpiry } from './document-expiry.ts';

const events = told(applicationEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
const winter = 'd0551e40-0000-4000-8000-000000000002' as ApplicationId;
const documentId = 'd0c00000-0000-4000-8000-000000000001' as DocumentId;
const validUntil = '2026-09-01T22:00:00.000Z';

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const inSummer = stream('application', summer);
const inWinter = stream('application', winter);

const pinned = { item: 'insurance', documentId, version: 2, contentHash: 'hash' };
const accepted = events.DocumentAccepted({ ...pinned, from: 'submitted', validUntil });

const expire = (applicationId: ApplicationId, because: number) => ({
  ...{ due: validUntil, because: pastId(because) },
  command: { name: 'ExpireDocument' as const, input: { applicationId, documentId, version: 2 } },
});

test('A.4: a verdict expires when it holds no more', () => {
  given(documentExpiry, inSummer(accepted)).thenPlans([expire(summer, 0)]);
});

test('A verdict without an end never expires', () => {
  const forEver = events.DocumentAccepted({ ...pinned, from: 'submitted' });
  given(documentExpiry, inSummer(forEver)).thenPlans([]);
  given(documentExpiry, inSummer(accepted), inSummer(forEver)).thenPlans([]);
});

const ends: readonly DomainEvent[] = [
  events.DocumentRefused({ ...pinned, from: 'valid', reason: 'Illegible.' }),
  events.DocumentVerdictReset({ ...pinned, from: 'valid' }),
  events.DocumentRepinned({ ...pinned, version: 3, previousVersion: 2, from: 'valid' }),
  events.DocumentSelected({ ...pinned, version: 3, from: 'valid' }),
  events.DocumentDeselected({ ...pinned, from: 'valid' }),
  events.DocumentMarkedNotApplicable({ ...pinned, from: 'valid' }),
  events.DocumentExpired({ ...pinned, from: 'valid', validUntil }),
  events.ApplicationWithdrawn({ from: 'submitted' }),
  events.DossierForgotten({ applicationId: summer, candidateId: ada }),
];

test.each(ends)('What ends the verdict cancels that, in its own dossier: $type', (end) => {
  given(documentExpiry, inSummer(accepted), inSummer(end)).thenPlans([]);
  given(documentExpiry, inSummer(accepted), inWinter(accepted), inSummer(end)).thenPlans([
    expire(winter, 1),
  ]);
});

test('A new verdict has its own end', () => {
  const later = '2027-09-01T22:00:00.000Z';
  const renewed = events.DocumentAccepted({ ...pinned, from: 'expired', validUntil: later });
  given(documentExpiry, inSummer(accepted), inSummer(renewed)).thenPlans([
    { ...expire(summer, 1), due: later },
  ]);
});

test('GDPR 17: nothing is planned for whoever is erased', () => {
  const erased = told(candidateEvents).SubjectErased({ candidateId: ada });
  given(documentExpiry, inSummer(accepted), stream('candidate', ada)(erased)).thenPlans([]);
});
