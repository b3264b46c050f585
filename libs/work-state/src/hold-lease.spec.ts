import { holdLease, type LeaseHold, type LeaseHoldOptions, type Timer } from './hold-lease.ts';
import type { Lease, Leases } from './leases.ts';

/** Everything that waits for nothing but what has happened already. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that passes when the test says so. */
class HandTimer implements Timer {
  #now = 0;
  #waiting: { readonly at: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const waiter = { at: this.#now + ms, resolve };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
        resolve();
      });
    });
  }

  /** How many wait: none is left behind by what has ended. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const [next] = this.#waiting.toSorted((one, other) => one.at - other.at);
      if (!next || next.at > end) break;
      this.#now = next.at;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      next.resolve();
    }
    this.#now = end;
    await settle();
  }
}

/** Leases that do what the test says; what is asked of them is written down. */
class ToldLeases implements Leases {
  readonly asked: string[] = [];
  number = 0;
  isFree = true;
  isLost = false;
  isAway = false;
  /** What an answer waits for. */
  answering: Promise<void> = Promise.resolve();

  constructor(private readonly timer: HandTimer) {}

  async #ask(question: string): Promise<void> {
    this.asked.push(`${question} at ${this.timer.now()}`);
    if (this.isAway) throw new Error('away');
    await this.answering;
  }

  async acquire(name: string, _holder: string, ms: number): Promise<Lease | undefined> {
    await this.#ask('acquire');
    if (!this.isFree) return undefined;
    this.number += 1;
    this.isLost = false;
    return { name, number: this.number, until: ms };
  }

  async renew(lease: Lease): Promise<Lease | undefined> {
    await this.#ask(`renew ${lease.number}`);
    return this.isLost ? undefined : lease;
  }

  async release(lease: Lease): Promise<void> {
    await this.#ask(`release ${lease.number}`);
  }
}

