import type { EventStore } from '@vivier/event-store';
import {
  isRejection,
  streamName,
  type AnyCommand,
  type Clock,
  type DomainEvent,
  type EvidenceRequests,
  type OrganisationId,
  type Recorded,
  type Rejection,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { KeyFenced, type Vault } from '@vivier/vault';
import type { Decided } from './append.ts';
import { digestOf } from './digest.ts';
import { ContextOf, type CommandEnvelope, type Done, type Permission } from './envelope.ts';
import type { Fold, Folds, Whole } from './folds.ts';
import type { Checked } from './input.ts';
import { load } from './log.ts';
import { commandRejections } from './rejections.ts';

/** A command that its sender may send, with acceptable input. */
export interface Received extends Checked, Whole {
  readonly envelope: CommandEnvelope;
  readonly permission: Permission;
  readonly command: AnyCommand;
  /** The id of the thing that it is for. */
  readonly key: string;
}

/** What a command comes to: an answer, or events that are to be appended. */
export type Verdict = Done | Rejection | Decided;

interface JudgePorts {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'mac' | 'organisationMac'>;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly folds: Folds;
}

export interface Judge {
  /**
   * Judges a command on its aggregate as the store has it.
   *
   * @param since the events after the revision that the sender saw, where the command asks for them
   */
  onStored(received: Received, fold: Fold, since: readonly Recorded[]): Promise<Verdict>;
  /**
   * Judges it on what is remembered of its aggregate, which may be behind. Only events come of that,
   * because their append proves it up to date; undefined where anything else would.
   */
  onRemembered(received: Received, fold: Fold): Promise<Decided | undefined>;
}

/** An account asks for what is another person's. */
const isOthers = (
  { envelope: { by }, aggregate, permission }: Received,
  { revision, state }: Fold,
): boolean =>
  typeof permission === 'object' &&
  permission[by.role] === 'own' &&
  revision >= 0 &&
  aggregate.person(state) !== by.personId;

/** A refusal where what a decision is about has changed since its maker saw it. */
const changedSince = (
  { command, envelope: { seen }, input }: Received,
  { revision }: Fold,
  since: readonly Recorded[],
): Rejection | undefined => {
  if (!command.concerns) return undefined;
  if (seen === undefined || seen > revision)
    return commandRejections.InvalidInput({
      fields: { seenRevision: 'must be a revision of this application that you have read' },
    });
  const changes = since
    .filter((event) => event.revision > seen && command.concerns?.(input as never, event))
    .map(({ type, at, by: { kind, id, role }, revision: place }) => ({
      event: type,
      at,
      by: { kind, id, role },
      revision: place,
    }));
  return changes.length === 0
    ? undefined
    : commandRejections.ChangedSinceSeen({ changes, revision });
};

/** Makes what decides: idempotence, who may, what was seen, evidence and the rule itself. */
export const createJudge = ({ store, vault, codec, clock, folds }: JudgePorts): Judge => {
  /** The first outcome of this very command, a refusal of a reused id, or neither. */
  const earlier = async (
    { envelope, aggregate, key, canonical }: Received,
    { commands }: Fold,
  ): Promise<Done | Rejection | undefined> => {
    const { organisationId, by, commandId, name } = envelope;
    if (!commands.has(commandId)) return undefined;
    const loaded = await load(store, codec, organisationId, aggregate, key);
    const events = loaded.events.filter(
      (event) =>
        event.commandId === commandId && event.by.kind === by.kind && event.by.id === by.id,
    );
    const [first] = events;
    const last = events.at(-1);
    if (!first || !last) return undefined;
    if (first.command !== name) return commandRejections.CommandIdReused();
    const person = aggregate.person(loaded.state);
    const scope = aggregate.scope(key);
    try {
      const digest = await digestOf(vault, organisationId, person, scope, canonical);
      if (digest !== first.inputDigest) return commandRejections.CommandIdReused();
    } catch (error) {
      // The key went with the person: the outcome stands, what was sent cannot be compared any more.
      if (!(error instanceof KeyFenced)) throw error;
    }
    return { key, events, position: last.position, revision: last.revision, repeated: true };
  };

  /** Others' facts are no part of what the append checks: they are always read from the store. */
  const gather = async (
    organisationId: OrganisationId,
    requests: EvidenceRequests,
  ): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(requests).map(async ([name, { of: aggregate, key }]) => {
          const stream = streamName(aggregate.category, key);
          const { fold } = await folds.read({ organisationId, aggregate, stream });
          return [name, { state: fold.state, revision: fold.revision }] as const;
        }),
      ),
    );

  const decideIn = (received: Received, fold: Fold, context: ContextOf): Verdict => {
    const { command, input, key } = received;
    const { at } = context;
    const decided = command.decide(input, fold.state, context as never) as
      readonly DomainEvent[] | Rejection;
    if (isRejection(decided)) return decided;
    if (decided.length > 0) return { received, fold, decided, at };
    const { position, revision } = fold;
    return { key, events: [], position, revision, repeated: false };
  };

  /** The rule itself; it waits for evidence alone. */
  const decide = (received: Received, fold: Fold): Verdict | Promise<Verdict> => {
    const { envelope, command, input } = received;
    const context = new ContextOf(envelope, clock);
    if (!command.evidence) return decideIn(received, fold, context);
    const requests = command.evidence(input, fold.state, context) as EvidenceRequests;
    return gather(envelope.organisationId, requests).then((evidence) => {
      context.evidence = evidence;
      return decideIn(received, fold, context);
    });
  };

  return {
    async onStored(received, fold, since) {
      const { aggregate, command } = received;
      if (isOthers(received, fold) || (fold.revision < 0 && !command.creates))
        return aggregate.absent();
      return (
        (await earlier(received, fold)) ??
        changedSince(received, fold, since) ??
        decide(received, fold)
      );
    },

    async onRemembered(received, fold) {
      const { command, envelope } = received;
      if (isOthers(received, fold) || fold.commands.has(envelope.commandId)) return undefined;
      if (command.concerns && envelope.seen !== fold.revision) return undefined;
      const verdict = await decide(received, fold);
      return 'decided' in verdict ? verdict : undefined;
    },
  };
};
