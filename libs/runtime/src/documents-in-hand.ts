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
import { HeldDocuments, type Held } from './held-documents.ts';

interface Planned {
  readonly event: Recorded;
  readonly touch: Touch<Document, DomainEvent>;
  readonly keys: Keys;
}

type Lookup = Exclude<Keys, readonly string[]>;

const isLookup = (keys: Keys): keys is Lookup => !Array.isArray(keys);

const idsOf = (keys: Keys): readonly string[] => (isLookup(keys) ? (keys.and ?? []) : keys);

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
  /** Those used lately. */
  #held = new HeldDocuments();
  /** Those that were used before; whoever is used again comes back from here. */
  #before = new HeldDocuments();
  /** Those that are to be written. */
  readonly #changed = new Set<Held>();
  /** The event that it was working on when it failed. */
  at: Position | undefined;

  /** @param collection where the documents lie */
  constructor(
    private readonly readStore: ReadStore,
    private readonly projection: Projection,
    private readonly collection: string,
    private readonly faults?: RuntimeFaults,
  ) {}

  /** How many documents wait to be written. */
  get size(): number {
    return this.#changed.size;
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
      if (isLookup(keys))
        for (const one of await this.#found(organisationId, keys.where))
          this.#evolve(one, event, touch);
      for (const id of idsOf(keys)) this.#evolve(this.#hold(organisationId, id), event, touch);
    }
  }

  #evolve(one: Held, event: Recorded, touch: Planned['touch']): void {
    // What was applied before is not applied again: a redelivery changes nothing.
    if (one.position !== undefined && one.position >= event.position) return;
    const document = pure(() => touch.evolve(one.document, event, one.id));
    // Nothing was there and nothing is: there is nothing to write.
    if (!document && !one.document) return;
    one.document = document;
    one.position = event.position;
    this.#changed.add(one);
  }

  /** What has changed since the last {@link written}. */
  writes(): ReadWrite[] {
    const writes: ReadWrite[] = [];
    for (const { organisationId, id, document, position } of this.#changed) {
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
    this.#changed.clear();
    if (this.#held.size < KEPT) return;
    this.#before = this.#held;
    this.#held = new HeldDocuments();
  }

  /** Reads the documents of a page that are not in hand yet. */
  async #fetch(plan: readonly Planned[]): Promise<void> {
    const missing = new Map<OrganisationId, Set<string>>();
    for (const { event, keys } of plan) {
      const { organisationId } = event;
      for (const id of idsOf(keys)) {
        if (this.#inHand(organisationId, id)) continue;
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
      if (!this.#inHand(organisationId, document._id)) this.#keep(organisationId, document);
    const conditions = Object.entries(where);
    return [...this.#before.of(organisationId), ...this.#held.of(organisationId)].filter(
      ({ document }) =>
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
    this.#held.add({ organisationId, id: stored._id, document, position });
  }

  /** What is in hand of an id; used before, it is used lately from now on. */
  #inHand(organisationId: OrganisationId, id: string): Held | undefined {
    const held = this.#held.get(organisationId, id);
    if (held) return held;
    const before = this.#before.get(organisationId, id);
    if (before) {
      this.#before.delete(before);
      this.#held.add(before);
    }
    return before;
  }

  /** What is in hand of an id; what was not found is not there. */
  #hold(organisationId: OrganisationId, id: string): Held {
    const known = this.#inHand(organisationId, id);
    if (known) return known;
    const held = { organisationId, id, document: undefined, position: undefined };
    this.#held.add(held);
    return held;
  }
}
