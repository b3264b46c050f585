import type { Lease, Leases } from './leases.ts';

/** Leases as two processes see them, or one process twice. */
export interface OpenedLeases {
  readonly here: Leases;
  readonly there: Leases;
  end(): Promise<void>;
}

/** Longer than any test takes. */
const LONG = 600_000;

/** What every adapter of the leases must do. */
export const leasesContract = (name: string, open: () => Promise<OpenedLeases>): void => {
  describe(`the leases ${name}`, () => {
    let opened: OpenedLeases;
    let here: Leases;
    let there: Leases;
    beforeAll(async () => {
      opened = await open();
      ({ here, there } = opened);
    });
    afterAll(() => opened.end());

    const had = async (leases: Leases, lease: string): Promise<Lease> => {
      const got = await leases.acquire(lease, 'somebody', LONG);
      if (!got) throw new Error(`The lease ${lease} is not to be had.`);
      return got;
    };

    test('the first holder has number 1, and nobody else has it meanwhile', async () => {
      const lease = await had(here, 'first');
      expect(lease).toMatchObject({ name: 'first', number: 1 });
      expect(lease.until).toBeGreaterThan(0);
      expect(await there.acquire('first', 'another', LONG)).toBeUndefined();
      expect(await here.acquire('first', 'somebody', LONG)).toBeUndefined();
    });

    test('of sixteen who want it at once, one has it, twenty times', async () => {
      const numbers: number[] = [];
      for (let round = 0; round < 20; round += 1) {
        const outcomes = await Promise.all(
          Array.from({ length: 16 }, (_, n) =>
            (n % 2 === 0 ? here : there).acquire('wanted', `holder ${n}`, LONG),
          ),
        );
        const [lease, ...more] = outcomes.filter((one) => one !== undefined);
        expect(more).toEqual([]);
        if (!lease) throw new Error('Nobody has it.');
        numbers.push(lease.number);
        await there.release(lease);
      }
      // Each is greater than the one before.
      expect([...new Set(numbers)].sort((one, other) => one - other)).toEqual(numbers);
      expect(numbers).toHaveLength(20);
    });

    test('a renewal keeps the number, and never ends earlier than before', async () => {
      const lease = await had(here, 'renewed');
      const again = await there.renew(lease, 2 * LONG);
      expect(again).toMatchObject({ name: 'renewed', number: lease.number });
      expect(again?.until).toBeGreaterThanOrEqual(lease.until);
      const shorter = await here.renew(lease, 1);
      expect(shorter?.until).toBe(again?.until);
      expect(await there.acquire('renewed', 'another', LONG)).toBeUndefined();
    });

    test('what is given back is had by the next one, under a greater number', async () => {
      const lease = await had(here, 'given back');
      await here.release(lease);
      expect(await here.renew(lease, LONG)).toBeUndefined();
      const next = await had(there, 'given back');
      expect(next.number).toBeGreaterThan(lease.number);
    });

    test('who has lost it neither renews it nor gives it back', async () => {
      const lost = await had(here, 'lost');
      await here.release(lost);
      const lease = await had(there, 'lost');
      expect(await here.renew(lost, LONG)).toBeUndefined();
      await here.release(lost);
      expect(await there.renew(lease, LONG)).toMatchObject({ number: lease.number });
      expect(await here.acquire('lost', 'another', LONG)).toBeUndefined();
    });

    test('one name has nothing to do with another', async () => {
      const one = await had(here, 'one');
      const other = await had(there, 'other');
      await here.release(one);
      expect(await there.renew(other, LONG)).toMatchObject({ number: other.number });
      expect(await here.acquire('other', 'another', LONG)).toBeUndefined();
    });

    test.each([0, -1, 1.5, Number.NaN, Infinity])('a time of %d ms is refused', async (ms) => {
      const lease = { name: 'timeless', number: 1, until: 0 };
      await expect(here.acquire('timeless', 'somebody', ms)).rejects.toThrow(RangeError);
      await expect(here.renew(lease, ms)).rejects.toThrow(RangeError);
      expect(await here.renew(lease, LONG)).toBeUndefined();
    });
  });
};
