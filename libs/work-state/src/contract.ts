import { START, type OrganisationId, type Position } from '@vivier/kernel';
import { outboxContract } from './outbox.contract.ts';
import { settingsContract } from './settings.contract.ts';
import {
  SagaPositionMoved,
  UnstorableAgenda,
  type AgendaEntry,
  type SagaInstance,
  type WorkState,
} from './port.ts';

/** A new, empty store for one test. */
export interface OpenedWorkState {
  readonly store: WorkState;
  /** Closes the store and opens what it kept. */
  reopen(): Promise<WorkState>;
  /** Closes whatever is open and removes what was kept. */
  end(): Promise<void>;
}

const AMIENS = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const BREST = '6f1c0b7e-0000-4000-8000-00000000000b' as OrganisationId;
const SAGA = 'consentRenewal';
const ALL = 1_000;

const at = (position: number): Position => position as Position;

const entry = (instance: string, key: string, due: number, also: Partial<AgendaEntry> = {}) => ({
  organisationId: AMIENS,
  saga: SAGA,
  instance,
  key,
  due,
  payload: `{"remind":"${key}"}`,
  ...also,
});

const instanceOf = (
  instance: string,
  state: string | undefined,
  ...agenda: readonly AgendaEntry[]
): SagaInstance => ({ organisationId: AMIENS, instance, state, agenda });

const commit = async (store: WorkState, ...instances: readonly SagaInstance[]): Promise<void> => {
  const from = await store.position(SAGA);
  await store.commit({ saga: SAGA, from, to: at(from + 1), instances });
};

