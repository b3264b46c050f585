import type { Wait } from '@vivier/runtime';
import { openEmbeddedWorkState, type Processes } from '@vivier/work-state';
import type { Log } from './log.ts';
import { enterRegister } from './process-register.ts';

const older = new Map([['Registered', 1]]);
const newer = new Map([
  ['Registered', 2],
  ['Shared', 1],
]);

/** Everything that waits for nothing but what has happened already. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until the test says that the time has come. */
const byHand = () => {
  let come: () => void = () => undefined;
  const wait: Wait = (_, signal) =>
    new Promise((resolve) => {
      come = resolve;
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  const beat = async (): Promise<void> => {
    come();
    await settle();
  };
  return { wait, beat };
};

/** A register, and what is asked of it. */
const opened = async () => {
  const { processes } = await openEmbeddedWorkState({ file: ':memory:' });
  const asked: string[] = [];
  const away: { error?: Error } = {};
  const heard = <Args extends [unknown, ...unknown[]], T>(
    what: string,
    ask: (...args: Args) => Promise<T>,
  ) => {
    return async (...args: Args): Promise<T> => {
      asked.push(what === 'allow' ? `allow ${String(args[0])}` : what);
      if (away.error) throw away.error;
      return ask(...args);
    };
  };
  const watched: Processes = {
    enter: heard('enter', (...args) => processes.enter(...args)),
    renew: heard('renew', (...args) => processes.renew(...args)),
    leave: heard('leave', (...args) => processes.leave(...args)),
    allow: heard('allow', (...args) => processes.allow(...args)),
  };
  const lines: [string, object][] = [];
  const log = {
    info: () => undefined,
    warn: (about: object) => lines.push(['warn', about]),
    error: (about: object) => lines.push(['error', about]),
  } as unknown as Log;
  return { processes, watched, asked, away, lines, log };
};

test('What an older process could not read is held back until it has left, and then free for good', async () => {
  const { watched: processes, asked, log, lines } = await opened();
  const old = await enterRegister({ processes, log, roles: ['projector'], reads: older });
  const now = await enterRegister({ processes, log, roles: ['api'], reads: newer });
  const event = ['Registered', 2] as const;
  expect(await now.canAllRead(...event)).toBe(false);
  expect(await now.canAllRead(...event)).toBe(false);
  expect(await old.canAllRead('Registered', 1)).toBe(true);
  // Whoever looks after it is told once, and which processes it waits for.
  const waitsFor = { id: expect.any(String) as string, roles: ['projector'] };
  expect(lines).toEqual([['warn', { event: 'Registered.v2', processes: [waitsFor] }]]);
  await old.leave();
  const askNow = async (): Promise<boolean> => now.canAllRead(...event);
  expect(await Promise.all([askNow(), askNow()])).toEqual([true, true]);
  expect(now.canAllRead(...event)).toBe(true);
  expect(asked.filter((one) => one === 'allow Registered')).toHaveLength(4);
  await now.leave();
});

test('What was written before it came, a process does not ask for', async () => {
  const { watched: processes, asked, log } = await opened();
  const first = await enterRegister({ processes, log, roles: ['api'], reads: newer });
  await first.canAllRead('Registered', 2);
  await first.leave();
  const second = await enterRegister({ processes, log, roles: ['api'], reads: newer });
  asked.length = 0;
  expect(second.canAllRead('Registered', 2)).toBe(true);
  expect(asked).toEqual([]);
  await second.leave();
  const third = enterRegister({ processes, log, roles: ['api'], reads: older });
  await expect(third).rejects.toThrow(
    'The log was written by a newer version of the program (it may hold Registered.v2): start that version.',
  );
});

test('It gives signs of life until it leaves, and enters again where it was held to be gone', async () => {
  const { processes: register, watched: processes, asked, away, lines, log } = await opened();
  const { wait, beat } = byHand();
  const id: string[] = [];
  const { enter } = processes;
  const noting: Processes = {
    ...processes,
    enter: (entry, ms) => {
      id.push(entry.id);
      return enter(entry, ms);
    },
  };
  const own = { processes: noting, log, roles: ['api'], reads: older, wait };
  const process = await enterRegister(own);
  await beat();
  expect(asked).toEqual(['enter', 'renew']);
  away.error = new Error('away');
  await beat();
  expect(lines).toEqual([['warn', { kind: 'Error' }]]);
  delete away.error;
  await register.leave(id[0] ?? '');
  await beat();
  expect(asked.slice(3)).toEqual(['renew', 'enter']);
  expect(new Set(id).size).toBe(1);

  // Held to be gone once more, and now a newer version goes on without it.
  await register.leave(id[0] ?? '');
  await register.allow('Shared', 1);
  await beat();
  await beat();
  expect(lines.slice(1)).toEqual([['error', { event: 'Shared.v1' }]]);
  await process.leave();
  asked.length = 0;
  await beat();
  expect(asked).toEqual([]);
});

test('A database that is away keeps no process from ending', async () => {
  const { watched: processes, away, log } = await opened();
  const process = await enterRegister({ processes, log, roles: ['api'], reads: older });
  away.error = new Error('away');
  await expect(process.leave()).resolves.toBeUndefined();
});
