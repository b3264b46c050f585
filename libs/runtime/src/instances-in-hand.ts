import type { OrganisationId, Position, Recorded, Saga } from '@vivier/kernel';
import type { AgendaEntry, SagaInstance, WorkState } from '@vivier/work-state';
import { entriesOf, pure } from './saga-fold.ts';
import { SettingsInHand } from './settings-in-hand.ts';

interface Held {
  readonly organisationId: OrganisationId;
  readonly instance: string;
  state: unknown;
  agenda: readonly AgendaEntry[];
  /** Whether the store may hold entries of it. */
  mayBePlanned: boolean;
}

interface Touch {
  readonly event: Recorded;
  readonly instance: string;
}

/** As many instances stay in hand after they were written. */
const KEPT = 2_000;

const placeOf = (organisationId: OrganisationId, instance: string): string =>
  `${organisationId}/${instance}`;

/**
 * The instances that one saga is working on. What they plan, or do not plan any more, is to be written
 * before anything is sent; a state without a plan follows from the log again, and may wait.
 */
export class InstancesInHand {
  /** The least recently used first. */
  readonly #held = new Map<string, Held>();
  /** Those that are to be written. */
  readonly #changed = new Set<Held>();
  #planned = false;
  readonly #initial: string | undefined;
  readonly settings: SettingsInHand;
  /** The event that it was working on when it failed. */
  at: Position | undefined;

  constructor(
    private readonly workState: WorkState,
    private readonly saga: Saga,
  ) {
    this.settings = new SettingsInHand(workState, saga);
    this.#initial = JSON.stringify(saga.initial);
  }

  /** How many instances differ from what is stored. */
  get size(): number {
    return this.#changed.size;
  }

  /** Whether what is planned differs, or may, from what is stored. */
  get isPlanned(): boolean {
    return this.#planned || this.settings.isChanged;
  }

  /** @throws CannotGoOn where the saga fails; see {@link at} */
  async apply(events: readonly Recorded[]): Promise<void> {
    await this.#takeSettings(events);
    const touches = events.flatMap((event): Touch[] => {
      if (!this.saga.evolve[event.type]) return [];
      this.at = event.position;
      const instance = pure(() => this.saga.instance(event));
      return instance === undefined ? [] : [{ event, instance }];
    });
    if (touches.length === 0) return;
    await this.#fetch(touches);
    const touched = new Set<Held>();
    for (const { event, instance } of touches) {
      this.at = event.position;
      const held = this.#hold(event.organisationId, instance);
      held.state = pure(() => this.saga.evolve[event.type]?.(held.state, event));
      touched.add(held);
    }
    for (const held of touched) {
      const { organisationId, instance, state } = held;
      const settings = this.settings.of(organisationId);
      held.agenda = entriesOf(this.saga, organisationId, instance, state, settings);
      this.#changed.add(held);
      this.#planned ||= held.mayBePlanned || held.agenda.length > 0 || this.#isForgotten(held);
    }
  }

  /** What has changed since the last {@link written}. */
  changes(): SagaInstance[] {
    return [...this.#changed].map((held) => ({
      organisationId: held.organisationId,
      instance: held.instance,
      state: this.#isForgotten(held) ? undefined : JSON.stringify(held.state),
      agenda: held.agenda,
    }));
  }

  /** All changes are stored: what was not used for long is put away. */
  written(): void {
    for (const held of this.#changed) held.mayBePlanned = held.agenda.length > 0;
    this.#changed.clear();
    this.#planned = false;
    this.settings.written();
    for (const place of this.#held.keys()) {
      if (this.#held.size <= KEPT) return;
      this.#held.delete(place);
    }
  }

  /** Others than this have given these instances an agenda, and stored it. */
  planned(instances: readonly Pick<SagaInstance, 'organisationId' | 'instance'>[]): void {
    for (const { organisationId, instance } of instances) {
      const held = this.#held.get(placeOf(organisationId, instance));
      if (held) held.mayBePlanned = true;
    }
  }

  async #takeSettings(events: readonly Recorded[]): Promise<void> {
    const { evolve, organisation } = this.saga;
    if (!organisation) return;
    const taken = events.filter(({ type }) => evolve[type] ?? organisation.evolve[type]);
    await this.settings.fetch(new Set(taken.map(({ organisationId }) => organisationId)));
    for (const event of taken) {
      this.at = event.position;
      this.settings.apply(event);
    }
  }

  /** Back at the beginning, as at an erasure: it is as if it had never been, and is not kept. */
  #isForgotten({ state, agenda }: Held): boolean {
    return agenda.length === 0 && JSON.stringify(state) === this.#initial;
  }

  async #fetch(touches: readonly Touch[]): Promise<void> {
    const missing = new Map<string, Pick<Held, 'organisationId' | 'instance'>>();
    for (const { event, instance } of touches) {
      const { organisationId } = event;
      const place = placeOf(organisationId, instance);
      if (!this.#held.has(place)) missing.set(place, { organisationId, instance });
    }
    if (missing.size === 0) return;
    const stored = await this.workState.states(this.saga.name, [...missing.values()]);
    for (const [at, [place, instance]] of [...missing].entries()) {
      const text = stored[at];
      const state = text === undefined ? this.saga.initial : (JSON.parse(text) as unknown);
      this.#held.set(place, { ...instance, state, agenda: [], mayBePlanned: true });
    }
  }

  #hold(organisationId: OrganisationId, instance: string): Held {
    const place = placeOf(organisationId, instance);
    const held = this.#held.get(place);
    if (!held) throw new TypeError(`${this.saga.name} was not given one of its instances.`);
    this.#held.delete(place);
    this.#held.set(place, held);
    return held;
  }
}
