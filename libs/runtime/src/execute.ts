import {
  AppendTooLarge,
  EventIdConflict,
  StoreFull,
  WrongExpectedRevision,
  type EventStore,
} from '@vivier/event-store';
import {
  isRejection,
  streamName,
  type AnyCommand,
  type AnyDecider,
  type Clock,
  type CommandContext,
  type DomainEvent,
  type EvidenceRequests,
  type OrganisationId,
  type Rejection,
  type Shape,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { KeyFenced, type Vault } from '@vivier/vault';
import { createAppend } from './append.ts';
import { derive } from './derive.ts';
import { digestOf } from './digest.ts';
import { newIdOf, type CommandEnvelope, type Done, type Permission } from './envelope.ts';
import type { RuntimeFaults } from './faults.ts';
import { needsUpgrade } from './followers.ts';
import { checkInput, type Checked } from './input.ts';
import { Folds } from './folds.ts';
import type { Loaded } from './log.ts';
import { turns } from './one-at-a-time.ts';
import { commandRejections } from './rejections.ts';

export interface CommandPorts {
  readonly aggregates: Readonly<Record<string, AnyDecider>>;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'seal' | 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
  readonly clock: Clock;
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
  const { vault, clock } = ports;
  const append = createAppend(ports);
  const folds = new Folds(ports.store, ports.codec);
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

  /** The first outcome of this very command, a refusal of a reused id, or neither. */
  const earlier = async (
    envelope: CommandEnvelope,
    aggregate: AnyDecider,
    key: string,
    loaded: Loaded,
    canonical: string,
  ): Promise<Done | Rejection | undefined> => {
    const events = loaded.events.filter(
      (event) =>
        event.commandId === envelope.commandId &&
        event.by.kind === envelope.by.kind &&
        event.by.id === envelope.by.id,
    );
    const [first] = events;
    const last = events.at(-1);
    if (!first || !last) return undefined;
    if (first.command !== envelope.name) return commandRejections.CommandIdReused();
    const person = aggregate.person(loaded.state);
    try {
      const digest = await digestOf(
        vault,
        envelope.organisationId,
        person,
        aggregate.scope(key),
        canonical,
      );
      if (digest !== first.inputDigest) return commandRejections.CommandIdReused();
    } catch (error) {
      // The key went with the person: the outcome stands, what was sent cannot be compared any more.
      if (!(error instanceof KeyFenced)) throw error;
    }
    return { key, events, position: last.position, revision: last.revision, repeated: true };
  };

  const contextOf = (envelope: CommandEnvelope): CommandContext => ({
    at: new Date(clock.now()).toISOString(),
    by: envelope.by,
    organisationId: envelope.organisationId,
    newId: newIdOf(envelope),
    derive,
  });

  const gather = async (
    organisationId: OrganisationId,
    requests: EvidenceRequests,
  ): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(requests).map(async ([name, { of, key }]) => {
          const { state, revision } = await folds.load(organisationId, of, key);
          return [name, { state, revision }] as const;
        }),
      ),
    );

  const attempt = async (
    envelope: CommandEnvelope,
    { aggregate, command }: { readonly aggregate: AnyDecider; readonly command: AnyCommand },
    { input, canonical }: Checked,
    permission: Permission,
    key: string,
  ): Promise<Done | Rejection> => {
    const { organisationId, by } = envelope;
    const context = contextOf(envelope);
    const { at } = context;
    const loaded = await folds.load(organisationId, aggregate, key);

    const theirs =
      typeof permission === 'object' &&
      permission[by.role] === 'own' &&
      loaded.revision >= 0 &&
      aggregate.person(loaded.state) !== by.personId;
    if (theirs || (loaded.revision < 0 && !command.creates)) return aggregate.absent();

    const before = await earlier(envelope, aggregate, key, loaded, canonical);
    if (before) return before;

    if (command.concerns) {
      const { seen } = envelope;
      if (seen === undefined || seen > loaded.revision)
        return commandRejections.InvalidInput({
          fields: { seenRevision: 'must be a revision of this application that you have read' },
        });
      const changes = loaded.events
        .filter((event) => event.revision > seen && command.concerns?.(input as never, event))
        .map(({ type, at: when, by: { kind, id, role }, revision }) => ({
          event: type,
          at: when,
          by: { kind, id, role },
          revision,
        }));
      if (changes.length > 0)
        return commandRejections.ChangedSinceSeen({ changes, revision: loaded.revision });
    }

    const requests = (command.evidence?.(input, loaded.state, context) ?? {}) as EvidenceRequests;
    const evidence = await gather(organisationId, requests);
    const decided = command.decide(input, loaded.state, {
      ...context,
      evidence: evidence as never,
    }) as readonly DomainEvent[] | Rejection;
    if (isRejection(decided)) return decided;
    if (decided.length === 0)
      return {
        key,
        events: [],
        position: loaded.events.at(-1)?.position,
        revision: loaded.revision,
        repeated: false,
      };
    const done = await append({ envelope, aggregate, key, loaded, decided, at, canonical });
    ports.faults?.at('after-commit-before-answer');
    return done;
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
    const checked = checkInput(found.command.input as Shape, envelope.input);
    if ('rejected' in checked) return checked;
    const { aggregate, command } = found;
    const key = command.key(checked.input, contextOf(envelope));

    const tried = async (): Promise<Done | Rejection> => {
      for (let turn = 0; turn < ATTEMPTS; turn += 1) {
        try {
          return await attempt(envelope, found, checked, permission, key);
        } catch (error) {
          if (error instanceof KeyFenced) return aggregate.absent();
          if (error instanceof AppendTooLarge) return commandRejections.InputTooLarge();
          if (isDiskFull(error)) return commandRejections.StoreFull();
          if (needsUpgrade(error))
            return commandRejections.UpgradeNeeded({ event: error.wireType });
          // A lost race: what the winner wrote is read before deciding again.
          if (!(error instanceof WrongExpectedRevision || error instanceof EventIdConflict))
            throw error;
        }
      }
      return commandRejections.TooManyConflicts();
    };
    // Within one process nobody loses a race for a stream: its commands come one after another.
    return inTurn(streamName(aggregate.category, key), tried);
  };
};
