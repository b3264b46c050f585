import { START, type OrganisationId, type Position } from '@vivier/kernel';
import {
  SagaPositionMoved,
  type AgendaEntry,
  type Outbox,
  type SagaBatch,
  type Unreached,
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

interface Settings extends Owner {
  readonly settings: string;
  /** The last instance that they have reached; undefined where there are no more. */
  readonly after: string | undefined;
}

interface Owner {
  readonly saga: string;
  readonly organisationId: OrganisationId;
}

const nameOf = ({ saga, organisationId }: Owner): string => JSON.stringify([saga, organisationId]);

/** Positions, states and agendas of sagas in memory, for tests. */
export class MemoryWorkState implements WorkState {
  readonly outbox: Outbox = new MemoryOutbox();
  readonly #positions = new Map<string, Position>();
  readonly #states = new Map<string, string>();
  /** By saga and organisation. */
  readonly #settings = new Map<string, Settings>();
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

  async settings(saga: string, organisationId: OrganisationId): Promise<string | undefined> {
    return this.#settings.get(nameOf({ saga, organisationId }))?.settings;
  }

  async unreached(saga: string): Promise<readonly Unreached[]> {
    return [...this.#settings.values()].flatMap(({ after, organisationId, ...of }) =>
      of.saga === saga && after !== undefined ? [{ organisationId, after }] : [],
    );
  }

  async instancesAfter(
    saga: string,
    organisationId: OrganisationId,
    after: string,
    limit: number,
  ): Promise<readonly { readonly instance: string; readonly state: string }[]> {
    return [...this.#states]
      .flatMap(([name, state]) => {
        if (!name.startsWith(`${saga} `)) return [];
        const [owner, instance] = JSON.parse(name.slice(saga.length + 1)) as [string, string];
        return owner === organisationId && instance > after ? [{ instance, state }] : [];
      })
      .sort((one, other) => (one.instance < other.instance ? -1 : 1))
      .slice(0, limit);
  }

  async planned(
    saga: string,
    organisationId: OrganisationId,
    instance: string,
  ): Promise<readonly AgendaEntry[]> {
    return this.#agenda
      .filter(
        (entry) => entry.saga === saga && place(entry) === place({ organisationId, instance }),
      )
      .sort((one, other) => one.due - other.due);
  }

  async commit({ saga, from, to, instances, settings, reached }: SagaBatch): Promise<void> {
    const stored = await this.position(saga);
    if (stored !== from) throw new SagaPositionMoved(saga, stored);
    if (reached) {
      const { organisationId, after, upTo } = reached;
      const name = nameOf({ saga, organisationId });
      const held = this.#settings.get(name);
      if (held?.after !== after) throw new SagaPositionMoved(saga, stored);
      this.#settings.set(name, { ...held, after: upTo });
    }
    for (const one of settings ?? [])
      this.#settings.set(nameOf({ saga, ...one }), { saga, ...one, after: '' });
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
    return this.#sendable()
      .filter(({ due }) => due <= now)
      .sort((one, other) => one.due - other.due)
      .slice(0, limit);
  }

  async nextDue(): Promise<number | undefined> {
    return this.#sendable()
      .map(({ due }) => due)
      .sort((one, other) => one - other)[0];
  }

  async done(entries: readonly AgendaEntry[]): Promise<void> {
    this.#agenda = this.#agenda.filter((held) => !entries.some((entry) => same(held, entry)));
  }

  async close(): Promise<void> {
    this.#agenda = [];
  }

  #sendable(): readonly AgendaEntry[] {
    return this.#agenda.filter((entry) => this.#settings.get(nameOf(entry))?.after === undefined);
  }
}
