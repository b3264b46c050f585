import type { OrganisationId } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { WorkState } from '@vivier/work-state';
import { createExecute, type Execute } from './execute.ts';
import type { Wait } from './followers.ts';
import * as sample from './samples.fixtures.ts';
import { startSagaRunner, type SagaRunnerPorts } from './saga-runner.ts';
import {
  aggregates,
  blessingByDelay,
  codec,
  DAY,
  elsewhere,
  permissions,
} from './settings.fixtures.ts';
import { workStates } from './work-states.fixtures.ts';

const here = sample.organisationId;
const MORNING = Date.parse('2026-03-02T09:00:00.000Z');
const NAME = blessingByDelay.name;

/** More than two pages of instances. */
const MANY = 250;

const idOf = (n: number) =>
  `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as sample.NotebookId;

/** Fails for good until it is stopped: what happens to a program that is killed. */
const killed: Wait = async (_, signal) => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
};

describe.each(workStates)('A setting of an organisation, its working state %s,', (_, open) => {
  let workState: WorkState;
  let stop: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    workState = await open();
  });
  afterEach(async () => {
    for (const one of stop) await one();
    stop = [];
    await workState.close();
  });

  const begin = () => {
    const store = new MemoryEventStore();
    const clock = sample.clockAt();
    const ports = { permissions, store, vault: new MemoryVault(), codec, clock };
    const execute = createExecute({ aggregates, ...ports });
    const sent: string[] = [];
    const watched: Execute = (envelope) => {
      const { notebookId } = envelope.input as { notebookId: string };
      sent.push(`${Number(notebookId.slice(-6))} on day ${(clock.now() - MORNING) / DAY}`);
      return execute(envelope);
    };
    let commands = 0;
    const send = async (name: string, input: unknown, organisationId = here): Promise<void> => {
      commands += 1;
      const envelope = sample.sending(name, input, `command ${commands}`);
      await execute({ ...envelope, organisationId });
    };
    const setDelay = (days: number, organisationId?: OrganisationId) =>
      send('SetDelay', { days }, organisationId);
    const note = async (n: number, organisationId?: OrganisationId) => {
      await send('OpenNotebook', { notebookId: idOf(n), ownerId: sample.adaId }, organisationId);
      await send('AddNote', { notebookId: idOf(n), size: 1, text: 'a' }, organisationId);
    };
    const run = async (more: Partial<SagaRunnerPorts> = {}) => {
      const runner = await startSagaRunner({
        ...{ store, workState, codec, clock, execute: watched, sagas: [blessingByDelay] },
        ...more,
      });
      stop.push(() => runner.stop());
      const settle = async () => {
        let head = await store.head();
        while ((await runner.settled.reached(head)) && head < (await store.head()))
          head = await store.head();
      };
      /** It is so late that day; what is due is sent. */
      const onDay = async (day: number) => {
        clock.set(MORNING + day * DAY);
        await runner.sendDue();
        await settle();
      };
      return Object.assign(runner, { settle, onDay });
    };
    /**
     * Runs until the settings are to come a page further for the n-th time, which kills it; what it has
     * to do at the same time is in its hands.
     */
    const killedAtPage = async (nth: number) => {
      let tell: () => void = () => undefined;
      const died = new Promise<void>((resolve) => (tell = resolve));
      let pages = 0;
      const commit = workState.commit.bind(workState);
      workState.commit = async (batch) => {
        if (batch.reached) pages += 1;
        if (batch.reached && pages >= nth) {
          tell();
          throw new Error('killed');
        }
        await commit(batch);
      };
      const runner = await run({ wait: killed });
      await died;
      const revive = async () => {
        await runner.stop();
        workState.commit = commit;
      };
      return { runner, revive };
    };
    return { clock, killedAtPage, note, run, send, sent, setDelay, store };
  };

  test('that is changed moves what is planned, for those to whom nothing happened since', async () => {
    const { note, run, sent, setDelay } = begin();
    await setDelay(30);
    for (const n of [1, 2]) await note(n);
    const { nextDue, onDay, settle } = await run();
    await settle();
    expect(await nextDue()).toBe(MORNING + 30 * DAY);
    await onDay(10);
    await setDelay(60);
    await settle();
    expect(await nextDue()).toBe(MORNING + 60 * DAY);
    await onDay(59);
    expect(sent).toEqual([]);
    await onDay(60);
    expect(sent.sort()).toEqual(['1 on day 60', '2 on day 60']);
  });

  test('that is switched off cancels everything, and switched on plans it again', async () => {
    const { note, run, sent, setDelay } = begin();
    await setDelay(30);
    await note(1);
    const { nextDue, onDay, settle } = await run();
    await setDelay(0);
    await settle();
    expect(await nextDue()).toBeUndefined();
    await onDay(50);
    await setDelay(30);
    await settle();
    // Overdue by now.
    expect(sent).toEqual(['1 on day 50']);
  });

  test('is in force for who comes later, also where the program was started again in between', async () => {
    const { note, run, setDelay } = begin();
    await setDelay(30);
    const before = await run();
    await before.settle();
    await note(1);
    await before.settle();
    expect(await before.nextDue()).toBe(MORNING + 30 * DAY);
    await before.stop();
    await note(2);
    const { nextDue, onDay, settle } = await run();
    await settle();
    await onDay(30);
    expect(await workState.unreached(NAME)).toEqual([]);
    expect(await nextDue()).toBeUndefined();
  });

  test('is one organisation’s own', async () => {
    const { note, run, sent, setDelay } = begin();
    await setDelay(30);
    await setDelay(40, elsewhere);
    await note(1);
    await note(2, elsewhere);
    const { onDay, settle } = await run();
    await settle();
    await setDelay(0);
    await settle();
    await onDay(40);
    expect(sent).toEqual(['2 on day 40']);
  });

  test('reaches many, is killed half way and goes on there, and no old plan is sent meanwhile', async () => {
    const { clock, killedAtPage, note, run, sent, setDelay } = begin();
    await setDelay(30);
    for (let n = 1; n <= MANY; n += 1) await note(n);
    await setDelay(35, elsewhere);
    await note(900_000, elsewhere);
    const before = await run();
    await before.settle();
    await before.onDay(29);
    await before.stop();

    await setDelay(60);
    const { runner, revive } = await killedAtPage(2);
    const [half] = await workState.unreached(NAME);
    expect(half).toEqual({ organisationId: here, after: idOf(100) });
    // The old deadline passes: two and a half hundred old plans are there, and none of them is sent.
    clock.set(MORNING + 40 * DAY);
    await runner.sendDue();
    expect(sent).toEqual(['900000 on day 40']);
    expect(await workState.unreached(NAME)).toEqual([half]);
    await revive();

    const after = await run();
    await after.settle();
    expect(await workState.unreached(NAME)).toEqual([]);
    expect(sent).toHaveLength(1);
    await after.onDay(59);
    expect(sent).toHaveLength(1);
    await after.onDay(60);
    expect(sent).toHaveLength(MANY + 1);
    expect(new Set(sent.slice(1))).toEqual(
      new Set(Array.from({ length: MANY }, (__, n) => `${n + 1} on day 60`)),
    );
  });

  test('that changes again before it has reached all reaches all in its last form', async () => {
    const { killedAtPage, note, run, sent, setDelay } = begin();
    await setDelay(30);
    for (let n = 1; n <= MANY; n += 1) await note(n);
    const { runner, revive } = await killedAtPage(3);
    expect(await workState.unreached(NAME)).toMatchObject([{ after: idOf(200) }]);
    await setDelay(90);
    await runner.progress.get(NAME)?.reached((MANY * 2 + 1) as never);
    expect(await workState.unreached(NAME)).toMatchObject([{ after: '' }]);
    await revive();
    const { onDay, settle } = await run();
    await settle();
    await onDay(89);
    expect(sent).toEqual([]);
    await onDay(90);
    expect(sent).toHaveLength(MANY);
  });

  test('leaves alone what happened to somebody before it reached them', async () => {
    const { clock, killedAtPage, note, run, send, sent, setDelay } = begin();
    await setDelay(30);
    for (let n = 1; n <= MANY; n += 1) await note(n);
    const before = await run();
    await before.settle();
    await before.stop();
    await setDelay(60);
    const { runner, revive } = await killedAtPage(2);
    clock.set(MORNING + 20 * DAY);
    await send('AddNote', { notebookId: idOf(MANY), size: 1, text: 'later' });
    await runner.progress.get(NAME)?.reached((MANY * 2 + 2) as never);
    const planned = async () =>
      (await workState.planned(NAME, here, idOf(MANY))).map(({ due }) => (due - MORNING) / DAY);
    expect(await planned()).toEqual([80]);
    await revive();
    const { onDay, settle } = await run();
    await settle();
    expect(await planned()).toEqual([80]);
    await onDay(60);
    expect(sent).toHaveLength(MANY - 1);
    await onDay(80);
    expect(sent.at(-1)).toBe(`${MANY} on day 80`);
  });

  test('reaches all though two processes bring it, and nothing is sent that it voids', async () => {
    const { note, run, sent, setDelay, store } = begin();
    await setDelay(30);
    for (let n = 1; n <= MANY; n += 1) await note(n);
    const runners = [await run(), await run()];
    for (const { settle } of runners) await settle();
    await setDelay(60);
    for (const { settle } of runners) await settle();
    await Promise.all(runners.map(({ onDay }) => onDay(40)));
    expect(sent).toEqual([]);
    await Promise.all(runners.map(({ onDay }) => onDay(60)));
    for (const { settle } of runners) await settle();
    expect(store.records.filter(({ type }) => type.startsWith('NotebookBlessed'))).toHaveLength(
      MANY,
    );
    expect(await workState.nextDue()).toBeUndefined();
  });

  test('under which the saga fails halts it where all can see it', async () => {
    const { note, run, sent, setDelay, store } = begin();
    await note(1);
    const broken = {
      ...blessingByDelay,
      agenda: (state: unknown, settings: { days: number }) => {
        if (settings.days > 0) throw new Error('a bug');
        return [];
      },
    } as unknown as typeof blessingByDelay;
    const runner = await run({ sagas: [broken] });
    await runner.settle();
    await setDelay(30);
    expect(await runner.settled.reached(await store.head())).toBe(false);
    expect(runner.progress.get(NAME)?.halt?.message).toBe('The saga failed on this event.');
    expect(sent).toEqual([]);
  });
});