describe('A lease that is held', () => {
  let timer: HandTimer;
  let leases: ToldLeases;
  let told: string[];
  const holds: LeaseHold[] = [];
  beforeEach(() => {
    timer = new HandTimer();
    leases = new ToldLeases(timer);
    told = [];
  });
  afterEach(async () => {
    leases.isAway = false;
    for (const hold of holds.splice(0)) await hold.release();
    expect(timer.waiting).toBe(0);
  });

  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });

  /** Works until it is told to end, and says when it begins and ends. */
  const begin = async (more: Partial<LeaseHoldOptions> = {}): Promise<LeaseHold> => {
    const hold = holdLease({
      leases,
      name: 'projector',
      holder: 'here',
      ms: 300,
      timer,
      onHeld: async ({ number }, signal) => {
        told.push(`begins ${number} at ${timer.now()}`);
        await untilAborted(signal);
        told.push(`ends ${number} at ${timer.now()}`);
      },
      onFailure: (error) => told.push((error as Error).message),
      ...more,
    });
    holds.push(hold);
    await settle();
    return hold;
  };

  test('is renewed at each third of its time', async () => {
    const hold = await begin();
    expect(hold.lease).toEqual({ name: 'projector', number: 1, until: 300 });
    await timer.pass(950);
    expect(leases.asked).toEqual([
      'acquire at 0',
      ...[100, 200, 300, 400, 500, 600, 700, 800, 900].map((at) => `renew 1 at ${at}`),
    ]);
    expect(told).toEqual(['begins 1 at 0']);
  });

  test('is tried for again at each third of its time while somebody else has it', async () => {
    leases.isFree = false;
    const hold = await begin();
    await timer.pass(250);
    expect(leases.asked).toEqual(['acquire at 0', 'acquire at 100', 'acquire at 200']);
    expect([told, hold.lease]).toEqual([[], undefined]);
    leases.isFree = true;
    await timer.pass(50);
    expect(told).toEqual(['begins 1 at 300']);
  });

  test('ends the work when the store says that it is lost, and is tried for again', async () => {
    const hold = await begin();
    await timer.pass(150);
    leases.isLost = true;
    leases.isFree = false;
    await timer.pass(50);
    expect(told).toEqual(['begins 1 at 0', 'ends 1 at 200']);
    expect(hold.lease).toBeUndefined();
    leases.isFree = true;
    await timer.pass(100);
    expect(told.slice(2)).toEqual(['begins 2 at 300']);
    expect(hold.lease?.number).toBe(2);
  });

  test('outlasts a store that is away for a moment', async () => {
    await begin();
    await timer.pass(50);
    leases.isAway = true;
    await timer.pass(200);
    leases.isAway = false;
    await timer.pass(500);
    expect(leases.asked.slice(0, 4)).toEqual([
      'acquire at 0',
      ...[100, 130, 160].map((at) => `renew 1 at ${at}`),
    ]);
    expect(leases.asked.at(-1)).toBe('renew 1 at 680');
    expect(told.filter((what) => what !== 'away')).toEqual(['begins 1 at 0']);
    expect(told).toHaveLength(7);
  });

  test('ends the work in time where no renewal comes through', async () => {
    await begin();
    await timer.pass(150);
    leases.isAway = true;
    await timer.pass(249);
    expect(told).not.toContain('ends 1 at 400');
    await timer.pass(1);
    // The last renewal that was answered had been asked for at 100.
    expect(told.at(-1)).toMatch(/away|ends 1 at 400/);
    expect(told).toContain('ends 1 at 400');
    await timer.pass(1_000);
    leases.isAway = false;
    await timer.pass(100);
    expect(told.at(-1)).toMatch(/^begins 2/);
  });

  test('ends the work in time where a renewal is never answered', async () => {
    await begin();
    let answer = () => {};
    leases.answering = new Promise((resolve) => (answer = resolve));
    await timer.pass(299);
    expect(told).toEqual(['begins 1 at 0']);
    await timer.pass(1);
    expect(told).toEqual(['begins 1 at 0', 'ends 1 at 300']);
    answer();
    await timer.pass(100);
    expect(told.slice(2)).toEqual(['begins 2 at 400']);
  });

  test('ends from when it was asked for, not from when the answer came', async () => {
    let answer = () => {};
    leases.answering = new Promise((resolve) => (answer = resolve));
    await begin();
    await timer.pass(250);
    answer();
    await settle();
    leases.isAway = true;
    await timer.pass(49);
    expect(told).toEqual(['begins 1 at 250']);
    await timer.pass(1);
    expect(told).toContain('ends 1 at 300');
  });

  test('is given back when that is asked for, after the work has ended, and kept until then', async () => {
    let finish = () => {};
    const finishing = new Promise<void>((resolve) => (finish = resolve));
    const hold = await begin({
      onHeld: async (_, signal) => {
        await untilAborted(signal);
        told.push('draining');
        await finishing;
      },
    });
    const released = hold.release().then(() => told.push('released'));
    await timer.pass(250);
    expect(told).toEqual(['draining']);
    finish();
    await released;
    expect(leases.asked).toEqual([
      'acquire at 0',
      'renew 1 at 100',
      'renew 1 at 200',
      'release 1 at 250',
    ]);
    await hold.release();
    await timer.pass(1_000);
    expect(leases.asked).toHaveLength(4);
    expect([told, hold.lease]).toEqual([['draining', 'released'], undefined]);
  });

  test('is given back at once where it came after nobody wanted it any more', async () => {
    let answer = () => {};
    leases.answering = new Promise((resolve) => (answer = resolve));
    const hold = await begin();
    const released = hold.release();
    answer();
    await released;
    expect(leases.asked).toEqual(['acquire at 0', 'release 1 at 0']);
    expect(told).toEqual([]);
  });

  test('is given back when the work ends or fails by itself, and tried for again later', async () => {
    let works = 0;
    await begin({
      onHeld: async () => {
        works += 1;
        if (works === 1) throw new Error('a bug');
      },
    });
    await timer.pass(150);
    expect(told).toEqual(['a bug']);
    expect(leases.asked).toEqual([
      'acquire at 0',
      'release 1 at 0',
      'acquire at 100',
      'release 2 at 100',
    ]);
  });
});

test('Without another timer a lease is held by the time of the machine.', async () => {
  const leases = new ToldLeases(new HandTimer());
  const renewed = new Promise<void>((resolve) => {
    leases.renew = async (lease) => {
      resolve();
      return lease;
    };
  });
  const hold = holdLease({
    leases,
    name: 'projector',
    holder: 'here',
    ms: 30,
    onHeld: (_, signal) =>
      new Promise((done) => signal.addEventListener('abort', () => done(undefined))),
  });
  await renewed;
  await hold.release();
  expect(leases.asked).toEqual(['acquire at 0', 'release 1 at 0']);
});
