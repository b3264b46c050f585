import { hostname } from 'node:os';
import { sleeping, type Readers, type Wait } from '@vivier/runtime';
import { newId } from '@vivier/vault';
import { LogNewerThanProgram, type EventVersions, type Processes } from '@vivier/work-state';
import { kindOf, type Log } from './log.ts';

export interface RegisterOptions {
  readonly processes: Processes;
  readonly roles: readonly string[];
  readonly reads: EventVersions;
  readonly log: Log;
  /** Between two signs of life; default: a timer. */
  readonly wait?: Wait;
}

/** This process among those that read the same log. */
export interface ProcessRegister extends Readers {
  /** Tells the others that this one reads no more. Idempotent. */
  leave(): Promise<void>;
}

/** From one sign of life to the next, in ms. */
const BEAT_MS = 5_000;

/** Who has given none for so long is held to be gone, in ms by the database's clock. */
const GONE_MS = 15_000;

/**
 * Enters this process, with what it reads, before it follows the log or takes commands, and keeps it there
 * until it leaves. A release is rolled out so: what some process could not read yet is not written.
 *
 * @throws LogNewerThanProgram where the log may hold what this program does not read
 */
export const enterRegister = async (options: RegisterOptions): Promise<ProcessRegister> => {
  const { processes, roles, reads, log, wait = sleeping } = options;
  // Told to operators, who find the process by it.
  const id = `${hostname()}:${process.pid}:${newId()}`;
  /** What may be written for good: nobody enters any more who does not read it. */
  const allowed = new Map<string, number>();
  const asked = new Map<string, Promise<boolean>>();
  const told = new Set<string>();

  const enter = async (): Promise<void> => {
    for (const [type, version] of await processes.enter({ id, roles, reads }, GONE_MS))
      allowed.set(type, version);
  };

  const ask = async (type: string, version: number): Promise<boolean> => {
    const late = await processes.allow(type, version);
    if (late.length === 0) {
      allowed.set(type, version);
      return true;
    }
    const event = `${type}.v${version}`;
    if (!told.has(event))
      log.warn(
        { event, processes: late.map((other) => ({ id: other.id, roles: other.roles })) },
        'An event is not written while these processes, of an older version, run.',
      );
    told.add(event);
    return false;
  };

  const beat = async (): Promise<void> => {
    try {
      if (!(await processes.renew(id, GONE_MS))) await enter();
    } catch (error) {
      const kind = kindOf(error);
      if (!(error instanceof LogNewerThanProgram))
        log.warn({ kind }, 'The register of processes cannot be had at the moment.');
      else if (!told.has(kind)) {
        told.add(kind);
        log.error(
          { event: error.wireType },
          'While this process was not heard of, a newer version of the program went on: start that version.',
        );
      }
    }
  };

  await enter();
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    for (;;) {
      await wait(BEAT_MS, signal);
      if (signal.aborted) return;
      await beat();
    }
  };
  const running = run();

  return {
    canAllRead: (type, version) => {
      if ((allowed.get(type) ?? 0) >= version) return true;
      const event = `${type}.v${version}`;
      // Commands that come meanwhile wait for the same answer.
      const answer = asked.get(event) ?? ask(type, version).finally(() => asked.delete(event));
      asked.set(event, answer);
      return answer;
    },
    leave: async () => {
      stopping.abort();
      await running;
      // Where the database is away, its time runs out.
      await processes.leave(id).catch(() => undefined);
    },
  };
};
