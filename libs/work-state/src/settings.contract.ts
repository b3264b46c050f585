import { START, type OrganisationId, type Position } from '@vivier/kernel';
import type { OpenedWorkState } from './contract.ts';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type SagaBatch,
  type SagaInstance,
  type WorkState,
} from './port.ts';

const AMIENS = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const BREST = '6f1c0b7e-0000-4000-8000-00000000000b' as OrganisationId;
const SAGA = 'incompleteDossier';
const OTHER = 'consentRenewal';
const ALL = 1_000;

const entry = (instance: string, due: number, also: Partial<AgendaEntry> = {}): AgendaEntry => ({
  ...{ organisationId: AMIENS, saga: SAGA, instance, key: `at ${due}`, due, payload: '{}' },
  ...also,
});

const instanceOf = (instance: string, ...agenda: readonly AgendaEntry[]): SagaInstance => ({
  ...{ organisationId: agenda[0]?.organisationId ?? AMIENS, instance },
  ...{ state: `{"of":"${instance}"}`, agenda },
});

const commit = async (store: WorkState, also: Partial<SagaBatch>): Promise<void> => {
  const saga = also.saga ?? SAGA;
  const from = await store.position(saga);
  await store.commit({ saga, from, to: (from + 1) as Position, instances: [], ...also });
};

const changed = (organisationId = AMIENS, days = 30) => ({
  settings: [{ organisationId, settings: `{"days":${days}}` }],
});

