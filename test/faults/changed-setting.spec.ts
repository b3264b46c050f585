import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  aggregates,
  applicationEvents,
  candidateEvents,
  consentEvents,
  erasureEvents,
  mailEvents,
  messageTemplateEvents,
  integratorEvents,
  recruitmentModuleEvents,
  rights,
  type CandidateId,
} from '@vivier/domain';
import { handSetClock, streamName, type Scope } from '@vivier/kernel';
import { createExecute, startSagaRunner, type Execute, type SagaRunner } from '@vivier/runtime';
import { sagas } from '@vivier/sagas';
import {
  derive,
  FIRST_INSTANT,
  MemoryEventStore,
  MemoryVault,
  organisation,
  Past,
  told,
} from '@vivier/testing';
import { openEmbeddedWorkState, type WorkState } from '@vivier/work-state';
import { isLong } from './seeded.ts';

const PEOPLE = isLong ? 100_000 : 3_000;
const DAY = 86_400_000;
const day = (n: number): number => Date.parse(FIRST_INSTANT) + n * DAY;
const SAGA = 'incompleteDossier';

const { CandidateRegistered } = told(candidateEvents);

/** An organisation with so many people who registered on day 0 and did nothing since. */
const withPeople = async () => {
  const vault = new MemoryVault();
  const past = new Past(
    [
      ...[candidateEvents, applicationEvents, consentEvents, erasureEvents, mailEvents],
      ...[messageTemplateEvents, integratorEvents, recruitmentModuleEvents],
    ],
    vault,
  );
  const store = new MemoryEventStore();
  const module = {
    ...{ category: 'recruitmentModule', key: organisation as string },
    scope: 'organisation' as Scope,
  };
  const deletesAfter = async (deleteAfterDays: number): Promise<void> => {
    const event = recruitmentModuleEvents.IncompleteDeletionSet({
      ...{ deleteAfterDays, remindBeforeDays: 0, zone: 'Europe/Paris' },
    });
    const record = past.stored({ stream: module, event, circumstances: { at: FIRST_INSTANT } });
    const stream = streamName(module.category, module.key);
    await store.append(organisation, stream, 'any', [record]);
  };
  await deletesAfter(30);
  for (let n = 0; n < PEOPLE; n += 1) {
    const candidateId = derive('person', String(n)) as CandidateId;
    const event = CandidateRegistered({
      ...{ candidateId, fullName: 'Somebody', email: 'somebody@example.org', campaign: 'summer' },
      invitationId: derive('invitation'),
    });
    const stream = { category: 'candidate', key: candidateId as string, personId: candidateId };
    const scope = 'account' as Scope;
    const circumstances = { at: FIRST_INSTANT };
    const record = past.stored({ stream: { ...stream, scope }, event, circumstances });
    await store.append(organisation, streamName('candidate', candidateId), 'any', [record]);
  }
  return { vault, codec: past.codec, store, deletesAfter };
};

test(`R-035: a changed setting reaches ${PEOPLE} running dossiers, is killed half way and goes on, and no old deletion is sent meanwhile`, async () => {
  const { vault, codec, store, deletesAfter } = await withPeople();
  const clock = handSetClock(day(0));
  const execute = createExecute({ aggregates, permissions: rights, store, vault, codec, clock });
  const sent: string[] = [];
  const watched: Execute = (envelope) => {
    sent.push(envelope.name);
    return execute(envelope);
  };
  const folder = await mkdtemp(path.join(tmpdir(), 'vivier-setting-'));
  const file = path.join(folder, 'work.sqlite');
  const run = (workState: WorkState, more = {}): Promise<SagaRunner> =>
    startSagaRunner({ ...{ store, workState, codec, clock, sagas }, execute: watched, ...more });
  const settled = async (runner: SagaRunner): Promise<void> => {
    expect(await runner.settled.reached(await store.head())).toBe(true);
  };

  const before = await openEmbeddedWorkState({ file });
  const first = await run(before);
  await settled(first);
  expect(await before.due(day(30), PEOPLE + 1)).toHaveLength(PEOPLE);
  await first.stop();

  // A day before they would all go, the organisation gives them twice the time.
  clock.set(day(29));
  await deletesAfter(60);
  let pages = 0;
  let tell: () => void = () => undefined;
  const killed = new Promise<void>((resolve) => (tell = resolve));
  const commit = before.commit.bind(before);
  before.commit = async (batch) => {
    if (batch.reached) pages += 1;
    // Pages are of a hundred.
    if (batch.reached && pages > PEOPLE / 200) {
      tell();
      throw new Error('killed');
    }
    await commit(batch);
  };
  const wait = async (_: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  };
  const second = await run(before, { wait });
  await killed;
  // The old deadline passes, with half of them still planned for it.
  clock.set(day(31));
  await second.sendDue();
  expect(sent).toEqual([]);
  const half = await before.unreached(SAGA);
  expect(half).toMatchObject([{ organisationId: organisation }]);
  expect(half[0]?.after).not.toBe('');
  await second.stop();
  await before.close();

  const after = await openEmbeddedWorkState({ file });
  expect(await after.unreached(SAGA)).toEqual(half);
  let reached = 0;
  const goOn = after.commit.bind(after);
  after.commit = async (batch) => {
    if (batch.reached) reached += batch.instances.length;
    await goOn(batch);
  };
  const third = await run(after);
  await settled(third);
  await third.sendDue();
  expect(sent).toEqual([]);
  // It did not begin anew.
  expect(reached).toBeLessThanOrEqual(PEOPLE / 2);
  expect(reached).toBeGreaterThan(0);
  expect(await after.unreached(SAGA)).toEqual([]);
  expect(await after.due(day(59), PEOPLE)).toEqual([]);
  expect(await after.due(day(60), PEOPLE + 1)).toHaveLength(PEOPLE);
  await third.stop();
  await after.close();
  await rm(folder, { recursive: true });
}, 900_000);
