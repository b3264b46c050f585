import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
} from '@vivier/domain/events';
import type { DomainEvent, Recorded } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { organisation } from '@vivier/testing';
import { destroyingAtOnce } from './destroying-at-once.ts';

const candidateId = derive('ada') as CandidateId;
const applicationId = derive('dossier') as ApplicationId;

/** What is destroyed by the time that the sender is answered; undefined where nobody waits for it. */
const destroyedBy = (...events: readonly DomainEvent[]) => {
  const destroyed: string[] = [];
  const destroy = async (...whose: readonly string[]) => void destroyed.push(whose.join(' '));
  const told = destroyingAtOnce({ destroyPerson: destroy, destroyScope: destroy });
  return told(organisation, events as readonly Recorded[])?.then(() => destroyed);
};

test('GDPR 17: whoever sends an erasure is answered when the keys are gone', async () => {
  expect(await destroyedBy(candidateEvents.SubjectErased({ candidateId }))).toEqual([
    `${organisation} ${candidateId}`,
  ]);
  const forgotten = applicationEvents.DossierForgotten({ applicationId, candidateId });
  expect(await destroyedBy(forgotten)).toEqual([
    `${organisation} ${candidateId} application-${applicationId}`,
  ]);
});

test('No other event touches a key, and nobody waits for it', () => {
  expect(destroyedBy(candidateEvents.SpaceLimited({ applicationId }))).toBeUndefined();
});

test('An erasure is one, though the keys could not be reached: the effect goes on with it', async () => {
  const away = async (): Promise<never> => Promise.reject(new Error('The disk is full.'));
  const told = destroyingAtOnce({ destroyPerson: away, destroyScope: away });
  const erased = candidateEvents.SubjectErased({ candidateId }) as Recorded;
  await expect(told(organisation, [erased])).resolves.toBeUndefined();
});
