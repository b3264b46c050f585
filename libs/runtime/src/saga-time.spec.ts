import type { EventStore } from '@vivier/event-store';
import { saga, type Saga, type SagaCommand } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { WorkState } from '@vivier/work-state';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute, type Execute } from './execute.ts';
import * as sample from './samples.fixtures.ts';
import { startSagaRunner, type SagaRunnerPorts } from './saga-runner.ts';
import { everythingElse, workStates } from './work-states.fixtures.ts';

const { adding, first, notebookEvents, opening, otto, second, sending } = sample;

const DAY = 86_400_000;
const MORNING = Date.parse('2026-03-02T09:00:00.000Z');

interface Plan {
  readonly key: string;
  readonly at: string;
  readonly because: string;
}

/** A notebook is blessed so many days after its last note; what is blessed or closed is left alone. */
const blessingAfter = (
  days: readonly number[],
  command: (notebookId: string) => SagaCommand = (notebookId) => ({
    name: 'BlessNotebook',
    input: { notebookId },
  }),
): Saga =>
  saga<Plan | null>()({
    name: 'blessingLater',
    events: [notebookEvents],
    initial: null,
    instance: ({ key }) => key,
    evolve: {
      NoteAdded: (_, { key, at, id }) => ({ key, at, because: id }),
      NotebookBlessed: () => null,
      NotebookClosed: () => null,
    },
    agenda: (plan) =>
      days.flatMap((day) =>
        plan === null
          ? []
          : [
              {
                key: `after ${day}`,
                due: new Date(Date.parse(plan.at) + day * DAY).toISOString(),
                because: plan.because,
                command: command(plan.key),
              },
            ],
      ),
  }) as Saga;

const closing: CommandEnvelope = {
  ...sending('CloseNotebook', { notebookId: first }, 'close', otto),
  seen: 1,
};

