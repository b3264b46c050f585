import { START, type EventId, type Position } from '@vivier/kernel';
import {
  SagaPositionMoved,
  type Outbox,
  type OutboxBatch,
  type OutboxEntry,
  type TasksAbout,
} from '@vivier/work-state';

interface Named {
  readonly effect: string;
  readonly eventId: EventId;
}

type Held = OutboxEntry & { readonly isDead: boolean };

const is =
  (one: Named) =>
  (other: Named): boolean =>
    one.effect === other.effect && one.eventId === other.eventId;

/** What effects have still to do, in memory, for tests. */
export class MemoryOutbox implements Outbox {
  readonly #positions = new Map<string, Position>();
  #held: Held[] = [];

  async position(effect: string): Promise<Position> {
    return this.#positions.get(effect) ?? START;
  }

  async take({ effect, from, to, tasks, due }: OutboxBatch): Promise<void> {
    const stored = await this.position(effect);
    if (stored !== from) throw new SagaPositionMoved(effect, stored);
    for (const task of tasks)
      if (!this.#held.some(is(task)))
        this.#held.push({ ...task, attempts: 0, due, failure: undefined, isDead: false });
    this.#positions.set(effect, to);
  }

  async due(now: number, limit: number): Promise<readonly OutboxEntry[]> {
    return this.#living()
      .filter(({ due }) => due <= now)
      .slice(0, limit);
  }

  async nextDue(): Promise<number | undefined> {
    return this.#living()[0]?.due;
  }

  async begin(entry: OutboxEntry, until?: number): Promise<OutboxEntry> {
    const held = this.#held.find(is(entry));
    if (!held || (until !== undefined && held.attempts !== entry.attempts))
      throw new RangeError('There is no such task any more.');
    const claim = until === undefined ? {} : { due: until };
    return this.#change(entry, ({ attempts }) => ({ attempts: attempts + 1, ...claim }))!;
  }

  async finish(entry: OutboxEntry): Promise<void> {
    this.#held = this.#held.filter((held) => !is(entry)(held));
  }

  async postpone(entry: OutboxEntry, due: number, failure: string): Promise<void> {
    this.#change(entry, () => ({ due, failure }));
  }

  async bury(entry: OutboxEntry, failure: string): Promise<void> {
    this.#change(entry, () => ({ isDead: true, failure }));
  }

  async dead(limit: number): Promise<readonly OutboxEntry[]> {
    return this.#held
      .filter(({ isDead }) => isDead)
      .slice(0, limit)
      .map(entryOf);
  }

  async revive(effect: string, eventId: EventId, due: number): Promise<boolean> {
    const held = this.#held.find((one) => one.isDead && is({ effect, eventId })(one));
    if (held) this.#change(held, () => ({ isDead: false, attempts: 0, due }));
    return held !== undefined;
  }

  async removeAbout({ organisationId, personId, stream, but }: TasksAbout): Promise<number> {
    const before = this.#held.length;
    this.#held = this.#held.filter(
      (held) =>
        held.organisationId !== organisationId ||
        held.personId !== personId ||
        (stream !== undefined && held.stream !== stream) ||
        but.includes(held.effect),
    );
    return before - this.#held.length;
  }

  #living(): OutboxEntry[] {
    return this.#held
      .filter(({ isDead }) => !isDead)
      .sort((one, other) => one.due - other.due)
      .map(entryOf);
  }

  #change(entry: Named, change: (held: Held) => Partial<Held>): OutboxEntry | undefined {
    const place = this.#held.findIndex(is(entry));
    const held = this.#held[place];
    if (!held) return undefined;
    const changed = { ...held, ...change(held) };
    this.#held[place] = changed;
    return entryOf(changed);
  }
}

const entryOf = ({ isDead: _, ...entry }: Held): OutboxEntry => entry;
