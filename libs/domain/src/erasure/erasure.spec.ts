import type { DomainEvent } from '@vivier/kernel';
import { deciderWords, sagaNamed, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaId } from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { erasureEvents } from './erasure.events.ts';
import { erasure } from './erasure.ts';

const given = deciderWords(aggregates, rights);
const { KeysDestroyed, CopiesCleaned } = told(erasureEvents);
const by = sagaNamed('erasure');

const person = { candidateId: adaId };
const dossier = { candidateId: adaId, applicationId: 'd0551e40-0000-4000-8000-000000000001' };
const places = [
  { place: 'files', removed: 3 },
  { place: 'mails', removed: 1 },
];
const of = (key: string, ...events: readonly DomainEvent[]) => ({
  of: erasure,
  key,
  events,
});

test('GDPR 17: it is recorded of a person that the keys are gone, and then that nothing is left', async () => {
  await given().when('RecordKeysDestroyed', person, { by }).then(KeysDestroyed(person));
  await given(of(adaId, erasureEvents.KeysDestroyed(person)))
    .when('RecordCopiesCleaned', { ...person, places }, { by })
    .then(CopiesCleaned({ ...person, places }));
});

test('GDPR 17: a dossier that is forgotten alone has facts of its own', async () => {
  await given(of(adaId, erasureEvents.KeysDestroyed(person)))
    .when('RecordKeysDestroyed', dossier, { by })
    .then(KeysDestroyed(dossier));
  await given(of(dossier.applicationId, erasureEvents.KeysDestroyed(dossier)))
    .when('RecordCopiesCleaned', { ...dossier, places }, { by })
    .then(CopiesCleaned({ ...dossier, places }));
});

test('Nothing is clean before the keys are gone', () =>
  given()
    .when('RecordCopiesCleaned', { ...person, places: [] }, { by })
    .thenRejected('KeysNotDestroyed'));

test('What is done twice is recorded once', async () => {
  const keys = erasureEvents.KeysDestroyed(person);
  await given(of(adaId, keys)).when('RecordKeysDestroyed', person, { by }).then();
  await given(of(adaId, keys, erasureEvents.CopiesCleaned({ ...person, places })))
    .when('RecordCopiesCleaned', { ...person, places: [] }, { by })
    .then();
  await given(of(adaId, keys, erasureEvents.CopiesCleaned({ ...person, places })))
    .when('RecordKeysDestroyed', person, { by })
    .then();
});
