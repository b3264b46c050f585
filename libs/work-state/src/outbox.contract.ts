import {
  START,
  type EventId,
  type OrganisationId,
  type PersonId,
  type Position,
  type StreamName,
} from '@vivier/kernel';
import type { OpenedWorkState } from './contract.ts';
import { SagaPositionMoved, type Outbox, type OutboxTask } from './port.ts';

const AMIENS = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const BREST = '6f1c0b7e-0000-4000-8000-00000000000b' as OrganisationId;
const EFFECT = 'sendMail';
const NOON = 1_780_000_000_000;

const at = (position: number): Position => position as Position;

const task = (event: string): OutboxTask => ({
  organisationId: AMIENS,
  effect: EFFECT,
  eventId: event as EventId,
  task: `{"about":"${event}"}`,
});

const take = async (outbox: Outbox, ...tasks: readonly OutboxTask[]): Promise<void> => {
  const from = await outbox.position(EFFECT);
  await outbox.take({ effect: EFFECT, from, to: at(from + 1), tasks, due: NOON });
};

const ada = 'ada' as PersonId;
const account = 'candidate-ada' as StreamName;
const dossier = 'application-1' as StreamName;

const names = (entries: readonly OutboxTask[]): string[] => entries.map(({ eventId }) => eventId);