/** What every adapter of the working state must do. */
export const workStateContract = (name: string, open: () => Promise<OpenedWorkState>): void => {
  outboxContract(name, open);
  settingsContract(name, open);
  describe(`the working state ${name}`, () => {
    let opened: OpenedWorkState;
    let store: WorkState;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.end());

    test('begins with no position, no state and nothing due', async () => {
      expect(await store.position(SAGA)).toBe(START);
      expect(await store.states(SAGA, [{ organisationId: AMIENS, instance: 'a' }])).toEqual([
        undefined,
      ]);
      expect(await store.states(SAGA, [])).toEqual([]);
      expect(await store.due(Number.MAX_SAFE_INTEGER, ALL)).toEqual([]);
      expect(await store.nextDue()).toBeUndefined();
    });

    test('gives states in the order asked, each of its saga, organisation and instance', async () => {
      const there = { organisationId: BREST, instance: 'a', state: '{"there":1}', agenda: [] };
      await commit(store, instanceOf('a', '{"a":1}'), instanceOf('b', '{"b":1}'), there);
      await store.commit({
        saga: 'erasure',
        from: START,
        to: at(0),
        instances: [instanceOf('a', '{"other":1}')],
      });
      const asked = [
        { organisationId: BREST, instance: 'a' },
        { organisationId: AMIENS, instance: 'c' },
        { organisationId: AMIENS, instance: 'b' },
        { organisationId: AMIENS, instance: 'a' },
      ];
      expect(await store.states(SAGA, asked)).toEqual([
        '{"there":1}',
        undefined,
        '{"b":1}',
        '{"a":1}',
      ]);
      expect(await store.states('erasure', asked.slice(3))).toEqual(['{"other":1}']);
    });

    test('replaces a state, and forgets it where there is none any more', async () => {
      const a = [{ organisationId: AMIENS, instance: 'a' }];
      await commit(store, instanceOf('a', 'first', entry('a', 'warn', 5)));
      await commit(store, instanceOf('a', 'second', entry('a', 'warn', 5)));
      expect(await store.states(SAGA, a)).toEqual(['second']);
      await commit(store, instanceOf('a', undefined));
      expect(await store.states(SAGA, a)).toEqual([undefined]);
      expect(await store.nextDue()).toBeUndefined();
    });

    test('gives what is due, the oldest first, whole, and not more than asked', async () => {
      const late = entry('b', 'late', 300);
      const early = entry('b', 'early', -100);
      const middle = entry('a', 'middle', 200);
      await commit(store, instanceOf('b', '{}', late, early), instanceOf('a', '{}', middle));
      expect(await store.nextDue()).toBe(-100);
      expect(await store.due(-101, ALL)).toEqual([]);
      expect(await store.due(199, ALL)).toEqual([early]);
      expect(await store.due(200, ALL)).toEqual([early, middle]);
      expect(await store.due(ALL, ALL)).toEqual([early, middle, late]);
      expect(await store.due(ALL, 2)).toEqual([early, middle]);
    });

    test('gives entries of one instant in one order, over all sagas and organisations', async () => {
      const there = entry('a', 'x', 7, { organisationId: BREST });
      const other = entry('a', 'x', 7, { saga: 'erasure' });
      const own = [entry('a', 'x', 7), entry('a', 'y', 7), entry('b', 'x', 7)];
      await store.commit({
        saga: 'erasure',
        from: START,
        to: at(0),
        instances: [instanceOf('a', '{}', other)],
      });
      await commit(
        store,
        { organisationId: BREST, instance: 'a', state: '{}', agenda: [there] },
        instanceOf('b', '{}', ...own.slice(2)),
        instanceOf('a', '{}', ...own.slice(0, 2)),
      );
      expect(await store.due(7, ALL)).toEqual([...own, other, there]);
    });

    test('replaces the whole agenda of an instance and leaves the others alone', async () => {
      const kept = entry('a', 'kept', 10);
      const beside = entry('b', 'kept', 10);
      const elsewhere = entry('a', 'kept', 10, { organisationId: BREST });
      await commit(
        store,
        instanceOf('a', '{}', kept, entry('a', 'moved', 20), entry('a', 'gone', 30)),
        instanceOf('b', '{}', beside),
        { organisationId: BREST, instance: 'a', state: '{}', agenda: [elsewhere] },
      );
      const moved = entry('a', 'moved', 15);
      const reworded = entry('a', 'new', 40, { payload: '{"n":1}' });
      await commit(store, instanceOf('a', '{}', reworded, moved, kept));
      expect(await store.due(ALL, ALL)).toEqual([kept, beside, elsewhere, moved, reworded]);
      await commit(store, instanceOf('a', '{}', { ...reworded, payload: '{"n":2}' }));
      expect(await store.due(ALL, ALL)).toEqual([
        beside,
        elsewhere,
        { ...reworded, payload: '{"n":2}' },
      ]);
    });

    test('two entries of an instance may change places', async () => {
      await commit(store, instanceOf('a', '{}', entry('a', 'x', 1), entry('a', 'y', 2)));
      await commit(store, instanceOf('a', '{}', entry('a', 'x', 2), entry('a', 'y', 1)));
      expect((await store.due(ALL, ALL)).map((one) => one.key)).toEqual(['y', 'x']);
    });

    test('an instance that stands twice in a batch is as the last one says', async () => {
      await commit(
        store,
        instanceOf('a', 'first', entry('a', 'x', 1)),
        instanceOf('a', 'last', entry('a', 'x', 2)),
      );
      expect(await store.states(SAGA, [{ organisationId: AMIENS, instance: 'a' }])).toEqual([
        'last',
      ]);
      expect(await store.due(ALL, ALL)).toEqual([entry('a', 'x', 2)]);
    });

    test('takes out what is done, and keeps what changed since it was read', async () => {
      const [done, moved, reworded, gone] = [
        entry('a', 'done', 1),
        entry('b', 'moved', 1),
        entry('c', 'reworded', 1),
        entry('d', 'gone', 1),
      ];
      await commit(
        store,
        instanceOf('a', '{}', done),
        instanceOf('b', '{}', moved),
        instanceOf('c', '{}', reworded),
        instanceOf('d', '{}', gone),
      );
      const read = await store.due(1, ALL);
      const later = { ...moved, due: 9 };
      const other = { ...reworded, payload: '{"other":1}' };
      await commit(
        store,
        instanceOf('b', '{}', later),
        instanceOf('c', '{}', other),
        instanceOf('d', '{}'),
      );
      await store.done(read);
      expect(await store.due(ALL, ALL)).toEqual([other, later]);
      await store.done(read);
      await store.done([]);
      expect(await store.due(ALL, ALL)).toEqual([other, later]);
    });

    test('a batch that starts elsewhere is refused with the position, and stores nothing', async () => {
      await store.commit({ saga: SAGA, from: START, to: at(2 ** 52), instances: [] });
      const refusal = await store
        .commit({
          saga: SAGA,
          from: START,
          to: at(9),
          instances: [instanceOf('a', '{}', entry('a', 'x', 1))],
        })
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(SagaPositionMoved);
      expect(refusal).toMatchObject({ saga: SAGA, stored: 2 ** 52 });
      expect(await store.position(SAGA)).toBe(2 ** 52);
      expect(await store.position('erasure')).toBe(START);
      expect(await store.nextDue()).toBeUndefined();
      const back = store.commit({ saga: SAGA, from: at(2 ** 52), to: at(1), instances: [] });
      await expect(back).rejects.toThrow(RangeError);
    });

    test('of two batches from the same position one is stored and one refused', async () => {
      const batch = (instance: string) =>
        store.commit({
          saga: SAGA,
          from: START,
          to: at(0),
          instances: [instanceOf(instance, '{}', entry(instance, 'x', 1))],
        });
      const outcomes = await Promise.allSettled([batch('a'), batch('b')]);
      expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      expect(await store.due(ALL, ALL)).toHaveLength(1);
    });

    test.each<[string, SagaInstance]>([
      ['of another saga', instanceOf('a', '{}', entry('a', 'x', 1, { saga: 'erasure' }))],
      ['of another instance', instanceOf('a', '{}', entry('b', 'x', 1))],
      [
        'of another organisation',
        instanceOf('a', '{}', entry('a', 'x', 1, { organisationId: BREST })),
      ],
      ['without a time', instanceOf('a', '{}', entry('a', 'x', Number.NaN))],
      ['between two milliseconds', instanceOf('a', '{}', entry('a', 'x', 1.5))],
      ['that stands there twice', instanceOf('a', '{}', entry('a', 'x', 1), entry('a', 'x', 2))],
    ])('an entry %s is refused with its whole batch', async (_, wrong) => {
      const good = instanceOf('z', '{}', entry('z', 'x', 1));
      const batch = { saga: SAGA, from: START, to: at(0), instances: [good, wrong] };
      await expect(store.commit(batch)).rejects.toThrow(UnstorableAgenda);
      expect(await store.position(SAGA)).toBe(START);
      expect(await store.nextDue()).toBeUndefined();
    });

    test('keeps positions, states and agendas over closing and opening again', async () => {
      const one = entry('a', 'x', 1);
      await commit(store, instanceOf('a', '{"a":1}', one));
      const again = await opened.reopen();
      expect(await again.position(SAGA)).toBe(0);
      expect(await again.states(SAGA, [{ organisationId: AMIENS, instance: 'a' }])).toEqual([
        '{"a":1}',
      ]);
      expect(await again.due(1, ALL)).toEqual([one]);
      await commit(again, instanceOf('a', undefined));
      expect(await again.nextDue()).toBeUndefined();
    });
  });
};