/** What every adapter must do with settings that apply to all instances of an organisation. */
export const settingsContract = (name: string, open: () => Promise<OpenedWorkState>): void => {
  describe(`settings in the working state ${name}`, () => {
    let opened: OpenedWorkState;
    let store: WorkState;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.end());

    /** They come a page further, without any event. */
    const reach = async (
      after: string,
      upTo: string | undefined,
      ...instances: readonly SagaInstance[]
    ): Promise<void> => {
      const from = await store.position(SAGA);
      const reached = { organisationId: AMIENS, after, upTo };
      await store.commit({ saga: SAGA, from, to: from, instances, reached });
    };

    test('are none at the beginning, and nothing is unreached', async () => {
      expect(await store.settings(SAGA, AMIENS)).toBeUndefined();
      expect(await store.unreached(SAGA)).toEqual([]);
      expect(await store.instancesAfter(SAGA, AMIENS, '', ALL)).toEqual([]);
      expect(await store.planned(SAGA, AMIENS, 'a')).toEqual([]);
    });

    test('are each saga’s and organisation’s own, and the last ones count', async () => {
      await commit(store, changed(AMIENS, 1));
      await commit(store, changed(BREST, 2));
      await commit(store, { saga: OTHER, ...changed(AMIENS, 3) });
      await commit(store, changed(AMIENS, 4));
      expect(await store.settings(SAGA, AMIENS)).toBe('{"days":4}');
      expect(await store.settings(SAGA, BREST)).toBe('{"days":2}');
      expect(await store.settings(OTHER, AMIENS)).toBe('{"days":3}');
      expect(await store.settings(OTHER, BREST)).toBeUndefined();
    });

    test('have reached nobody once they are changed, and go on where they were after opening again', async () => {
      await commit(store, { instances: ['c', 'a', 'b'].map((one) => instanceOf(one)) });
      await commit(store, changed());
      expect(await store.unreached(SAGA)).toEqual([{ organisationId: AMIENS, after: '' }]);
      expect(await store.unreached(OTHER)).toEqual([]);
      await reach('', 'b');
      const again = await opened.reopen();
      store = again;
      expect(await store.unreached(SAGA)).toEqual([{ organisationId: AMIENS, after: 'b' }]);
      expect(await store.settings(SAGA, AMIENS)).toBe('{"days":30}');
      await reach('b', undefined);
      expect(await store.unreached(SAGA)).toEqual([]);
      await commit(store, changed(AMIENS, 60));
      expect(await store.unreached(SAGA)).toEqual([{ organisationId: AMIENS, after: '' }]);
    });

    test('find the instances of their saga and organisation in pages, by name, those with a state', async () => {
      const there = { ...instanceOf('b'), organisationId: BREST };
      const names = ['e', 'd', 'a', 'c'];
      await commit(store, { instances: [...names.map((one) => instanceOf(one)), there] });
      await commit(store, { saga: OTHER, instances: [instanceOf('bb')] });
      await commit(store, { instances: [{ ...instanceOf('d'), state: undefined }] });
      const page = (after: string, limit: number) =>
        store.instancesAfter(SAGA, AMIENS, after, limit);
      expect(await page('', 2)).toEqual([
        { instance: 'a', state: '{"of":"a"}' },
        { instance: 'c', state: '{"of":"c"}' },
      ]);
      expect(await page('c', 2)).toEqual([{ instance: 'e', state: '{"of":"e"}' }]);
      expect(await page('e', 2)).toEqual([]);
    });

    test('hold back what is planned under the old ones, for this saga and organisation alone', async () => {
      const there = entry('a', 2, { organisationId: BREST });
      const other = entry('a', 3, { saga: OTHER });
      await commit(store, { instances: [instanceOf('a', entry('a', 1)), instanceOf('a', there)] });
      await commit(store, { saga: OTHER, instances: [instanceOf('a', other)] });
      await commit(store, changed());
      expect(await store.due(ALL, ALL)).toEqual([there, other]);
      expect(await store.nextDue()).toBe(2);
      // What is done meanwhile takes nothing with it of what is held back.
      await store.done(await store.due(ALL, ALL));
      expect(await store.nextDue()).toBeUndefined();
      const moved = entry('a', 9);
      await reach('', 'a', instanceOf('a', moved));
      expect(await store.due(ALL, ALL)).toEqual([]);
      await reach('a', undefined);
      expect(await store.due(ALL, ALL)).toEqual([moved]);
      expect(await store.nextDue()).toBe(9);
    });

    test('come further from where they are and from nowhere else, and a refused page stores nothing', async () => {
      await commit(store, { instances: [instanceOf('a', entry('a', 1))] });
      await commit(store, changed());
      await reach('', 'a');
      const wrong = reach('', 'b', instanceOf('a', entry('a', 5)));
      await expect(wrong).rejects.toThrow(SagaPositionMoved);
      expect(await store.unreached(SAGA)).toEqual([{ organisationId: AMIENS, after: 'a' }]);
      await reach('a', undefined);
      await expect(reach('a', undefined)).rejects.toThrow(SagaPositionMoved);
      expect(await store.due(ALL, ALL)).toEqual([entry('a', 1)]);
      const behind = store.commit({
        ...{ saga: SAGA, from: START, to: START, instances: [], ...changed(AMIENS, 1) },
      });
      await expect(behind).rejects.toThrow(SagaPositionMoved);
      expect(await store.settings(SAGA, AMIENS)).toBe('{"days":30}');
    });

    test('leave to be seen what one instance has planned, the next first, without what is done', async () => {
      const agenda = [entry('a', 30), entry('a', 10), entry('a', 20)];
      const beside = entry('a', 5, { organisationId: BREST });
      await commit(store, { instances: [instanceOf('a', ...agenda), instanceOf('a', beside)] });
      const planned = () => store.planned(SAGA, AMIENS, 'a');
      expect(await planned()).toEqual([entry('a', 10), entry('a', 20), entry('a', 30)]);
      await commit(store, changed());
      expect(await planned()).toHaveLength(3);
      await store.done([entry('a', 10)]);
      expect(await planned()).toEqual([entry('a', 20), entry('a', 30)]);
      expect(await store.planned(SAGA, BREST, 'a')).toEqual([beside]);
      expect(await store.planned(OTHER, AMIENS, 'a')).toEqual([]);
    });
  });
};
