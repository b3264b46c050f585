import type { Position, Rejection, Saga, StreamName } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault, MemoryWorkState } from '@vivier/testing';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute, type Execute } from './execute.ts';
import type { Wait } from './followers.ts';
import { commandRejections } from './rejections.ts';
import * as sample from './samples.fixtures.ts';
import { startSagaRunner, type SagaRunnerPorts } from './saga-runner.ts';

const { adding, first, opening, organisationId, otto, sending } = sample;
const blessing = sample.blessing as unknown as Saga;

const closing: CommandEnvelope = {
  ...sending('CloseNotebook', { notebookId: first }, 'close', otto),
  seen: 1,
};

/** Fails for good until it is stopped: what happens to a program that is killed. */
const killed: Wait = async (_, signal) => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
};

const start = (pageSize = 1000) => {
  const store = new MemoryEventStore({ pageSize });
  const workState = new MemoryWorkState();
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
  const sent: CommandEnvelope[] = [];
  const watched: Execute = (envelope) => {
    sent.push(envelope);
    return execute(envelope);
  };
  const refused: Rejection[] = [];
  const run = (more: Partial<SagaRunnerPorts> = {}) =>
    startSagaRunner({
      store,
      workState,
      codec: sample.codec,
      clock,
      execute: watched,
      sagas: [blessing],
      onRefused: (_, rejection) => refused.push(rejection),
      ...more,
    });
  /** Runs until all that was due is sent and seen, then stops. */
  const settle = async (more?: Partial<SagaRunnerPorts>): Promise<void> => {
    const runner = await run(more);
    let head = await store.head();
    while ((await runner.settled.reached(head)) && head < (await store.head()))
      head = await store.head();
    await runner.stop();
  };
  /** Runs until something is tried that kills it. */
  const killedAt = async (more: (kill: () => Promise<never>) => Partial<SagaRunnerPorts>) => {
    let tell: () => void = () => undefined;
    const died = new Promise<void>((resolve) => (tell = resolve));
    const kill = async (): Promise<never> => {
      tell();
      throw new Error('killed');
    };
    const runner = await run({ ...more(kill), wait: killed });
    await died;
    await runner.stop();
  };
  const types = () => store.records.map(({ type }) => type);
  return { store, workState, clock, execute, send, sent, refused, run, settle, killedAt, types };
};

const BLESSED = ['NotebookOpened.v1', 'NoteAdded.v1', 'NotebookBlessed.v1'];

test('What is due is sent, by the saga, with the event that led to it as its cause', async () => {
  const { send, sent, settle, store, types } = start();
  await send(opening(), adding('one'));
  await settle();
  expect(types()).toEqual(BLESSED);
  const cause = store.records[1]?.id;
  expect(sent).toMatchObject([
    {
      name: 'BlessNotebook',
      input: { notebookId: first },
      by: { kind: 'saga', id: 'blessing', role: 'system' },
      causationId: cause,
      correlationId: cause,
    },
  ]);
  await settle();
  expect(types()).toEqual(BLESSED);
});

test('Killed after its plan is stored and before it is sent, it catches up and sends once', async () => {
  const { killedAt, send, sent, settle, types, workState } = start();
  await send(opening(), adding('one'));
  await killedAt((kill) => ({ execute: kill }));
  expect(await workState.position('blessing')).toBe(1);
  expect(types()).toEqual(BLESSED.slice(0, 2));
  await settle();
  expect(types()).toEqual(BLESSED);
  expect(sent).toHaveLength(1);
});

test('Killed after it has sent and before that is noted, it sends the same command, once in effect', async () => {
  const { killedAt, send, sent, settle, types, workState } = start();
  await send(opening(), adding('one'));
  const done = workState.done.bind(workState);
  await killedAt((kill) => {
    workState.done = kill;
    return {};
  });
  workState.done = done;
  expect(types()).toEqual(BLESSED);
  await settle();
  expect(types()).toEqual(BLESSED);
  expect(new Set(sent.map(({ commandId }) => commandId)).size).toBe(1);
});

test('Killed before its plan is stored, it makes the same plan again', async () => {
  const { killedAt, send, settle, types, workState } = start();
  await send(opening(), adding('one'));
  const commit = workState.commit.bind(workState);
  await killedAt((kill) => {
    workState.commit = kill;
    return {};
  });
  workState.commit = commit;
  await settle();
  expect(types()).toEqual(BLESSED);
});

test('Nothing is sent before all of the log is read: an old plan may be void', async () => {
  const { send, sent, settle, types } = start(1);
  await send(opening(), adding('one'), closing);
  await settle();
  expect(types()).toEqual([...BLESSED.slice(0, 2), 'NotebookClosed.v1']);
  expect(sent).toEqual([]);
});

test('A plan that was stored is not sent after an event that made it void while nobody ran', async () => {
  const { killedAt, send, sent, settle } = start();
  await send(opening(), adding('one'));
  await killedAt((kill) => ({ execute: kill }));
  await send(closing);
  await settle();
  expect(sent).toEqual([]);
});

test('What plans nothing waits to be written until something does, and follows from the log again', async () => {
  const { run, send, store, workState } = start();
  const instance = [{ organisationId, instance: first }];
  const open = async () =>
    (JSON.parse((await workState.states('blessing', instance))[0] ?? '{}') as { open?: boolean })
      .open;
  await send(opening(), adding('one'));
  const before = await run();
  for (let head = -1; head !== (await store.head());) {
    head = await store.head();
    await before.settled.reached(head as Position);
  }
  await send({ ...closing, seen: 2 });
  expect(await before.progress.get('blessing')?.reached(3 as Position)).toBe(true);
  await before.stop();
  expect(await workState.position('blessing')).toBe(2);
  expect(await open()).toBe(true);

  const after = await run();
  await send(opening(sample.second), adding('two', sample.second));
  expect(await after.progress.get('blessing')?.reached(5 as Position)).toBe(true);
  await after.stop();
  expect(await workState.position('blessing')).toBeGreaterThanOrEqual(5);
  expect(await open()).toBe(false);
});

