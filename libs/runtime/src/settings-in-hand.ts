import type { OrganisationId, Recorded, Saga } from '@vivier/kernel';
import type { SagaSettings, WorkState } from '@vivier/work-state';
import { pure } from './saga-fold.ts';

interface Held {
  value: unknown;
  /** As the store has them. */
  stored: string;
}

/** The settings of organisations that one saga is working under. There are as many as organisations. */
export class SettingsInHand {
  readonly #held = new Map<OrganisationId, Held>();

  constructor(
    private readonly workState: WorkState,
    private readonly saga: Saga,
  ) {}

  /** Whether some differ from what is stored. */
  get isChanged(): boolean {
    for (const held of this.#held.values()) if (textOf(held) !== held.stored) return true;
    return false;
  }

  /** Reads what is not in hand yet. */
  async fetch(organisations: Iterable<OrganisationId>): Promise<void> {
    const { saga, workState } = this;
    if (!saga.organisation) return;
    for (const organisationId of organisations) {
      if (this.#held.has(organisationId)) continue;
      const stored =
        (await workState.settings(saga.name, organisationId)) ??
        JSON.stringify(saga.organisation.initial);
      this.#held.set(organisationId, { value: JSON.parse(stored) as unknown, stored });
    }
  }

  /** Takes what an event of the organisation changes. */
  apply(event: Recorded): void {
    const evolve = this.saga.organisation?.evolve[event.type];
    const held = this.#held.get(event.organisationId);
    if (evolve && held) held.value = pure(() => evolve(held.value, event));
  }

  /** Those of an organisation that was {@link fetch}ed; undefined where the saga follows none. */
  of(organisationId: OrganisationId): unknown {
    return this.#held.get(organisationId)?.value;
  }

  /** What has changed since the last {@link written}. */
  changes(): SagaSettings[] {
    return [...this.#held].flatMap(([organisationId, held]) => {
      const settings = textOf(held);
      return settings === held.stored ? [] : [{ organisationId, settings }];
    });
  }

  written(): void {
    for (const held of this.#held.values()) held.stored = textOf(held);
  }
}

const textOf = ({ value }: Held): string => JSON.stringify(value);
