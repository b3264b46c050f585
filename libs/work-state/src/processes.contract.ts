import { LogNewerThanProgram, type ProcessEntry, type Processes } from './processes.ts';

/** The register as two processes see it, or one process twice. */
export interface OpenedProcesses {
  readonly here: Processes;
  readonly there: Processes;
  end(): Promise<void>;
}

/** Longer than any test takes. */
const LONG = 600_000;

const entry = (id: string, reads: Readonly<Record<string, number>>): ProcessEntry => ({
  id,
  roles: ['api', 'feed'],
  reads: new Map(Object.entries(reads)),
});
const older = entry('older', { Registered: 1, Erased: 1 });
const newer = entry('newer', { Registered: 2, Erased: 1, Shared: 1 });

const written = async (processes: Processes): Promise<Record<string, number>> =>
  Object.fromEntries(await processes.enter(newer, LONG));

/** What every adapter of the register must do. */
export const processesContract = (name: string, open: () => Promise<OpenedProcesses>): void => {
  describe(`the register of processes ${name}`, () => {
    let opened: OpenedProcesses;
    let here: Processes;
    let there: Processes;
    beforeEach(async () => {
      opened = await open();
      ({ here, there } = opened);
    });
    afterEach(() => opened.end());

    test('nothing was written at first, and what everybody reads may be', async () => {
      expect(await written(here)).toEqual({});
      expect(await there.enter(older, LONG)).toEqual(new Map());
      expect(await here.allow('Erased', 1)).toEqual([]);
      expect(await written(there)).toEqual({ Erased: 1 });
    });

    test.each([
      ['a version that somebody does not read', 'Registered', 2],
      ['an event that somebody does not know', 'Shared', 1],
    ])('%s is not allowed until they have left', async (_, type, version) => {
      await here.enter(older, LONG);
      await there.enter(newer, LONG);
      expect(await there.allow(type, version)).toEqual([older]);
      expect(await there.allow(type, version)).toEqual([older]);
      expect(await written(there)).toEqual({});
      await here.leave(older.id);
      await here.leave(older.id);
      expect(await there.allow(type, version)).toEqual([]);
      expect(await here.allow(type, version)).toEqual([]);
      expect(await written(here)).toEqual({ [type]: version });
    });

    test('whoever does not read what was written does not enter, whatever version comes first', async () => {
      await here.enter(newer, LONG);
      expect(await here.allow('Registered', 2)).toEqual([]);
      const refusal = await there.enter(older, LONG).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(LogNewerThanProgram);
      expect(refusal).toMatchObject({
        wireType: 'Registered.v2',
        message:
          'The log was written by a newer version of the program (it may hold Registered.v2): start that version.',
      });
      expect(await there.renew(older.id, LONG)).toBe(false);
      // An older version than what is there already asks for nothing new.
      expect(await there.allow('Registered', 1)).toEqual([]);
      expect(await written(there)).toEqual({ Registered: 2 });
      await expect(there.enter(entry('other', { Registered: 3 }), LONG)).resolves.toEqual(
        new Map([['Registered', 2]]),
      );
    });

    test('whoever does not read a kind of event that was written does not enter', async () => {
      await here.allow('Shared', 1);
      await expect(there.enter(older, LONG)).rejects.toThrow('Shared.v1');
      await expect(there.enter(newer, LONG)).resolves.toEqual(new Map([['Shared', 1]]));
    });

    test('whoever entered is renewed until it has left', async () => {
      expect(await here.renew('older', LONG)).toBe(false);
      await here.enter(older, LONG);
      expect(await there.renew('older', LONG)).toBe(true);
      await there.leave('older');
      expect(await here.renew('older', LONG)).toBe(false);
    });

    test('who enters again with more is known by what it reads now', async () => {
      await here.enter(older, LONG);
      await here.enter({ ...newer, id: older.id }, LONG);
      expect(await there.allow('Shared', 1)).toEqual([]);
    });

    test('of one who enters and one who asks at the same moment, one is refused, thirty times', async () => {
      const known: Record<string, number> = {};
      for (let round = 0; round < 30; round += 1) {
        const type = `Event${'abcdefghijklmnopqrstuvwxyzABCD'.charAt(round)}`;
        const unaware = entry(`unaware ${round}`, known);
        const [entering, asking] = await Promise.allSettled([
          here.enter(unaware, LONG),
          there.allow(type, 1),
        ]);
        if (asking.status === 'rejected') throw asking.reason;
        const isAllowed = asking.value.length === 0;
        expect(entering.status).toBe(isAllowed ? 'rejected' : 'fulfilled');
        if (isAllowed) known[type] = 1;
        await there.leave(unaware.id);
      }
      const all = entry('all', known);
      expect(Object.fromEntries(await here.enter(all, LONG))).toEqual(known);
    });

    test.each([0, -1, 1.5, Number.NaN, Infinity])('a time of %d ms is refused', async (ms) => {
      await expect(here.enter(newer, ms)).rejects.toThrow(RangeError);
      await expect(here.renew(newer.id, ms)).rejects.toThrow(RangeError);
      expect(await there.renew(newer.id, LONG)).toBe(false);
    });
  });
};
