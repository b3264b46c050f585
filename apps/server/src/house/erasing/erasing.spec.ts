import {
  erasure,
  erasureEvents,
  rights,
  type ApplicationId,
  type CandidateId,
} from '@vivier/domain';
import { applicationEvents, candidateEvents } from '@vivier/domain/events';
import {
  handSetClock,
  streamName,
  type Attempt,
  type DomainEvent,
  type Effect,
  type EventId,
  type Recorded,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { createExecute, derive } from '@vivier/runtime';
import { MemoryEventStore, MemoryVault, organisation } from '@vivier/testing';
import { cleanCopies } from './clean-copies.ts';
import { destroyKeys } from './destroy-keys.ts';
import type { Erasing, ErasingPorts } from './erasing-ports.ts';

const candidateId = derive('ada') as CandidateId;
const applicationId = derive('dossier') as ApplicationId;
const person: Erasing = { candidateId };
const dossier: Erasing = { candidateId, applicationId };
const codec = new EventCodec([erasureEvents]);

/** What an erasure does, in order; what is named in `fails` fails once. */
const given = (fails = '') => {
  const store = new MemoryEventStore();
  const done: string[] = [];
  let failing = fails;
  const does = (name: string, ...about: readonly unknown[]): void => {
    if (name === failing) {
      failing = '';
      throw new Error(name);
    }
    done.push([name, ...about].join(' '));
  };
  /** How much is left in each place, until it is cleaned. */
  const left: Record<string, number> = { files: 3, mails: 2, outbox: 1 };
  const removes = (place: string, ...about: readonly unknown[]): number => {
    does(place, ...about);
    const removed = left[place] ?? 0;
    left[place] = 0;
    return removed;
  };
  const execute = createExecute({
    aggregates: { erasure },
    permissions: rights,
    store,
    vault: new MemoryVault(),
    codec,
    clock: handSetClock('2026-03-02T09:00:00.000Z'),
  });
  const ports: ErasingPorts = {
    vault: {
      destroyPerson: async (_, personId) => does('destroyPerson', personId),
      destroyScope: async (_, personId, scope) => does('destroyScope', personId, scope),
    },
    identity: { removeAccountsOf: async (_, personId) => does('accounts', personId) },
    files: { removePerson: async (_, personId) => removes('files', personId) },
    outbox: {
      removeAbout: async ({ personId, stream = 'all' }) => removes('outbox', personId, stream),
    },
    removeMailsOf: async (_, personId, about = 'all') => removes('mails', personId, about),
    sagasFollowed: async () => {
      does('sagas');
      return true;
    },
    execute: async (envelope) => {
      does(envelope.name);
      return execute(envelope);
    },
    forPerson: (_, work) => work(),
  };
  let attempt = 0;
  const performs = (make: (ports: ErasingPorts) => Effect, erasing: Erasing): Promise<void> => {
    attempt += 1;
    const eventId = derive('event', make.name) as EventId;
    const about: Attempt = { organisationId: organisation, eventId, attempt, isLast: false };
    return make(ports).perform(erasing, about);
  };
  const facts = () =>
    store.records.map((record) => {
      const { type, data } = codec.decode(record);
      return [type, record.stream, data] as const;
    });
  return { done, performs, facts, ports };
};

test('GDPR 17: keys go before accounts, accounts before the fact, and all of it before any cleaning', async () => {
  const { done, performs, facts } = given();
  await performs(destroyKeys, person);
  await performs(cleanCopies, person);
  expect(done).toEqual([
    `destroyPerson ${candidateId}`,
    `accounts ${candidateId}`,
    'RecordKeysDestroyed',
    `files ${candidateId}`,
    `mails ${candidateId} all`,
    `outbox ${candidateId} all`,
    'sagas',
    'RecordCopiesCleaned',
  ]);
  const stream = streamName('erasure', candidateId);
  expect(facts()).toEqual([
    ['KeysDestroyed', stream, { candidateId }],
    [
      'CopiesCleaned',
      stream,
      {
        candidateId,
        places: [
          { place: 'files', removed: 3 },
          { place: 'mails', removed: 2 },
          { place: 'outbox', removed: 1 },
        ],
      },
    ],
  ]);
});

test('GDPR 17: a dossier takes its key, its mails and its tasks along; account and files stay', async () => {
  const { done, performs, facts } = given();
  await performs(destroyKeys, dossier);
  await performs(cleanCopies, dossier);
  expect(done).toEqual([
    `destroyScope ${candidateId} application-${applicationId}`,
    'RecordKeysDestroyed',
    `mails ${candidateId} ${applicationId}`,
    `outbox ${candidateId} application-${applicationId}`,
    'sagas',
    'RecordCopiesCleaned',
  ]);
  const stream = streamName('erasure', applicationId);
  expect(facts().map(([type, of]) => [type, of])).toEqual([
    ['KeysDestroyed', stream],
    ['CopiesCleaned', stream],
  ]);
});

test.each([
  ['destroyKeys', 'destroyPerson'],
  ['destroyKeys', 'accounts'],
  ['destroyKeys', 'RecordKeysDestroyed'],
  ['cleanCopies', 'files'],
  ['cleanCopies', 'mails'],
  ['cleanCopies', 'outbox'],
  ['cleanCopies', 'sagas'],
  ['cleanCopies', 'RecordCopiesCleaned'],
])('In %s nothing goes on when “%s” fails, and the next attempt ends it', async (effect, step) => {
  const { done, performs, facts } = given(step);
  const make = effect === 'destroyKeys' ? destroyKeys : cleanCopies;
  if (make === cleanCopies) await performs(destroyKeys, person);
  const [before, recorded] = [done.length, facts().length];
  await expect(performs(make, person)).rejects.toThrow(step);
  const steps = done.slice(before);
  expect(facts()).toHaveLength(recorded);
  await performs(make, person);
  // Up to where it failed the first time, the second one did the same again.
  expect(done.slice(before + steps.length, before + 2 * steps.length)).toEqual(steps);
  expect(done.at(before + 2 * steps.length)).toMatch(new RegExp(`^${step}`));
  expect(facts()).toHaveLength(recorded + 1);
});

test('A crash after the fact repeats the work, and records it no second time', async () => {
  const { performs, facts } = given();
  for (const make of [destroyKeys, destroyKeys, cleanCopies, cleanCopies])
    await performs(make, person);
  expect(facts().map(([type]) => type)).toEqual(['KeysDestroyed', 'CopiesCleaned']);
});

test('While a saga has not seen the erasure, nobody says that all is clean', async () => {
  const { performs, facts, ports } = given();
  await performs(destroyKeys, person);
  const behind = { ...ports, sagasFollowed: async () => false };
  await expect(performs(() => cleanCopies(behind), person)).rejects.toMatchObject({
    name: 'SagasBehind',
  });
  expect(facts()).toHaveLength(1);
});

test('Without the fact that the keys are gone there is none that all is clean', async () => {
  const { performs, facts } = given();
  await expect(performs(cleanCopies, person)).rejects.toMatchObject({ name: 'KeysNotDestroyed' });
  expect(facts()).toEqual([]);
});

test('The events ask for it with ids alone', () => {
  const { ports } = given();
  const asked = ({ on }: Effect, event: DomainEvent) => on[event.type]?.(event as Recorded);
  const erased = candidateEvents.SubjectErased({ candidateId, because: 'incomplete' });
  expect(asked(destroyKeys(ports), erased)).toEqual({ candidateId });
  const forgotten = applicationEvents.DossierForgotten({ applicationId, candidateId });
  expect(asked(destroyKeys(ports), forgotten)).toEqual({ candidateId, applicationId });
  const destroyed = erasureEvents.KeysDestroyed({ candidateId, applicationId });
  expect(asked(cleanCopies(ports), destroyed)).toEqual({ candidateId, applicationId });
});