describe.each(workStates)('A saga with its agenda %s', (_, openWorkState) => {
  let workState: WorkState;
  let stop: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    workState = await openWorkState();
  });
  afterEach(async () => {
    for (const one of stop) await one();
    stop = [];
    await workState.close();
  });

  const begin = () => {
    const store = new MemoryEventStore();
    const clock = sample.clockAt();
    const execute = createExecute({
      aggregates: { notebook: sample.notebook },
      permissions: sample.permissions,
      store,
      vault: new MemoryVault(),
      codec: sample.codec,
      clock,
    });
    const send = async (...envelopes: readonly CommandEnvelope[]) => {
      for (const envelope of envelopes) await execute(envelope);
    };
    const sent: string[] = [];
    const watched: Execute = (envelope) => {
      sent.push(`${envelope.name} on day ${(clock.now() - MORNING) / DAY}`);
      return execute(envelope);
    };
    const run = async (more: Partial<SagaRunnerPorts> = {}) => {
      const ports = { store, workState, codec: sample.codec, clock, execute: watched };
      const runner = await startSagaRunner({ ...ports, sagas: [blessingAfter([30])], ...more });
      stop.push(() => runner.stop());
      const settle = async () => {
        let head = await store.head();
        while ((await runner.settled.reached(head)) && head < (await store.head()))
          head = await store.head();
      };
      /** The days up to this one pass, one after another. */
      const passUntil = async (day: number) => {
        while (clock.now() < MORNING + day * DAY) {
          clock.advance(DAY);
          await runner.sendDue();
          await settle();
        }
      };
      return Object.assign(runner, { settle, passUntil });
    };
    const types = () => store.records.map(({ type }) => type.split('.')[0]);
    return { store, clock, execute, watched, send, sent, run, types };
  };

  test('sends what it planned for later when the clock gets there, and not before', async () => {
    const { clock, run, send, sent, types } = begin();
    await send(opening(), adding('one'));
    const { nextDue, passUntil, sendDue, settle } = await run();
    await settle();
    expect(await nextDue()).toBe(MORNING + 30 * DAY);
    await passUntil(29);
    clock.advance(DAY - 1);
    await sendDue();
    expect(sent).toEqual([]);
    await passUntil(40);
    expect(types()).toEqual(['NotebookOpened', 'NoteAdded', 'NotebookBlessed']);
    // A day passed with the millisecond that was missing.
    expect(sent).toHaveLength(1);
    expect(await nextDue()).toBeUndefined();
  });

  test('has its deadline moved by a later event, with no word of the earlier one', async () => {
    const { run, send, sent } = begin();
    await send(opening(), adding('one'));
    const { passUntil, settle } = await run();
    await settle();
    await passUntil(10);
    await send(adding('two'));
    await settle();
    await passUntil(60);
    expect(sent).toEqual(['BlessNotebook on day 40']);
  });

  test('has its deadline cancelled by a later event', async () => {
    const { run, send, sent } = begin();
    await send(opening(), adding('one'));
    const { nextDue, passUntil, settle } = await run();
    await settle();
    await passUntil(10);
    await send(closing);
    await settle();
    await passUntil(60);
    expect(sent).toEqual([]);
    expect(await nextDue()).toBeUndefined();
  });

  test('sends nothing while it is catching up, though it is asked to: the plan may be void', async () => {
    const { clock, run, send, sent, store } = begin();
    await send(opening(), adding('one'));
    const before = await run();
    await before.settle();
    await before.stop();
    await send(closing);
    clock.advance(31 * DAY);

    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = {
      head: () => store.head(),
      async *subscribe(options: Parameters<EventStore['subscribe']>[0]) {
        await gate;
        yield* store.subscribe(options);
      },
    } as unknown as EventStore;
    const runner = await run({ store: slow });
    await runner.sendDue();
    expect(await runner.nextDue()).toBeUndefined();
    expect(sent).toEqual([]);
    open();
    await runner.settle();
    await runner.sendDue();
    expect(sent).toEqual([]);
  });

  test('sends after a restart what fell due while nobody ran', async () => {
    const { clock, run, send, sent } = begin();
    await send(opening(), adding('one'));
    const before = await run();
    await before.settle();
    await before.stop();
    clock.advance(31 * DAY);
    const { settle } = await run();
    await settle();
    expect(sent).toEqual(['BlessNotebook on day 31']);
  });

  test('replays the log from its beginning and sends nothing twice', async () => {
    const { run, send, sent, types } = begin();
    await send(opening(), adding('one'));
    const before = await run();
    await before.settle();
    await before.passUntil(31);
    await before.stop();
    const replayed = await openWorkState();
    const after = await run({ workState: replayed });
    await after.settle();
    await after.passUntil(90);
    expect(sent).toEqual(['BlessNotebook on day 30']);
    expect(types()).toEqual(['NotebookOpened', 'NoteAdded', 'NotebookBlessed']);
    expect(await replayed.position('blessingLater')).toBe(2);
    stop.push(() => replayed.close());
  });

  test('does not send what an earlier deadline of its own has made void, when both are overdue', async () => {
    const { clock, run, send, sent } = begin();
    await send(opening(), adding('one'));
    clock.advance(100 * DAY);
    const { nextDue, settle } = await run({ sagas: [blessingAfter([30, 40])] });
    await settle();
    expect(sent).toEqual(['BlessNotebook on day 100']);
    expect(await nextDue()).toBeUndefined();
  });

  test('does not overtake an earlier deadline of its own that is put off', async () => {
    const { clock, run, send, types, watched } = begin();
    await send(opening(), adding('one'));
    clock.advance(100 * DAY);
    let attempts = 0;
    const execute: Execute = async (envelope) => {
      attempts += 1;
      if (attempts === 1) throw new Error('The disk is full.');
      return watched(envelope);
    };
    const runner = await run({ sagas: [blessingAfter([30, 40])], execute });
    await runner.settle();
    await runner.sendDue();
    expect(attempts).toBe(1);
    expect(await runner.nextDue()).toBe(clock.now() + 1_000);

    clock.advance(1_000);
    await runner.sendDue();
    await runner.settle();
    // The first one goes through at last, and makes the second one void.
    expect(attempts).toBe(2);
    expect(types().at(-1)).toBe('NotebookBlessed');
    expect(await runner.nextDue()).toBeUndefined();
  });

  test('whose command nobody knows keeps its plan, tells, and does not hold up others', async () => {
    const { clock, run, send, sent, types } = begin();
    await send(opening(), adding('one'), opening(second), adding('two', second));
    const failures: string[] = [];
    const unknownFor = (notebookId: string): SagaCommand => ({
      name: notebookId === first ? 'ConsecrateNotebook' : 'BlessNotebook',
      input: { notebookId },
    });
    const sagas = [blessingAfter([30], unknownFor)];
    const onFailure = (name: string, failure: string) => failures.push(`${name}: ${failure}`);
    const runner = await run({ sagas, onFailure });
    await runner.settle();
    await runner.passUntil(30);
    expect(types().at(-1)).toBe('NotebookBlessed');
    expect(failures).toEqual(['blessingLater: TypeError']);
    expect(runner.failing).toBe(1);
    expect(await runner.nextDue()).toBe(clock.now() + 1_000);

    await runner.sendDue();
    expect(failures).toHaveLength(1);
    clock.advance(1_000);
    await runner.sendDue();
    expect(failures).toHaveLength(2);
    expect(await runner.nextDue()).toBe(clock.now() + 2_000);
    expect(sent).toHaveLength(3);

    // What cancels a plan cancels it though it was put off.
    await send(closing);
    await runner.settle();
    await runner.sendDue();
    expect(runner.failing).toBe(0);
    expect(await runner.nextDue()).toBeUndefined();
  });

  test('is tried again ever less often, every ten minutes in the end, until it goes through', async () => {
    const { clock, run, send, types, watched } = begin();
    await send(opening(), adding('one'));
    let away = true;
    const execute: Execute = async (envelope) => {
      if (away) throw new Error('The disk is full.');
      return watched(envelope);
    };
    const runner = await run({ execute });
    await runner.settle();
    await runner.passUntil(30);
    const waits: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const wait = ((await runner.nextDue()) ?? 0) - clock.now();
      waits.push(wait / 1_000);
      clock.advance(wait);
      await runner.sendDue();
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    away = false;
    clock.advance(600_000);
    await runner.sendDue();
    expect(runner.failing).toBe(0);
    expect(types().at(-1)).toBe('NotebookBlessed');
  });

  test('is sent though hundreds of others that fell due before it fail', async () => {
    const { clock, run, send, types, watched } = begin();
    const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    for (let n = 1; n <= 250; n += 1) {
      const notebookId = idOf(n) as sample.NotebookId;
      await send(opening(notebookId), adding(`note ${n}`, notebookId));
      clock.advance(1);
    }
    const execute: Execute = async (envelope) => {
      if ((envelope.input as { notebookId: string }).notebookId !== idOf(250)) throw new Error();
      return watched(envelope);
    };
    const runner = await run({ execute });
    await runner.settle();
    await runner.passUntil(31);
    expect(types().filter((type) => type === 'NotebookBlessed')).toHaveLength(1);
    expect(runner.failing).toBe(249);
  });

  test('run by two processes at once, sends once in effect and loses nothing', async () => {
    const { clock, run, send, types } = begin();
    await send(opening(), adding('one'));
    const runners = [await run(), await run()];
    for (const { settle } of runners) await settle();
    await send(opening(second), adding('two', second));
    for (const { settle } of runners) await settle();
    clock.advance(31 * DAY);
    await Promise.all(runners.map(({ sendDue }) => sendDue()));
    for (const { settle } of runners) await settle();
    await everythingElse();
    expect(types().filter((type) => type === 'NotebookBlessed')).toHaveLength(2);
    for (const { progress } of runners)
      expect(progress.get('blessingLater')).toMatchObject({ position: 5, halt: undefined });
    expect(await workState.position('blessingLater')).toBe(5);
    expect(await workState.nextDue()).toBeUndefined();
  });

  test('whose agenda has no time, or throws, halts at the event where all can see it', async () => {
    const { run, send, sent, store } = begin();
    await send(opening(), adding('one'));
    const timeless = { ...blessingAfter([Number.NaN]), name: 'timeless' };
    const broken: Saga = {
      ...blessingAfter([30]),
      name: 'broken',
      agenda: () => {
        throw new Error('a bug');
      },
    };
    const runner = await run({ sagas: [timeless, broken] });
    for (const name of ['timeless', 'broken']) {
      const progress = runner.progress.get(name);
      expect(await progress?.reached(await store.head())).toBe(false);
      expect(progress?.halt).toMatchObject({
        position: 1,
        message: 'The saga failed on this event.',
      });
    }
    expect(await runner.nextDue()).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
