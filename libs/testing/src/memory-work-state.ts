import { START, type OrganisationId, type Position } from '@vivier/kernel';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type Outbox,
  type SagaBatch,
  type WorkState,
} from '@vivier/work-state';
import { MemoryOutbox } from './memory-outbox.ts';

const place = (entry: { readonly organisationId: string; readonly instance: string }): string =>
  JSON.stringify([entry.organisationId, entry.instance]);

const same = (one: AgendaEntry, other: AgendaEntry): boolean =>
  place(one) === place(other) &&
  one.saga === other.saga &&
  one.key === other.key &&
  one.due === other.due &&
  one.payload === other.payload;

/** Positions, states and agendas of sagas in memory, for tests. */
export class MemoryWorkState implements WorkState {
  readonly outbox: Outbox = new MemoryOutbox();
  readonly #positions = new Map<string, Position>();
  readonly #states = new Map<string, string>();
  #agenda: readonly AgendaEntry[] = [];

  async position(saga: string): Promise<Position> {
    return this.#positions.get(saga) ?? START;
  }

  async states(
    saga: string,
    instances: readonly { readonly organisationId: OrganisationId; readonly instance: string }[],
  ): Promise<readonly (string | undefined)[]> {
    return instances.map((instance) => this.#states.get(`${saga} ${place(instance)}`));
  }

  async commit({ saga, from, to, instances }: SagaBatch): Promise<void> {
    const stored = await this.position(saga);
    if (stored !== from) throw new SagaPositionMoved(saga, stored);
    for (const instance of instances) {
      const name = `${saga} ${place(instance)}`;
      if (instance.state === undefined) this.#states.delete(name);
      else this.#states.set(name, instance.state);
      this.#agenda = [
        ...this.#agenda.filter((entry) => entry.saga !== saga || place(entry) !== place(instance)),
        ...instance.agenda,
      ];
    }
    this.#positions.set(saga, to);
  }

  async due(now: number, limit: number): Promise<readonly AgendaEntry[]> {
    return this.#agenda
      .filter(({ due }) => due <= now)
      .sort((one, other) => one.due - other.due)
      .slice(0, limit);
  }

  async nextDue(): Promise<number | undefined> {
    return this.#agenda.map(({ due }) => due).sort((one, other) => one - other)[0];
  }

  async done(entries: readonly AgendaEntry[]): Promise<void> {
    this.#agenda = this.#agenda.filter((held) => !entries.some((entry) => same(held, entry)));
  }

  async close(): Promise<void> {
    this.#agenda = [];
  }
}
