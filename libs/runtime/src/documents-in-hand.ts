import type {
  Document,
  DomainEvent,
  Keys,
  OrganisationId,
  Position,
  Projection,
  Recorded,
  Touch,
} from '@vivier/kernel';
import { packDocument, unpackDocument } from '@vivier/kernel/sealing';
import type { ReadDocument, ReadFilter, ReadStore, ReadWrite } from '@vivier/read-store';
import type { RuntimeFaults } from './faults.ts';
import { CannotGoOn } from './followers.ts';

interface Held {
  readonly organisationId: OrganisationId;
  readonly id: string;
  /** Without the position, which stands beside. */
  document: Document | undefined;
  /** Of the last event applied to it. */
  position: Position | undefined;
  changed: boolean;
}

interface Planned {
  readonly event: Recorded;
  readonly touch: Touch<Document, DomainEvent>;
  readonly keys: Keys;
}

/** Documents asked for in one go. */
const AT_ONCE = 1_000;
/** As many documents stay in hand after they were written: those of dossiers under way come again. */
const KEPT = 2_000;

/** A projection that throws has a bug: waiting does not mend it. */
const pure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new CannotGoOn('The projection failed on this event.', { cause: error });
  }
};

/**
 * The documents that one projection is working on. They are read together, a page of events at a time,
 * kept while they are under way, and written when its runner says so, each once.
 */
export class DocumentsInHand {
  /** The least recently used first. */
  readonly #held = new Map<string, Held>();
  /** The event that it was working on when it failed. */
  at: Position | undefined;

  /** @param collection where the documents lie */
  constructor(
    private readonly readStore: ReadStore,
    private readonly projection: Projection,
    private readonly collection: string,
    private readonly faults?: RuntimeFaults,
  ) {}

  /** How many documents wait to be written, at most. */
  get size(): number {
    return this.#held.size;
  }

  /** @throws CannotGoOn when the projection fails; see {@link at} */
  async apply(events: readonly Recorded[]): Promise<void> {
    const plan: Planned[] = [];
    for (const event of events) {
      const touch = this.projection.on[event.type];
      if (!touch) continue;
      this.at = event.position;
      plan.push({ event, touch, keys: pure(() => touch.keys(event)) });
    }
    await this.#fetch(plan);
    if (plan.length > 0) this.faults?.at('mid-projection');
    for (const { event, touch, keys } of plan) {
      this.at = event.position;
      const { organisationId } = event;
      const held =
        'where' in keys
          ? await this.#found(organisationId, keys.where)
          : keys.map((id) => this.#hold(organisationId, id));
      for (const one of held) {
        // What was applied before is not applied again: a redelivery changes nothing.
        if (one.position !== undefined && one.position >= event.position) continue;
        const document = pure(() => touch.evolve(one.document, event, one.id));
        // Nothing was there and nothing is: there is nothing to write.
        if (!document && !one.document) continue;
        one.document = document;
        one.position = event.position;
        one.changed = true;
      }
    }
  }

  /** What has changed since the last {@link written}. */
  writes(): ReadWrite[] {
    const writes: ReadWrite[] = [];
    for (const { organisationId, id, document, position, changed } of this.#held.values()) {
      if (!changed) continue;
      const of = { organisationId, collection: this.collection };
      if (!document) {
        writes.push({ ...of, remove: id });
        continue;
      }
      const positioned: Document & { readonly _position: Position | undefined } = {
        ...document,
        _position: position,
      };
      writes.push({ ...of, put: packDocument(positioned) });
    }
    return writes;
  }

  /** All changes are stored: what was not used for long is put away. */
  written(): void {
    for (const [place, held] of this.#held) {
      if (this.#held.size > KEPT) this.#held.delete(place);
      held.changed = false;
    }
  }

  /** Reads the documents of a page that are not in hand yet. */
  async #fetch(plan: readonly Planned[]): Promise<void> {
    const missing = new Map<OrganisationId, Set<string>>();
    for (const { event, keys } of plan) {
      if ('where' in keys) continue;
      const { organisationId } = event;
      for (const id of keys) {
        if (this.#held.has(`${organisationId}/${id}`)) continue;
        const ids = missing.get(organisationId) ?? new Set();
        missing.set(organisationId, ids.add(id));
      }
    }
    for (const [organisationId, wanted] of missing) {
      const ids = [...wanted];
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const some = ids.slice(from, from + AT_ONCE);
        for (const document of await this.#find(organisationId, { _id: { $in: some } }))
          this.#keep(organisationId, document);
      }
    }
  }

  /** All documents that a lookup means: what is in hand says more than what is stored. */
  async #found(
    organisationId: OrganisationId,
    where: Readonly<Record<string, string>>,
  ): Promise<Held[]> {
    for (const document of await this.#find(organisationId, where))
      if (!this.#held.has(`${organisationId}/${document._id}`))
        this.#keep(organisationId, document);
    const conditions = Object.entries(where);
    return [...this.#held.values()].filter(
      ({ organisationId: of, document }) =>
        of === organisationId &&
        document !== undefined &&
        conditions.every(
          ([field, value]) => (document as unknown as Record<string, unknown>)[field] === value,
        ),
    );
  }

  #find(organisationId: OrganisationId, filter: ReadFilter): Promise<ReadDocument[]> {
    return this.readStore.collection<ReadDocument>(organisationId, this.collection).find(filter);
  }

  #keep(organisationId: OrganisationId, stored: ReadDocument): void {
    const { _position: position, ...document } = unpackDocument<
      Document & { readonly _position?: Position }
    >(stored);
    const held = { organisationId, id: stored._id, document, position, changed: false };
    this.#held.set(`${organisationId}/${stored._id}`, held);
  }

  /** What is in hand of an id; what was not found is not there. */
  #hold(organisationId: OrganisationId, id: string): Held {
    const place = `${organisationId}/${id}`;
    const held = this.#held.get(place) ?? {
      organisationId,
      id,
      document: undefined,
      position: undefined,
      changed: false,
    };
    this.#held.delete(place);
    this.#held.set(place, held);
    return held;
  }
}
