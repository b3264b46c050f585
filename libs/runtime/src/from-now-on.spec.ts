import { effect, type Effect } from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { WorkState } from '@vivier/work-state';
import { startEffectRunner, type EffectRunner } from './effect-runner.ts';
import { createExecute } from './execute.ts';
import { beginFromNow } from './from-now-on.ts';
import * as sample from './samples.fixtures.ts';
import { workStates } from './work-states.fixtures.ts';

const NAME = 'writing';

describe.each(workStates)('An effect that begins from now on, with its outbox %s', (_, open) => {
  let workState: WorkState;
  let runners: EffectRunner[] = [];
  beforeEach(async () => {
    workState = await open();
  });
  afterEach(async () => {
    for (const runner of runners) await runner.stop();
    runners = [];
    await workState.close();
  });

  const installation = () => {
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
    /** Sizes of the notes that were written about, in order. */
    const written: number[] = [];
    const writing: Effect = effect<{ readonly size: number }>()({
      name: NAME,
      events: [sample.notebookEvents],
      on: { NoteAdded: ({ data: { size } }) => ({ size }) },
      perform: async ({ size }) => void written.push(size),
    });
    const note = async (...texts: readonly string[]) => {
      for (const text of texts) await execute(sample.adding(text));
    };
    return {
      store,
      outbox,
      written,
      note,
      open: () => execute(sample.opening()),
      begin: (seen = store) => beginFromNow([NAME], { store: seen, outbox }),
      run: async () => {
        const runner = await startEffectRunner({
          ...{ store, outbox, clock, codec: sample.codec },
          effects: [writing],
        });
        runners.push(runner);
        await runner.settled.reached(await store.head());
      },
    };
  };

  test('tells nobody of what is old, and of everything that comes after', async () => {
    const { begin, note, open: opens, run, written } = installation();
    await opens();
    await note('old', 'older');
    await begin();
    await note('fresh');
    await run();
    expect(written).toEqual([5]);
  });

  test('begins at the beginning of a new installation', async () => {
    const { begin, note, open: opens, run, written } = installation();
    await begin();
    await opens();
    await note('one');
    await run();
    expect(written).toEqual([3]);
  });

  test('loses nothing where the process dies before it has read anything', async () => {
    const { begin, note, open: opens, run, written } = installation();
    await begin();
    await opens();
    await note('one');
    // Killed here; what was appended is the log's alone. The next start finds a log that is not empty.
    await begin();
    await note('fourth');
    await begin();
    await run();
    expect(written).toEqual([3, 6]);
  });

  test('keeps its place where the process dies between the two things it writes', async () => {
    const { begin, note, open: opens, outbox, run, written } = installation();
    await opens();
    await note('old');
    const take = outbox.take.bind(outbox);
    outbox.take = async (batch) => {
      if (batch.effect !== NAME) throw new Error('killed');
      await take(batch);
    };
    await expect(begin()).rejects.toThrow('killed');
    outbox.take = take;
    await note('fresh');
    await begin();
    await run();
    expect(written).toEqual([5]);
  });

  test('loses nothing where another process has begun, and appended, in the same moment', async () => {
    const { begin, note, open: opens, run, store, written } = installation();
    // This one looks at the empty log; the other one begins and appends; then this one goes on.
    const head = await store.head();
    await begin();
    await opens();
    await note('one');
    await begin(Object.assign(Object.create(store) as typeof store, { head: async () => head }));
    // And one that looks after the append finds that the effect is known.
    await begin();
    await run();
    expect(written).toEqual([3]);
  });

  test('leaves one alone that the installation has had all along', async () => {
    const { begin, note, open: opens, run, written, outbox, store } = installation();
    await opens();
    await note('one');
    await run();
    await note('fourth');
    await runners.pop()?.stop();
    const before = await outbox.position(NAME);
    await begin();
    expect(await outbox.position(NAME)).toBe(before);
    expect(before).toBeLessThanOrEqual(await store.head());
    await run();
    expect(written).toEqual([3, 6]);
  });
});
