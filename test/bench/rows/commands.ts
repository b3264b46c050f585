import { randomUUID } from 'node:crypto';
import { aggregates, rights } from '@vivier/domain';
import {
  isRejection,
  type Actor,
  type CommandId,
  type OrganisationId,
  type Position,
} from '@vivier/kernel';
import {
  commandRejections,
  createExecute,
  derive,
  systemClock,
  type Execute,
} from '@vivier/runtime';
import { openHouse, silentLog, type House } from '@vivier/server';
import { quantile, timed } from '../measure.ts';
import { applicationIdOf } from '../seed/dossiers.ts';
import type { OnServers } from '../seed/folder.ts';
import { openParts } from '../seed/parts.ts';

/** Something that takes commands, and how to wait for all that follows from them. */
export interface CommandSide {
  readonly execute: Execute;
  readonly settled: () => Promise<void>;
  close(): Promise<void>;
}

/** The whole product in one process, as it ships: read models and sagas follow every commit. */
export const wholeHouse = (folder: string): Promise<CommandSide> => openedHouse(folder);

/** The same with all that it is made of. */
export const openedHouse = async (folder: string, servers: OnServers = {}): Promise<House> => {
  const house = await openHouse({ folder, ...servers, purpose: 'bench', log: silentLog });
  await house.settled();
  return house;
};

/** The command side alone, as in a process of its own with that role: nothing follows the log here. */
export const commandsAlone = async (folder: string): Promise<CommandSide> => {
  const parts = await openParts(folder);
  const execute = createExecute({ aggregates, permissions: rights, clock: systemClock, ...parts });
  return { execute, settled: () => Promise.resolve(), close: () => parts.close() };
};

const operator: Actor = { kind: 'account', id: derive('bench-operator'), role: 'operator' };

export interface Sample {
  readonly perSecond: number;
  /** Seconds that 99 of 100 commands took at most, and half of them. */
  readonly p99: number;
  readonly p50: number;
  /** Processor time of the whole process for one command, in microseconds. */
  readonly processorMicros: number;
  /** The share that was refused first, because another client had decided on the same dossier. */
  readonly refused: number;
}

/** Of a seeded dossier; it was returned then, and each decision turns that round. */
const SEEDED_REVISION = 9;

/** What a dossier is once its stream has come so far. */
export const stateAt = (revision: number): 'accepted' | 'returned' =>
  (revision - SEEDED_REVISION) % 2 === 0 ? 'returned' : 'accepted';

/** What the clients have last seen of each dossier. */
export type Seen = Map<number, number>;

/** Clients know the ids that they use: making them is no part of what is measured. */
const applicationIds = new Map<number, string>();

const idOf = (dossier: number): string => {
  const known = applicationIds.get(dossier) ?? applicationIdOf(dossier);
  applicationIds.set(dossier, known);
  return known;
};

const decisionAt = (revision: number, dossier: number) => {
  const applicationId = idOf(dossier);
  const words = 'The stamp on the second page cannot be read: please scan it once more, in colour.';
  return stateAt(revision) === 'returned'
    ? { name: 'AcceptApplication', input: { applicationId, overrideReason: words } }
    : { name: 'ReturnApplication', input: { applicationId, reason: words } };
};

const CHANGED = commandRejections.ChangedSinceSeen().rejected;

/** What became of one decision. */
export interface Decided {
  readonly dossier: number;
  /** Of the dossier's stream, after it. */
  readonly revision: number;
  /** What a question hands on as `atLeast`. */
  readonly position: Position;
  /** How often it was refused first. */
  readonly refused: number;
}

/**
 * Sends one decision on a whole dossier, with its words to be sealed: rights, input, load, decide, seal,
 * append, answer after the disk has it. A client whose dossier was decided on meanwhile is refused, looks
 * again, and decides again, as an operator would.
 */
export const decideOn = async (
  { execute }: Pick<CommandSide, 'execute'>,
  organisationId: OrganisationId,
  seen: Seen,
  dossier: number,
): Promise<Decided> => {
  for (let refused = 0; ; refused += 1) {
    const revision = seen.get(dossier) ?? SEEDED_REVISION;
    const outcome = await execute({
      ...decisionAt(revision, dossier),
      organisationId,
      by: operator,
      commandId: randomUUID() as CommandId,
      seen: revision,
    });
    if (!isRejection(outcome)) {
      const { position } = outcome;
      if (position === undefined) throw new Error('A decision made nothing.');
      seen.set(dossier, Math.max(outcome.revision, seen.get(dossier) ?? 0));
      return { dossier, revision: outcome.revision, position, refused };
    }
    if (outcome.rejected !== CHANGED)
      throw new Error(`A command was refused: ${outcome.rejected}.`);
    seen.set(dossier, Number(outcome.details?.['revision']));
  }
};

/**
 * Sends decisions one after the other from so many clients ({@link decideOn}).
 *
 * @param next which dossier comes next
 * @param then what a client does before its next one; default: nothing
 */
export const sendCommands = async (
  side: Pick<CommandSide, 'execute'>,
  organisationId: OrganisationId,
  { clients, commands }: { readonly clients: number; readonly commands: number },
  seen: Seen,
  next: () => number,
  then?: (decided: Decided) => Promise<unknown>,
): Promise<Sample> => {
  const seconds: number[] = [];
  let refused = 0;
  let left = commands;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      const decided = await decideOn(side, organisationId, seen, next());
      seconds.push((performance.now() - started) / 1000);
      refused += decided.refused;
      await then?.(decided);
    }
  };
  const { seconds: elapsed, processorSeconds } = await timed(() =>
    Promise.all(Array.from({ length: clients }, client)),
  );
  return {
    perSecond: commands / elapsed,
    p50: quantile(seconds, 0.5),
    p99: quantile(seconds, 0.99),
    processorMicros: (processorSeconds * 1e6) / commands,
    refused: refused / (commands + refused),
  };
};
