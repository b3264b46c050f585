import fc from 'fast-check';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import type { AgendaEntry, SagaInstance, WorkState } from '../port.ts';
import { openEmbeddedWorkState } from './work-state.ts';

const ORGANISATION = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const SAGA = 'consentRenewal';
const ALL = 1_000;

const entry = (instance: string, key: string, due: number, payload = '{}'): AgendaEntry => ({
  organisationId: ORGANISATION,
  saga: SAGA,
  instance,
  key,
  due,
  payload,
});

const replaced = (instance: string, ...agenda: readonly AgendaEntry[]): SagaInstance => ({
  organisationId: ORGANISATION,
  instance,
  state: '{}',
  agenda,
});

describe('the agenda on the disk', () => {
  let store: WorkState;
  let position = START;
  beforeEach(async () => {
    store = await openEmbeddedWorkState({ file: ':memory:' });
    position = START;
  });
  afterEach(() => store.close());

  const commit = async (...instances: readonly SagaInstance[]): Promise<void> => {
    const to = (position + 1) as Position;
    await store.commit({ saga: SAGA, from: position, to, instances });
    position = to;
  };
  const left = async () => (await store.due(ALL, ALL)).map(({ instance }) => instance);

  test('keeps what was put among the entries that were read, though all of these are done', async () => {
    await commit(replaced('a', entry('a', 'x', 1)), replaced('c', entry('c', 'x', 3)));
    const read = await store.due(3, ALL);
    await commit(replaced('b', entry('b', 'x', 2)));
    await store.done(read);
    expect(await left()).toEqual(['b']);
  });

  test('keeps what was put before the entries that were read, or is given other words', async () => {
    await commit(replaced('b', entry('b', 'x', 2)), replaced('c', entry('c', 'x', 3)));
    const read = await store.due(3, ALL);
    await commit(replaced('a', entry('a', 'x', 1)), replaced('c', entry('c', 'x', 3, '{"n":2}')));
    await store.done(read);
    expect(await left()).toEqual(['a', 'c']);
  });

  test('takes out the entries that are done, in whatever order, and no other that was read', async () => {
    await commit(...['a', 'b', 'c'].map((name, n) => replaced(name, entry(name, 'x', n))));
    const [a, b, c] = await store.due(ALL, ALL);
    await store.done([c!, a!]);
    expect(await left()).toEqual(['b']);
    await store.done([c!, b!, a!]);
    expect(await left()).toEqual([]);
  });

  test('puts an entry back that was done, where its saga plans it again', async () => {
    await commit(replaced('a', entry('a', 'x', 1)));
    await store.done(await store.due(1, ALL));
    await commit(replaced('a', entry('a', 'x', 1)));
    expect(await left()).toEqual(['a']);
    await commit(replaced('a'));
    expect(await left()).toEqual([]);
  });

  test('lasts as long as it is wanted, also where the state is forgotten', async () => {
    await commit({ ...replaced('a', entry('a', 'x', 1)), state: undefined });
    expect(await left()).toEqual(['a']);
    expect(await store.states(SAGA, [replaced('a')])).toEqual([undefined]);
    await commit(replaced('a', entry('a', 'y', 2)));
    expect(await store.due(ALL, ALL)).toEqual([entry('a', 'y', 2)]);
  });

  const instances = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const planned = fc.record({
    instance: instances,
    agenda: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom('x', 'y', 'z'),
        due: fc.integer({ min: 0, max: 6 }),
        payload: fc.constantFrom('1', '2'),
      }),
      { selector: ({ key }) => key, maxLength: 3 },
    ),
  });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('plan' as const), some: fc.array(planned, { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('read' as const),
      now: fc.integer({ min: 0, max: 6 }),
      limit: fc.integer({ min: 1, max: 6 }),
    }),
    // Mostly all that was read, sometimes a part of it.
    fc.record({ kind: fc.constant('done' as const), without: fc.constantFrom(-1, -1, -1, 0, 1) }),
  );

  test('does what a list would do, whatever is planned, read and done in whichever order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const opened = await openEmbeddedWorkState({ file: ':memory:' });
        let model: readonly AgendaEntry[] = [];
        let read: readonly AgendaEntry[] = [];
        const inOrder = () =>
          [...model].sort(
            (one, other) =>
              one.due - other.due || (one.instance + one.key < other.instance + other.key ? -1 : 1),
          );
        for (const one of steps) {
          if (one.kind === 'plan') {
            const wanted = one.some.map(({ instance, agenda }) =>
              replaced(
                instance,
                ...agenda.map(({ key, due, payload }) => entry(instance, key, due, payload)),
              ),
            );
            await opened.commit({ saga: SAGA, from: START, to: START, instances: wanted });
            for (const { instance, agenda } of wanted)
              model = [...model.filter((held) => held.instance !== instance), ...agenda];
          } else if (one.kind === 'read') {
            read = await opened.due(one.now, one.limit);
            const expected = inOrder().filter(({ due }) => due <= one.now);
            expect(read).toEqual(expected.slice(0, one.limit));
          } else {
            const done = read.filter((_, n) => n !== one.without);
            await opened.done(done);
            model = model.filter(
              (held) => !done.some((gone) => JSON.stringify(gone) === JSON.stringify(held)),
            );
          }
        }
        expect(await opened.due(ALL, ALL)).toEqual(inOrder());
        expect(await opened.nextDue()).toBe(inOrder()[0]?.due);
        await opened.close();
      }),
      { numRuns: 200 },
    ));
});
