import type { EventStore, StoredRecord } from '@vivier/event-store';
import {
  collectionName,
  type Document,
  type OrganisationId,
  type Position,
  type Projection,
  type Recorded,
} from '@vivier/kernel';
import {
  packDocument,
  unpackDocument,
  type EventCodec,
  type PackedDocument,
} from '@vivier/kernel/sealing';
import type { ReadDocument, ReadStore, ReadWrite } from '@vivier/read-store';
import { CannotGoOn, haltFor, keepReading, Progress, type Halt, type Wait } from './followers.ts';
import { recorded } from './log.ts';

export interface ProjectorPorts {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly codec: EventCodec;
  readonly projections: readonly Projection[];
  /** Told when a projection stops; it stays stopped until the program is started again. */
  readonly onHalt?: (projection: string, halt: Halt) => void;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
}

/** Keeps the read models up with the log. */
export interface Projector {
  /** Collection name to progress. */
  readonly progress: ReadonlyMap<string, Progress>;
  stop(): Promise<void>;
}

interface Follower {
  readonly projection: Projection;
  readonly name: string;
  readonly progress: Progress;
}

/** A projection that throws has a bug: waiting does not mend it. */
const pure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new CannotGoOn('The projection failed on this event.', { cause: error });
  }
};

/** The document with the position of the last event applied to it. */
const positioned = (document: Document, _position: Position): Document => {
  const stamped: Document & { readonly _position: Position } = { ...document, _position };
  return stamped;
};

/** The documents of one page of the log, read once and written once. */
class Page {
  readonly #documents = new Map<
    string,
    { readonly organisationId: OrganisationId; readonly id: string; document: Document | undefined }
  >();

  constructor(
    private readonly readStore: ReadStore,
    private readonly name: string,
  ) {}

  async #ids(organisationId: OrganisationId, where: Readonly<Record<string, string>>) {
    const stored = await this.readStore
      .collection<ReadDocument>(organisationId, this.name)
      .find(where);
    const ids = new Set(stored.map(({ _id }) => _id));
    for (const held of this.#documents.values())
      if (
        held.organisationId === organisationId &&
        held.document !== undefined &&
        Object.entries(where).every(
          ([field, value]) =>
            (held.document as unknown as Record<string, unknown>)[field] === value,
        )
      )
        ids.add(held.id);
    return [...ids];
  }

  async #held(organisationId: OrganisationId, id: string) {
    const place = `${organisationId}/${id}`;
    let held = this.#documents.get(place);
    if (!held) {
      const packed = await this.readStore
        .collection<ReadDocument>(organisationId, this.name)
        .findOne({ _id: id });
      held = {
        organisationId,
        id,
        document: packed ? unpackDocument(packed as PackedDocument) : undefined,
      };
      this.#documents.set(place, held);
    }
    return held;
  }

  async apply(projection: Projection, event: Recorded): Promise<void> {
    const touch = projection.on[event.type];
    if (!touch) return;
    const keys = pure(() => touch.keys(event));
    const ids = 'where' in keys ? await this.#ids(event.organisationId, keys.where) : keys;
    for (const id of ids) {
      const held = await this.#held(event.organisationId, id);
      // What was applied before is not applied again: a redelivery changes nothing.
      const applied = (held.document as { readonly _position?: number } | undefined)?._position;
      if (applied !== undefined && applied >= event.position) continue;
      const document = pure(() => touch.evolve(held.document, event, id));
      held.document = document && positioned(document, event.position);
    }
  }

  writes(): ReadWrite[] {
    return [...this.#documents.values()].map(({ organisationId, id, document }) =>
      document
        ? { organisationId, collection: this.name, put: packDocument(document) }
        : { organisationId, collection: this.name, remove: id },
    );
  }
}

/**
 * Starts the projections: each goes on after the position that its documents show. One reading of the
 * log serves all of them.
 */
export const startProjector = async (ports: ProjectorPorts): Promise<Projector> => {
  const { store, readStore, codec, projections } = ports;
  const followers: Follower[] = [];
  for (const projection of projections) {
    const name = collectionName(projection);
    await readStore.declare({ name, indexes: projection.indexes });
    followers.push({ projection, name, progress: new Progress(await readStore.position(name)) });
  }
  const stopping = new AbortController();

  const halt = ({ name, progress }: Follower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    ports.onHalt?.(name, reason);
  };

  const follow = async (follower: Follower, events: readonly Recorded[]): Promise<void> => {
    const { name, progress, projection } = follower;
    const fresh = events.filter(({ position }) => position > progress.position);
    const last = fresh.at(-1);
    if (!last || progress.halt) return;
    const page = new Page(readStore, name);
    let position = last.position;
    try {
      for (const event of fresh) {
        position = event.position;
        await page.apply(projection, event);
      }
      await readStore.apply({
        projection: name,
        from: progress.position,
        to: last.position,
        writes: page.writes(),
      });
      progress.moveTo(last.position);
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      halt(follower, position, error);
    }
  };

  const takePage = async (records: readonly StoredRecord[]): Promise<boolean> => {
    const events: Recorded[] = [];
    for (const record of records)
      try {
        events.push(recorded(codec, record));
      } catch (error) {
        // Nothing is skipped: what comes before the unreadable event is applied, then all stand still.
        for (const follower of followers) {
          await follow(follower, events);
          halt(follower, record.position, error);
        }
        return false;
      }
    for (const follower of followers) await follow(follower, events);
    return followers.some(({ progress }) => !progress.halt);
  };

  const run = async (): Promise<void> => {
    const after = Math.min(...followers.map(({ progress }) => progress.position)) as Position;
    for await (const message of store.subscribe({ after, signal: stopping.signal }))
      if (message.kind === 'records' && !(await takePage(message.records))) return;
  };
  const allHalt = (error: unknown): void => {
    for (const follower of followers) halt(follower, follower.progress.position, error);
  };
  const running = keepReading(run, stopping.signal, allHalt, ports.wait);

  return {
    progress: new Map(followers.map(({ name, progress }) => [name, progress])),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