test('GDPR 17: an instance that is back at its beginning is taken out at once, with what it planned', async () => {
  const { run, send, store, workState } = start();
  const forgetting = {
    ...blessing,
    evolve: { ...blessing.evolve, NotebookClosed: () => blessing.initial },
  } as Saga;
  const instance = [{ organisationId, instance: first }];
  const runner = await run({ sagas: [forgetting] });
  const seen = async () => runner.progress.get('blessing')?.reached(await store.head());
  await send(opening(), adding('one'));
  await seen();
  await runner.settled.reached(await store.head());
  expect(await workState.states('blessing', instance)).not.toEqual([undefined]);
  await send({ ...closing, seen: 2 });
  await seen();
  await runner.stop();
  expect(await workState.states('blessing', instance)).toEqual([undefined]);
  expect(await workState.nextDue()).toBeUndefined();
  expect(await workState.position('blessing')).toBe(await store.head());
});

test.each([
  ['as far as it remembers', 4],
  ['less far than it remembers', 3],
])('A saga that another process brought %s goes on from there', async (_, stored) => {
  const { run, send, store, workState } = start();
  await send(opening(), adding('one'));
  const halts: string[] = [];
  const runner = await run({ wait: async () => undefined, onHalt: (saga) => halts.push(saga) });
  const progress = runner.progress.get('blessing');
  expect(await progress?.reached(2 as Position)).toBe(true);
  await send({ ...closing, seen: 2 }, opening(sample.second));
  expect(await progress?.reached(4 as Position)).toBe(true);
  expect(await workState.position('blessing')).toBe(2);

  const instance = { organisationId, instance: first };
  await workState.commit({
    ...{ saga: 'blessing', from: 2 as Position, to: stored as Position },
    instances: [{ ...instance, state: '{"due":null,"because":"","open":false}', agenda: [] }],
  });
  await send(adding('two', sample.second));
  await runner.settled.reached(await store.head());
  await runner.stop();
  expect(halts).toEqual([]);
  expect(await workState.position('blessing')).toBeGreaterThanOrEqual(5);
  expect(await workState.states('blessing', [instance])).toEqual([
    expect.stringContaining('"open":false'),
  ]);
});

test('What is due later waits until then', async () => {
  const { clock, send, sent, settle } = start();
  await send(opening(), adding('one'));
  clock.set('2026-03-01T00:00:00Z');
  await settle();
  expect(sent).toEqual([]);
  clock.set('2026-03-03T00:00:00Z');
  await settle();
  expect(sent).toHaveLength(1);
});

test('What the domain refuses is told and done with', async () => {
  const { refused, send, settle, workState } = start();
  await send(opening(), adding('one'));
  await settle({
    execute: async () => sample.notebookRejections.NotebookIsClosed(),
  });
  expect(refused.map(({ rejected }) => rejected)).toEqual(['NotebookIsClosed']);
  expect(await workState.nextDue()).toBeUndefined();
});

test('What is refused only for now is sent again after a wait, and is done with once it went through', async () => {
  const { clock, execute, refused, run, send, store, types, workState } = start();
  await send(opening(), adding('one'));
  let busy = 2;
  const failures: string[] = [];
  const runner = await run({
    execute: async (envelope) => {
      busy -= 1;
      return busy >= 0 ? commandRejections.TooManyConflicts() : execute(envelope);
    },
    onFailure: (saga, failure) => failures.push(`${saga}: ${failure}`),
  });
  await runner.settled.reached(await store.head());
  for (const [seconds, failing] of [
    [0, 1],
    [1, 1],
    [2, 0],
  ] as const) {
    clock.advance(seconds * 1_000);
    await runner.sendDue();
    expect(runner.failing).toBe(failing);
  }
  await runner.stop();
  expect(failures).toEqual(['blessing: TooManyConflicts', 'blessing: TooManyConflicts']);
  expect(refused).toEqual([]);
  expect(types()).toEqual(BLESSED);
  expect(await workState.nextDue()).toBeUndefined();
});

test('At an unknown event it halts where all can see it and sends nothing', async () => {
  const { run, send, sent, store } = start();
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
  const halts: string[] = [];
  const runner = await run({
    onHalt: (saga, { position, message }) => halts.push(`${saga} at ${position}: ${message}`),
  });
  expect(await runner.settled.reached(await store.head())).toBe(false);
  await runner.stop();
  expect(halts).toEqual([
    'blessing at 2: The log holds MysteryHappened.v1, which this program does not know: start a newer one.',
  ]);
  expect(sent).toEqual([]);
});

test('While a saga stands still nothing is sent: it has not seen what may void its plans', async () => {
  const { killedAt, run, send, sent, store } = start();
  await send(opening(), adding('one'));
  await killedAt((kill) => ({ execute: kill }));
  await send(closing);
  const broken: Saga = {
    ...blessing,
    evolve: {
      NotebookClosed: () => {
        throw new Error('a bug');
      },
    },
  };
  const runner = await run({ sagas: [broken] });
  expect(await runner.settled.reached(await store.head())).toBe(false);
  // In memory everything that can happen has happened before the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  await runner.stop();
  expect(runner.progress.get('blessing')?.halt?.message).toBe('The saga failed on this event.');
  expect(sent).toEqual([]);
});