/** What every adapter of the outbox must do. */
export const outboxContract = (name: string, open: () => Promise<OpenedWorkState>): void => {
  describe(`the outbox ${name}`, () => {
    let opened: OpenedWorkState;
    let outbox: Outbox;
    beforeEach(async () => {
      opened = await open();
      ({ outbox } = opened.store);
    });
    afterEach(() => opened.end());

    const first = async () => {
      const [entry] = await outbox.due(NOON, 10);
      if (!entry) throw new Error('There is no task.');
      return entry;
    };

    test('begins empty and before the log', async () => {
      expect(await outbox.position(EFFECT)).toBe(START);
      expect(await outbox.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      expect(await outbox.nextDue()).toBeUndefined();
      expect(await outbox.dead(10)).toEqual([]);
    });

    test('stores tasks and position together, and refuses a batch from elsewhere', async () => {
      await take(outbox, task('a'), task('b'));
      await expect(
        outbox.take({ effect: EFFECT, from: START, to: at(9), tasks: [task('c')], due: NOON }),
      ).rejects.toBeInstanceOf(SagaPositionMoved);
      expect(names(await outbox.due(NOON, 10)).sort()).toEqual(['a', 'b']);
      expect(await outbox.position(EFFECT)).toBe(at(0));
    });

    test('holds one task for an effect and an event, however often it is handed over', async () => {
      await take(outbox, task('a'));
      await outbox.begin(await first());
      await take(outbox, task('a'));
      expect(await outbox.due(NOON, 10)).toEqual([
        { ...task('a'), attempts: 1, due: NOON, failure: undefined },
      ]);
    });

    test('hands out nothing before its time, and the oldest first', async () => {
      await take(outbox, task('late'));
      await outbox.postpone(await first(), NOON + 5, 'Unreachable');
      await take(outbox, task('early'));
      expect(names(await outbox.due(NOON + 4, 10))).toEqual(['early']);
      expect(names(await outbox.due(NOON + 5, 10))).toEqual(['early', 'late']);
      expect(names(await outbox.due(NOON + 5, 1))).toEqual(['early']);
      expect(await outbox.nextDue()).toBe(NOON);
    });

    test('hands out tasks of one instant in the order of the log', async () => {
      const events = ['m', 'z', 'a', 'q'];
      await take(outbox, ...events.slice(0, 2).map(task));
      await take(outbox, ...events.slice(2).map(task));
      expect(names(await outbox.due(NOON, 10))).toEqual(events);
    });

    test('counts an attempt when it begins, so that a crash in it is seen', async () => {
      await take(outbox, task('a'));
      expect((await outbox.begin(await first())).attempts).toBe(1);
      const { outbox: again } = await opened.reopen();
      const [entry] = await again.due(NOON, 10);
      expect(entry?.attempts).toBe(1);
    });

    test('forgets what is done', async () => {
      await take(outbox, task('a'));
      await outbox.finish(await first());
      expect(await outbox.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      await expect(
        outbox.begin({ ...task('a'), attempts: 0, due: NOON, failure: undefined }),
      ).rejects.toBeInstanceOf(RangeError);
    });

    test('leaves alone what another process has done meanwhile', async () => {
      await take(outbox, task('a'));
      const entry = await first();
      await outbox.finish(entry);
      await outbox.postpone(entry, NOON + 5, 'Unreachable');
      await outbox.bury(entry, 'Refused');
      await outbox.finish(entry);
      expect(await outbox.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      expect(await outbox.dead(10)).toEqual([]);
    });

    test('lets one of several have for itself what all of them have read', async () => {
      await take(outbox, task('a'));
      const entry = await first();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 4 }, () => outbox.begin(entry, NOON)),
      );
      const refused = outcomes.filter((one) => one.status === 'rejected');
      expect(refused.map(({ reason }) => (reason as Error).name)).toEqual([
        ...['RangeError', 'RangeError', 'RangeError'],
      ]);
      expect((await first()).attempts).toBe(1);
    });

    test('hands out what is begun until an instant to nobody before, and then again', async () => {
      await take(outbox, task('a'));
      const begun = await outbox.begin(await first(), NOON + 5);
      expect(begun).toEqual({ ...task('a'), attempts: 1, due: NOON + 5, failure: undefined });
      expect(await outbox.due(NOON + 4, 10)).toEqual([]);
      expect(await outbox.nextDue()).toBe(NOON + 5);
      expect(await outbox.due(NOON + 5, 10)).toEqual([begun]);
    });

    test('keeps the dead apart and visible until they are revived', async () => {
      await take(outbox, task('a'));
      await outbox.bury(await outbox.begin(await first()), 'Refused');
      expect(await outbox.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      expect(await outbox.nextDue()).toBeUndefined();
      expect(await outbox.dead(10)).toEqual([
        { ...task('a'), attempts: 1, due: NOON, failure: 'Refused' },
      ]);
      expect(await outbox.revive(EFFECT, 'a' as EventId, NOON + 1)).toBe(true);
      expect(await outbox.revive(EFFECT, 'a' as EventId, NOON + 1)).toBe(false);
      expect((await outbox.due(NOON + 1, 10))[0]?.attempts).toBe(0);
    });

    test('GDPR 17: takes out what waits and what is dead of a person, and of nobody else', async () => {
      const about = (event: string, stream: StreamName, person = ada): OutboxTask => ({
        ...task(event),
        personId: person,
        stream,
      });
      await take(
        outbox,
        about('dead', account),
        about('waiting', account),
        about('hers', dossier),
        about('begun', dossier),
        about('bobs', 'candidate-bob' as StreamName, 'bob' as PersonId),
        { ...about('elsewhere', account), organisationId: BREST },
        task('nobodys'),
      );
      await outbox.bury(await outbox.begin(await first()), 'Refused');
      const begun = (await outbox.due(NOON, 10)).find(({ eventId }) => eventId === 'begun');
      await outbox.begin(begun!);
      expect((await outbox.dead(10))[0]).toMatchObject({ personId: ada, stream: account });

      const hers = { organisationId: AMIENS, personId: ada };
      expect(await outbox.removeAbout({ ...hers, but: [EFFECT] })).toBe(0);
      expect(await outbox.removeAbout({ ...hers, stream: dossier, but: ['another'] })).toBe(2);
      expect(names(await outbox.due(NOON, 10))).toEqual([
        ...['waiting', 'bobs', 'elsewhere', 'nobodys'],
      ]);
      expect(await outbox.removeAbout({ ...hers, but: [] })).toBe(2);
      expect(await outbox.removeAbout({ ...hers, but: [] })).toBe(0);
      expect(await outbox.dead(10)).toEqual([]);
      expect(names(await outbox.due(NOON, 10))).toEqual(['bobs', 'elsewhere', 'nobodys']);
      // What was begun comes to its end without them.
      await outbox.finish(begun!);
      expect(await outbox.due(NOON, 10)).toHaveLength(3);
    });

    test('finds everything again when it is opened anew', async () => {
      await take(outbox, task('a'), task('b'));
      await outbox.bury(await first(), 'Refused');
      const { outbox: again } = await opened.reopen();
      expect(await again.position(EFFECT)).toBe(at(0));
      expect(await again.due(NOON, 10)).toHaveLength(1);
      expect(await again.dead(10)).toHaveLength(1);
    });
  });
};
