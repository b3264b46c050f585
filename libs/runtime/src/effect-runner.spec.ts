import { effect, FailedForGood, type Attempt, type Effect, type StreamName } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { OutboxEntry, WorkState } from '@vivier/work-state';
import { startEffectRunner, type EffectRunnerPorts } from './effect-runner.ts';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute } from './execute.ts';
import type { Wait } from './followers.ts';
import * as sample from './samples.fixtures.ts';
import { everythingElse, workStates } from './work-states.fixtures.ts';

const { adding, first, notebookEvents, opening, organisationId } = sample;

interface Task {
  readonly notebook: string;
  readonly size: number;
}

/** Files each note; what it does outside is what the test says. */
const filing = (perform: Effect<Task>['perform'], name = 'filing'): Effect =>
  effect<Task>()({
    name,
    events: [notebookEvents],
    on: {
      // Notes of thirteen letters are nobody's business.
      NoteAdded: ({ key, data }) =>
        data.size === 13 ? undefined : { notebook: key, size: data.size },
    },
    perform,
  });

/** Fails for good until it is stopped: what happens to a program that is killed. */
const killed: Wait = async (_, signal) => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
};

class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

describe.each(workStates)('An effect with its outbox %s', (_, openWorkState) => {
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
    const { outbox } = workState;
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
    /** What was done outside, in order. */
    const done: (Task & Attempt)[] = [];
    const doing: Effect<Task>['perform'] = async (task, attempt) => {
      done.push({ ...task, ...attempt });
    };
    const failures: string[] = [];
    const run = async (
      perform: Effect<Task>['perform'] = doing,
      more: Partial<EffectRunnerPorts> = {},
    ) => {
      const runner = await startEffectRunner({
        store,
        outbox,
        codec: sample.codec,
        clock,
        effects: [filing(perform)],
        onFailure: ({ attempts, failure }, dead) =>
          failures.push(`${failure} at ${attempts}${dead ? ', dead' : ''}`),
        ...more,
      });
      stop.push(() => runner.stop());
      const settled = async () => runner.settled.reached(await store.head());
      return Object.assign(runner, { settle: settled });
    };
    const idOf = (index: number) => store.records[index]?.id;
    const everything = () => outbox.due(Number.MAX_SAFE_INTEGER, 100);
    return { store, clock, outbox, send, done, doing, failures, run, idOf, everything };
  };

  test('does once what each event asks for, and remembers that it did', async () => {
    const { done, everything, idOf, run, send } = begin();
    await send(opening(), adding('one'), adding('thirteen char'), adding('three'));
    const runner = await run();
    await runner.settle();
    const asked = { notebook: first, organisationId, attempt: 1, isLast: false };
    const wanted = [
      { ...asked, size: 3, eventId: idOf(1) },
      { ...asked, size: 5, eventId: idOf(3) },
    ];
    expect(done).toEqual(wanted);
    await runner.stop();
    const again = await run();
    await again.settle();
    expect(done).toEqual(wanted);
    expect(await everything()).toEqual([]);
    expect(await again.nextDue()).toBeUndefined();
  });

  test('does what comes while it runs', async () => {
    const { done, run, send } = begin();
    const runner = await run();
    await runner.settle();
    await send(opening(), adding('one'));
    await runner.settle();
    expect(done).toHaveLength(1);
  });

  test('has its attempt on record before it begins, and its end after', async () => {
    const { everything, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const during: (readonly OutboxEntry[])[] = [];
    const runner = await run(async () => {
      during.push(await everything());
    });
    await runner.settle();
    expect(during).toMatchObject([[{ effect: 'filing', attempts: 1, failure: undefined }]]);
    expect(await everything()).toEqual([]);
    expect(await outbox.position('filing')).toBe(1);
  });

  test('killed after it was done and before that is on record, is done again, and knows that it is', async () => {
    const { done, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const finish = outbox.finish.bind(outbox);
    let tell: () => void = () => undefined;
    const died = new Promise<void>((resolve) => (tell = resolve));
    outbox.finish = async () => {
      tell();
      throw new Error('killed');
    };
    const dying = await run(undefined, { wait: killed });
    await died;
    await dying.stop();
    outbox.finish = finish;
    expect(done.map(({ attempt }) => attempt)).toEqual([1]);

    const runner = await run();
    await runner.settle();
    expect(done.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(done.map(({ eventId }) => eventId)).size).toBe(1);
    await runner.stop();
    await (await run()).settle();
    expect(done).toHaveLength(2);
  });

  test('killed before its tasks are on record, finds them again', async () => {
    const { done, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const take = outbox.take.bind(outbox);
    let tell: () => void = () => undefined;
    const died = new Promise<void>((resolve) => (tell = resolve));
    outbox.take = async () => {
      tell();
      throw new Error('killed');
    };
    const dying = await run(undefined, { wait: killed });
    await died;
    await dying.stop();
    outbox.take = take;
    await (await run()).settle();
    expect(done).toHaveLength(1);
  });

  test('that fails is tried again after ever longer waits, then lies among the dead until it is revived', async () => {
    const { clock, done, doing, failures, idOf, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    let away = true;
    const last: number[] = [];
    const runner = await run(async (task, attempt) => {
      if (attempt.isLast) last.push(attempt.attempt);
      if (away) throw new Unreachable('Ada Exemple is not at home.');
      await doing(task, attempt);
    });
    await runner.settle();
    const waits: number[] = [];
    for (;;) {
      const next = await runner.nextDue();
      if (next === undefined) break;
      waits.push((next - clock.now()) / 1_000);
      clock.set(next - 1);
      await runner.sendDue();
      expect(failures).toHaveLength(waits.length);
      clock.set(next);
      await runner.sendDue();
    }
    const [minute, hour] = [60, 3_600];
    expect(waits).toEqual([
      5,
      30,
      5 * minute,
      30 * minute,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
    ]);
    expect(failures.at(0)).toBe('Unreachable at 1');
    expect(failures.at(-2)).toBe('Unreachable at 10');
    expect(failures.at(-1)).toBe('Unreachable at 11, dead');
    expect(last).toEqual([11]);
    // Only the kind of failure is kept: its message may name somebody.
    expect(await outbox.dead(10)).toMatchObject([
      { effect: 'filing', eventId: idOf(1), attempts: 11, failure: 'Unreachable' },
    ]);
    expect(JSON.stringify(await outbox.dead(10))).not.toContain('Ada');

    away = false;
    await runner.sendDue();
    expect(done).toEqual([]);
    expect(await outbox.revive('filing', idOf(1) as never, clock.now())).toBe(true);
    await runner.sendDue();
    expect(done).toMatchObject([{ size: 3, attempt: 1 }]);
    expect(await outbox.dead(10)).toEqual([]);
  });

  test('that says that trying again is no use is dead at once', async () => {
    const { failures, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const runner = await run(async () => {
      throw new FailedForGood('There is no such address.');
    });
    await runner.settle();
    expect(failures).toEqual(['FailedForGood at 1, dead']);
    expect(await outbox.dead(10)).toHaveLength(1);
    expect(await runner.nextDue()).toBeUndefined();
  });

  test('that takes the process down with it each time is given up after as many attempts', async () => {
    const { clock, everything, failures, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const runner = await run(async () => {
      throw new Unreachable();
    });
    await runner.settle();
    await runner.stop();
    // Begun ten times more, and never heard of again.
    const [entry] = await everything();
    for (let attempt = 2; attempt <= 11; attempt += 1) await outbox.begin(entry as OutboxEntry);
    await outbox.postpone(entry as OutboxEntry, 0, 'Unreachable');
    const told: Attempt[] = [];
    const next = await run(undefined, {
      effects: [
        {
          ...filing(async () => {
            throw new Error('It must not be tried.');
          }),
          givenUp: async (_, attempt) => {
            told.push(attempt);
            if (told.length === 1) throw new Unreachable();
          },
        },
      ],
    });
    await next.settle();
    // Whoever is to be told is told again, and only then is it dead.
    expect(failures).toEqual(['Unreachable at 1']);
    clock.advance(3_600_000);
    await next.sendDue();
    expect(told).toMatchObject([
      { attempt: 11, isLast: true },
      { attempt: 11, isLast: true },
    ]);
    expect(failures).toEqual(['Unreachable at 1', 'Unreachable at 11, dead']);
    expect(await outbox.dead(10)).toHaveLength(1);
  });

  test('that fails does not keep others from being done', async () => {
    const { done, doing, failures, run, send } = begin();
    await send(opening(), adding('one'), adding('three'));
    const runner = await run(async (task, attempt) => {
      if (task.size === 3) throw new Unreachable();
      await doing(task, attempt);
    });
    await runner.settle();
    expect(failures).toEqual(['Unreachable at 1']);
    expect(done).toMatchObject([{ size: 5 }]);
  });

  test('of another release waits for it, untouched', async () => {
    const { clock, done, everything, outbox, run, send } = begin();
    const task = { organisationId, effect: 'later', eventId: 'e1' as never, task: '{}' };
    await outbox.take({
      effect: 'later',
      from: -1 as never,
      to: 0 as never,
      tasks: [task],
      due: 0,
    });
    await send(opening());
    const runner = await run();
    await runner.settle();
    expect(await everything()).toEqual([
      { ...task, attempts: 0, due: clock.now() + 3_600_000, failure: 'EffectUnknown' },
    ]);
    expect(await outbox.dead(10)).toEqual([]);
    await runner.stop();
    clock.advance(3_600_000);
    const next = await run(undefined, {
      effects: [
        filing(
          async (_task, attempt) => void done.push({ ...attempt, notebook: '', size: 0 }),
          'later',
        ),
      ],
    });
    await next.settle();
    expect(done).toMatchObject([{ eventId: 'e1', attempt: 1 }]);
  });

  test('is done by one of the processes that share it, and again where that one died of it', async () => {
    const { clock, done, doing, run, send } = begin();
    await send(opening(), adding('one'));
    let begun = (): void => undefined;
    const dying = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let die = (_: Error): void => undefined;
    const never = new Promise<never>((_, reject) => {
      die = reject;
    });
    const here = await run(
      () => {
        begun();
        return never;
      },
      { isShared: true },
    );
    await dying;
    const there = await run(doing, { isShared: true });
    await there.settle();
    expect(done).toEqual([]);

    clock.set('2026-03-02T09:03:00.000Z');
    await there.sendDue();
    expect(done).toMatchObject([{ size: 3, attempt: 2 }]);
    die(new Error('It is over.'));
    await here.settle();
    expect(done).toHaveLength(1);
  });

  test('run by two processes at once is done once or twice, and neither comes to harm', async () => {
    const { done, doing, failures, outbox, run, send, everything } = begin();
    const halts: string[] = [];
    const onHalt = (name: string) => halts.push(name);
    const runners = [await run(doing, { onHalt }), await run(doing, { onHalt })];
    await send(opening(), ...['a', 'b', 'c', 'd'].map((text) => adding(text)));
    for (const { settle } of runners) await settle();
    await Promise.all(runners.map(({ sendDue }) => sendDue()));
    await everythingElse();
    expect([halts, failures]).toEqual([[], []]);
    expect(new Set(done.map(({ eventId }) => eventId)).size).toBe(4);
    expect(done.length).toBeLessThanOrEqual(8);
    expect(await everything()).toEqual([]);
    expect(await outbox.position('filing')).toBe(4);
    for (const { progress } of runners) expect(progress.get('filing')?.position).toBe(4);
  });

  test('whose task another process has just done, or given up, is left at that', async () => {
    const { clock, everything, failures, outbox, run, send } = begin();
    await send(opening(), adding('one'));
    const runner = await run(async () => {
      const [entry] = await everything();
      await outbox.finish(entry as OutboxEntry);
      throw new Unreachable();
    });
    await runner.settle();
    await send(adding('three'));
    await runner.settle();
    clock.advance(1_000_000);
    await runner.sendDue();
    expect(failures).toEqual(['Unreachable at 1', 'Unreachable at 1']);
    expect([await everything(), await outbox.dead(10)]).toEqual([[], []]);
  });

  test('that fails on reading an event halts there, where all can see it, and does what came before', async () => {
    const { done, everything, outbox, run, send, store } = begin();
    await send(opening(), adding('one'), adding('three'), adding('fifth'));
    const { on, ...rest } = filing(async (task, attempt) => {
      done.push({ ...task, ...attempt });
    });
    const broken: Effect = {
      ...rest,
      on: {
        NoteAdded: (event) => {
          if (event.position === 2) throw new Error('a bug');
          return on['NoteAdded']?.(event);
        },
      },
    };
    const halts: string[] = [];
    const runner = await run(undefined, {
      effects: [broken],
      onHalt: (name, { position, message }) => halts.push(`${name} at ${position}: ${message}`),
    });
    expect(await runner.settled.reached(await store.head())).toBe(false);
    expect(halts).toEqual(['filing at 2: The effect failed on this event.']);
    expect(await outbox.position('filing')).toBe(1);
    await runner.sendDue();
    expect(done).toMatchObject([{ size: 3 }]);
    await runner.stop();

    const mended = await run();
    await mended.settle();
    expect(done).toMatchObject([{ size: 3 }, { size: 5 }, { size: 5 }]);
    expect(await everything()).toEqual([]);
  });

  test('halts at an event that only a newer program knows, and does what came before', async () => {
    const { done, run, send, store } = begin();
    await send(opening(), adding('one'));
    await store.append(organisationId, 'mystery-1' as StreamName, 'none', [
      {
        id: '00000000-0000-4000-8000-0000000000ff' as never,
        type: 'MysteryHappened.v1',
        contentType: 'application/json',
        data: new TextEncoder().encode('{}'),
        metadata: new TextEncoder().encode('{}'),
      },
    ]);
    const runner = await run();
    expect(await runner.settled.reached(await store.head())).toBe(false);
    expect(runner.progress.get('filing')?.halt).toMatchObject({ position: 2 });
    await runner.sendDue();
    expect(done).toHaveLength(1);
  });

  test('writes its place down now and then, though nothing asks for it', async () => {
    const { outbox, run, send, store } = begin();
    const runner = await run();
    await send(opening());
    await runner.settle();
    expect(runner.progress.get('filing')?.position).toBe(0);
    expect(await outbox.position('filing')).toBe(-1);
    const [record] = store.records;
    if (!record) throw new Error('There is no record.');
    const many = Array.from({ length: 1_000 }, (__, index) => ({
      ...record,
      id: `many-${index}` as never,
    }));
    await store.append(organisationId, 'notebook-many' as StreamName, 'none', many);
    await runner.settle();
    expect(await outbox.position('filing')).toBeGreaterThan(900);
  });
});
