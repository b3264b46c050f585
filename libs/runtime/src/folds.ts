import type { EventStore } from '@vivier/event-store';
import {
  evolveOne,
  type AnyDecider,
  type CommandId,
  type OrganisationId,
  type Position,
  type Recorded,
  type StreamName,
} from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';
import { recorded } from './log.ts';

/** Which aggregate. */
export interface Whole {
  readonly organisationId: OrganisationId;
  readonly aggregate: AnyDecider;
  readonly stream: StreamName;
}

/** An aggregate up to one event of its stream. */
export interface Fold {
  readonly state: unknown;
  /** Of that event; -1 where there is no stream. */
  readonly revision: number;
  /** Where that event lies; undefined where there is none. */
  readonly position: Position | undefined;
  /** The commands that its events came of. */
  readonly commands: { has(commandId: CommandId): boolean };
}

/** Folds of streams with so many events in all stay at hand, of those used last: some 20 MB of dossiers. */
const EVENTS_KEPT = 200_000;

/** A fold takes this much room besides, in events. */
const FOLD_ITSELF = 10;

/** Searching so few one by one takes less time, and much less room, than a set does. */
const FEW = 16;

/** The ids of the commands that a stream's events came of. */
class CommandIds {
  readonly #ids: CommandId[] = [];
  #set: Set<CommandId> | undefined;

  has(id: CommandId): boolean {
    return this.#set ? this.#set.has(id) : this.#ids.includes(id);
  }

  /** One command's events follow each other, most often. */
  add(id: CommandId): void {
    if (this.#ids.at(-1) === id) return;
    this.#ids.push(id);
    if (this.#set) this.#set.add(id);
    else if (this.#ids.length > FEW) this.#set = new Set(this.#ids);
  }

  get size(): number {
    return this.#ids.length;
  }
}

/** One aggregate that grows with its stream. Events that it has already change nothing. */
class Growing {
  state: unknown;
  revision = -1;
  position: Position | undefined;
  readonly commands = new CommandIds();
  /** The room that it was last given. */
  counted = 0;
  /** How many moves there had been when it was put at the end. */
  moved = 0;

  constructor(
    readonly organisationId: OrganisationId,
    readonly aggregate: AnyDecider,
  ) {
    this.state = aggregate.initial;
  }

  add(events: readonly Recorded[]): void {
    for (const event of events) {
      // Two readings of one stream may arrive here side by side.
      if (event.revision !== this.revision + 1) continue;
      this.state = evolveOne(this.aggregate, this.state, event);
      this.revision = event.revision;
      this.position = event.position;
      this.commands.add(event.commandId);
    }
  }

  get room(): number {
    return FOLD_ITSELF + this.commands.size;
  }

  /** As it is now: what is decided on does not change under whoever decides. */
  get fold(): Fold {
    const { state, revision, position, commands } = this;
    return { state, revision, position, commands };
  }
}

/**
 * Aggregates that were folded lately. What is kept are facts and sealed values, as in the log, and of
 * each event no more than the command it came of.
 */
export class Folds {
  /** Roughly the least recently used first. */
  readonly #kept = new Map<StreamName, Growing>();
  #room = 0;
  #moves = 0;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec,
    private readonly mostRoom = EVENTS_KEPT,
  ) {}

  /**
   * What is remembered of an aggregate, without asking the store: another process may have gone on. An
   * append that expects its revision proves that nobody has; nothing else may be answered from it.
   */
  remembered({ organisationId, stream }: Whole): Fold | undefined {
    const growing = this.#of(organisationId, stream);
    if (growing) this.#keep(stream, growing);
    return growing?.fold;
  }

  /**
   * Folds an aggregate as the store has it now; another organisation's answers as absent. Of a stream
   * that is remembered only what is new is read.
   *
   * @param after the revision after which events are wanted besides; default: none are
   */
  async read(
    { organisationId, aggregate, stream }: Whole,
    after = Infinity,
  ): Promise<{ readonly fold: Fold; readonly events: readonly Recorded[] }> {
    const kept = this.#of(organisationId, stream);
    const from = kept ? Math.max(Math.min(after, kept.revision) + 1, 0) : 0;
    const records = await this.store.readStream(organisationId, stream, { from });
    if (!records) {
      if (kept) this.#forget(stream);
      return { fold: new Growing(organisationId, aggregate).fold, events: [] };
    }
    const events = records.map((record) => recorded(this.codec, record));
    const growing = kept ?? new Growing(organisationId, aggregate);
    growing.add(events);
    this.#keep(stream, growing);
    return { fold: growing.fold, events: events.filter(({ revision }) => revision > after) };
  }

  /** Goes on with what was appended to a stream that is remembered, or that begins with it. */
  appended({ organisationId, aggregate, stream }: Whole, events: readonly Recorded[]): void {
    const growing = this.#of(organisationId, stream) ?? new Growing(organisationId, aggregate);
    growing.add(events);
    this.#keep(stream, growing);
  }

  /** Organisations may have streams of one name: only one of them is remembered then. */
  #of(organisationId: OrganisationId, stream: StreamName): Growing | undefined {
    const growing = this.#kept.get(stream);
    return growing?.organisationId === organisationId ? growing : undefined;
  }

  /** Keeps a fold among the last ones, and lets the first ones go where there is no room for it. */
  #keep(stream: StreamName, growing: Growing): void {
    const { room } = growing;
    if (growing.revision < 0) return;
    if (room > this.mostRoom) return this.#forget(stream);
    const stays =
      this.#kept.get(stream) === growing && this.#moves - growing.moved <= this.#kept.size / 2;
    if (stays) this.#room -= growing.counted;
    else {
      this.#forget(stream);
      growing.moved = ++this.#moves;
      this.#kept.set(stream, growing);
    }
    growing.counted = room;
    this.#room += room;
    for (const oldest of this.#kept.keys()) {
      if (this.#room <= this.mostRoom) break;
      if (oldest !== stream) this.#forget(oldest);
    }
  }

  #forget(stream: StreamName): void {
    this.#room -= this.#kept.get(stream)?.counted ?? 0;
    this.#kept.delete(stream);
  }
}
