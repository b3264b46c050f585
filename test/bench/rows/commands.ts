import { aggregates, rights } from '@vivier/domain';
import { WrongExpectedRevision, type EventStore } from '@vivier/event-store';
import { isRejection, type Actor, type CommandId, type OrganisationId } from '@vivier/kernel';
import { createExecute, derive, systemClock, type Execute } from '@vivier/runtime';
import { openHouse, silentLog } from '@vivier/server';
import { quantile } from '../measure.ts';
import { applicationIdOf, commentedDocument } from '../seed/dossiers.ts';
import { openParts } from '../seed/parts.ts';

/** Something that takes commands, and how to wait for all that follows from them. */
export interface CommandSide {
  readonly execute: Execute;
  readonly store: EventStore;
  readonly settled: () => Promise<void>;
  close(): Promise<void>;
}

/** The whole product in one process, as it ships: read models and sagas follow every commit. */
export const wholeHouse = async (folder: string): Promise<CommandSide> => {
  const house = await openHouse({ folder, purpose: 'bench', log: silentLog });
  await house.settled();
  return house;
};

/** The command side alone, as in a process of its own with that role: nothing follows the log here. */
export const commandsAlone = async (folder: string): Promise<CommandSide> => {
  const parts = await openParts(folder);
  const { store } = parts;
  const execute = createExecute({ aggregates, permissions: rights, clock: systemClock, ...parts });
  return { execute, store, settled: () => Promise.resolve(), close: () => parts.close() };
};

const operator: Actor = { kind: 'account', id: derive('bench-operator'), role: 'operator' };

/** Counts the appends that lost a race; the door retries them, so that nobody else sees them. */
export const countConflicts = ({ store }: Pick<CommandSide, 'store'>): (() => number) => {
  let conflicts = 0;
  const append = store.append.bind(store);
  store.append = async (...given) => {
    try {
      return await append(...given);
    } catch (error) {
      if (error instanceof WrongExpectedRevision) conflicts += 1;
      throw error;
    }
  };
  return () => conflicts;
};

export interface Sample {
  readonly perSecond: number;
  /** Seconds that 99 of 100 commands took at most, and half of them. */
  readonly p99: number;
  readonly p50: number;
  /** Processor time of the whole process for one command, in microseconds. */
  readonly processorMicros: number;
}

let sent = 0;

/**
 * Sends comments on documents, each with its words to be sealed: rights, input, load, decide, seal,
 * append, answer after the disk has it.
 *
 * @param next which dossier comes next
 */
export const sendCommands = async (
  { execute }: Pick<CommandSide, 'execute'>,
  organisationId: OrganisationId,
  { clients, commands }: { readonly clients: number; readonly commands: number },
  next: () => number,
): Promise<Sample> => {
  const seconds: number[] = [];
  let left = commands;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      sent += 1;
      const dossier = next();
      const started = performance.now();
      const outcome = await execute({
        name: 'CommentOnDocument',
        input: {
          applicationId: applicationIdOf(dossier),
          ...commentedDocument(dossier),
          comment:
            'Still cut off on the right: the stamp cannot be read, please scan it once more.',
        },
        organisationId,
        by: operator,
        commandId: derive('bench-sent', String(process.pid), String(sent)) as CommandId,
      });
      if (isRejection(outcome)) throw new Error(`A command was refused: ${outcome.rejected}.`);
      seconds.push((performance.now() - started) / 1000);
    }
  };
  const processor = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(processor);
  return {
    perSecond: commands / elapsed,
    p50: quantile(seconds, 0.5),
    p99: quantile(seconds, 0.99),
    processorMicros: (user + system) / commands,
  };
};
