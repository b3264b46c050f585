import {
  AppendTooLarge,
  EventIdConflict,
  WrongExpectedRevision,
  type EventStore,
  type NewRecord,
} from '@vivier/event-store';
import {
  evolveOne,
  isRejection,
  streamName,
  type Actor,
  type AnyCommand,
  type AnyDecider,
  type Clock,
  type CommandContext,
  type CommandId,
  type CorrelationId,
  type DomainEvent,
  type EvidenceRequests,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Position,
  type Recorded,
  type Rejection,
  type Scope,
  type Shape,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { KeyFenced, type SealRequest, type Vault } from '@vivier/vault';
import { derive, deriveEventId } from './derive.ts';
import { needsUpgrade } from './followers.ts';
import { checkInput, type Checked } from './input.ts';
import { encodeMetadata, load, recorded, type Loaded } from './log.ts';
import { commandRejections } from './rejections.ts';

/** Who may send a command: see the table of the domain. */
export type Permission =
  'anyone' | 'saga' | { readonly [role: string]: 'own' | 'organisation' | undefined };

/** A command on its way to the one door. */
export interface CommandEnvelope {
  readonly name: string;
  readonly input: unknown;
  readonly organisationId: OrganisationId;
  readonly by: Actor;
  /** The sender's own id for this command; the same id again gives the first outcome again. */
  readonly commandId: CommandId;
  /** For a decision: the revision of the stream that its maker saw. */
  readonly seen?: number | undefined;
  readonly causationId?: string;
  readonly correlationId?: CorrelationId;
}

export interface Done {
  /** The id of the thing that the command was for. */
  readonly key: string;
  /** What this command made, now or the first time; empty where nothing had to change. */
  readonly events: readonly Recorded[];
  /** Where the last event lies; undefined where the command never made one. */
  readonly position: Position | undefined;
  readonly revision: number;
  /** The outcome of an earlier execution of the same command. */
  readonly repeated: boolean;
}

export interface CommandPorts {
  readonly aggregates: Readonly<Record<string, AnyDecider>>;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'seal' | 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
  readonly clock: Clock;
}

export type Execute = (envelope: CommandEnvelope) => Promise<Done | Rejection>;

/** Races on one stream are retried this often before the sender is told. */
const ATTEMPTS = 16;

/** What ids derive from: the same command of the same sender, and nothing else, gives the same ones. */
const sourceOf = (
  envelope: Pick<CommandEnvelope, 'organisationId' | 'by' | 'commandId' | 'name'>,
): string[] => {
  const { organisationId, by, commandId, name } = envelope;
  return [organisationId, by.kind, by.id, by.apart ?? '', commandId, name];
};

/** The id of the thing that a command creates, known before it is sent. */
export const newIdOf = (
  envelope: Pick<CommandEnvelope, 'organisationId' | 'by' | 'commandId' | 'name'>,
): string => derive(...sourceOf(envelope));

const organisationScope = 'organisation' as Scope;

/**
 * Makes the one door through which every change goes: rights, input, idempotence, the fold, the
 * evidence, the decision, sealing and the append.
 */
export const createExecute = (ports: CommandPorts): Execute => {
  const { store, vault, codec, clock } = ports;
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

  /** Keyed with the scope's key, so that it confirms no guessed input once the scope is destroyed. */
  const digestOf = (
    organisationId: OrganisationId,
    personId: PersonId | undefined,
    scope: Scope,
    canonical: string,
  ): Promise<string> =>
    personId === undefined
      ? vault.organisationMac(organisationId, 'input-digest', canonical)
      : vault.mac(organisationId, personId, scope, 'input-digest', canonical);

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

  const gather = async (
    organisationId: OrganisationId,
    requests: EvidenceRequests,
  ): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(requests).map(async ([name, { of, key }]) => {
          const { state, revision } = await load(store, codec, organisationId, of, key);
          return [name, { state, revision }] as const;
        }),
      ),
    );

  const append = async (
    envelope: CommandEnvelope,
    aggregate: AnyDecider,
    key: string,
    loaded: Loaded,
    decided: readonly DomainEvent[],
    at: string,
    canonical: string,
  ): Promise<Done> => {
    const { organisationId, by, commandId } = envelope;
    const stream = streamName(aggregate.category, key);
    const ids = decided.map((_, index) => deriveEventId(...sourceOf(envelope), String(index)));
    let state = loaded.state;
    decided.forEach((event, index) => {
      // The fold of one's own new events needs no position: they have none yet.
      state = evolveOne(aggregate, state, {
        ...event,
        id: ids[index],
        key,
        stream,
        at,
      } as Recorded);
    });
    const personId = aggregate.person(state);
    const scope = personId === undefined ? organisationScope : aggregate.scope(key);
    const metadata: Metadata = {
      at,
      by: { kind: by.kind, id: by.id, role: by.role },
      organisationId,
      ...(personId !== undefined && { personId }),
      commandId,
      command: envelope.name,
      inputDigest: await digestOf(organisationId, personId, scope, canonical),
      correlationId: envelope.correlationId ?? (commandId as string as CorrelationId),
      causationId: envelope.causationId ?? commandId,
    };
    const groups = decided.map((event) => codec.personalValues(event, personId));
    const requests = groups.flatMap((parts, index) =>
      parts.map(({ personId: subject, ofStream, values }): SealRequest => ({
        values,
        origin: {
          organisationId,
          personId: subject,
          scope: ofStream ? scope : ('account' as Scope),
          stream,
          eventId: ids[index] as NonNullable<(typeof ids)[number]>,
          type: (decided[index] as DomainEvent).type,
        },
      })),
    );
    const blobs = requests.length > 0 ? [...(await vault.seal(requests))] : [];
    const encodedMetadata = encodeMetadata(metadata);
    const records = decided.map((event, index): NewRecord => {
      const parts = groups[index] ?? [];
      return {
        id: ids[index] as NonNullable<(typeof ids)[number]>,
        type: codec.wireType(event),
        contentType: 'application/json',
        data: codec.encode(event, parts, blobs.splice(0, parts.length)),
        metadata: encodedMetadata,
      };
    });
    const { revision, position } = await store.append(
      organisationId,
      stream,
      loaded.revision === -1 ? 'none' : loaded.revision,
      records,
    );
    const events = records.map((record, index) =>
      recorded(codec, {
        ...record,
        organisationId,
        stream,
        revision: revision - records.length + 1 + index,
        // Only the append's last position is known on every store; readers wait for that one.
        position,
        created: 0,
      }),
    );
    return { key, events, position, revision, repeated: false };
  };

  const attempt = async (
    envelope: CommandEnvelope,
    { aggregate, command }: { readonly aggregate: AnyDecider; readonly command: AnyCommand },
    { input, canonical }: Checked,
    permission: Permission,
  ): Promise<Done | Rejection> => {
    const { organisationId, by } = envelope;
    const at = new Date(clock.now()).toISOString();
    const newId = newIdOf(envelope);
    const context: CommandContext = { at, by, organisationId, newId, derive };
    const key = command.key(input, context);
    const loaded = await load(store, codec, organisationId, aggregate, key);

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
    return append(envelope, aggregate, key, loaded, decided, at, canonical);
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
    for (let turn = 0; turn < ATTEMPTS; turn += 1) {
      try {
        return await attempt(envelope, found, checked, permission);
      } catch (error) {
        if (error instanceof KeyFenced) return found.aggregate.absent();
        if (error instanceof AppendTooLarge) return commandRejections.InputTooLarge();
        if (needsUpgrade(error)) return commandRejections.UpgradeNeeded({ event: error.wireType });
        // A lost race: what the winner wrote is read before deciding again.
        if (!(error instanceof WrongExpectedRevision || error instanceof EventIdConflict))
          throw error;
      }
    }
    return commandRejections.TooManyConflicts();
  };
};
