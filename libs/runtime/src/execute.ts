import {
  AppendTooLarge,
  EventIdConflict,
  StoreFull,
  WrongExpectedRevision,
  type EventStore,
} from '@vivier/event-store';
import {
  streamName,
  type AnyCommand,
  type AnyDecider,
  type Clock,
  type OrganisationId,
  type Recorded,
  type Rejection,
  type Shape,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { KeyFenced, type Vault } from '@vivier/vault';
import { createAppend } from './append.ts';
import { ContextOf, type CommandEnvelope, type Done, type Permission } from './envelope.ts';
import type { RuntimeFaults } from './faults.ts';
import { needsUpgrade } from './followers.ts';
import { Folds } from './folds.ts';
import { checkInput } from './input.ts';
import { turns } from './one-at-a-time.ts';
import { unreadFor, type Readers } from './readers.ts';
import { commandRejections } from './rejections.ts';
import { createJudge, type Received } from './verdict.ts';

export interface CommandPorts {
  readonly aggregates: Readonly<Record<string, AnyDecider>>;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'seal' | 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
  readonly clock: Clock;
  /** Where other processes read the log too. */
  readonly readers?: Readers | undefined;
  /**
   * Told of what has just become durable, at once; what it gives back is awaited before the sender is
   * answered. It never rejects. Not told where an earlier execution made the events.
   */
  readonly onAppended?: (
    organisationId: OrganisationId,
    events: readonly Recorded[],
  ) => Promise<void> | undefined;
  readonly faults?: RuntimeFaults;
}

export type Execute = (envelope: CommandEnvelope) => Promise<Done | Rejection>;

/** Races with other processes on one stream are retried this often before the sender is told. */
const ATTEMPTS = 16;

/** The engine's code for it, as keys meet it that are made before the events are written (SQLITE_FULL). */
const SQLITE_FULL = 13;

/** Whatever was to be written found no room: the events, or the keys that they are sealed with. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof StoreFull ||
  (((error as { readonly errcode?: number } | null)?.errcode ?? 0) & 0xff) === SQLITE_FULL;

/**
 * Makes the one door through which every change goes: rights, input, idempotence, the fold, the
 * evidence, the decision, sealing and the append.
 */
export const createExecute = (ports: CommandPorts): Execute => {
  const folds = new Folds(ports.store, ports.codec);
  const judge = createJudge({ ...ports, folds });
  const append = createAppend(ports);
  const unread = ports.readers && unreadFor(ports.readers, ports.codec);
  const inTurn = turns();
  const commands = new Map<
    string,
    { readonly aggregate: AnyDecider; readonly command: AnyCommand }
  >();
  for (const aggregate of Object.values(ports.aggregates))
    for (const [name, command] of Object.entries(
      aggregate.commands as Record<string, AnyCommand>,
    )) {
      if (commands.has(name)) throw new TypeError(`Two aggregates have a command ${name}.`);
      commands.set(name, { aggregate, command });
    }

  // A store that does not tell repetitions could take what another process did for this command's own.
  const mayRemember = ports.store.tellsRepetitions === true;

  /** @param anew what is remembered was behind: the store is asked */
  const attempt = async (received: Received, anew: boolean): Promise<Done | Rejection> => {
    const { envelope, command } = received;
    const remembered = anew || !mayRemember ? undefined : folds.remembered(received);
    let verdict = remembered && (await judge.onRemembered(received, remembered));
    if (!verdict) {
      const after = command.concerns ? envelope.seen : undefined;
      const { fold, events } = await folds.read(received, after);
      const judged = await judge.onStored(received, fold, events);
      if (!('decided' in judged)) return judged;
      verdict = judged;
    }
    const event = unread && (await unread(verdict.decided));
    if (event !== undefined) return commandRejections.UpgradeInProgress({ event });
    const done = await append(verdict);
    if (!done) return attempt(received, true);
    const following = ports.onAppended?.(received.organisationId, done.events);
    folds.appended(received, done.events);
    if (following) await following;
    ports.faults?.at('after-commit-before-answer');
    return done;
  };

  const tried = async (received: Received): Promise<Done | Rejection> => {
    for (let turn = 0; turn < ATTEMPTS; turn += 1) {
      try {
        return await attempt(received, turn > 0);
      } catch (error) {
        if (error instanceof KeyFenced) return received.aggregate.absent();
        if (error instanceof AppendTooLarge) return commandRejections.InputTooLarge();
        if (isDiskFull(error)) return commandRejections.StoreFull();
        if (needsUpgrade(error)) return commandRejections.UpgradeNeeded({ event: error.wireType });
        // A lost race: what the winner wrote is read before deciding again.
        if (!(error instanceof WrongExpectedRevision || error instanceof EventIdConflict))
          throw error;
      }
    }
    return commandRejections.TooManyConflicts();
  };

  return async (envelope) => {
    const found = commands.get(envelope.name);
    const permission = ports.permissions[envelope.name];
    if (!found || permission === undefined)
      throw new TypeError(`There is no command ${envelope.name}.`);
    const { by } = envelope;
    const may =
      permission === 'anyone' ||
      (permission === 'saga' ? by.kind === 'saga' : permission[by.role] !== undefined);
    if (!may) return commandRejections.NotAllowed();
    const { aggregate, command } = found;
    const checked = checkInput(command.input as Shape, envelope.input);
    if ('rejected' in checked) return checked;
    const { input, canonical } = checked;
    const { organisationId } = envelope;
    const key = command.key(input, new ContextOf(envelope, ports.clock));
    const stream = streamName(aggregate.category, key);
    const whole = { organisationId, aggregate, stream };
    const received = { ...whole, envelope, permission, command, input, canonical, key };
    // Within one process nobody loses a race for a stream: its commands come one after another.
    return inTurn(stream, () => tried(received));
  };
};
