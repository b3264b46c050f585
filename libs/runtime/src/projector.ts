import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredRecord, SubscriptionMessage } from '@vivier/event-store';
import { collectionName, type Position, type Projection, type Recorded } from '@vivier/kernel';
import { LeaseLost, UnstorableDocument } from '@vivier/read-store';
import { findHome } from './collections.ts';
import { DocumentsInHand } from './documents-in-hand.ts';
import { CannotGoOn, haltFor, keepReading, Progress } from './followers.ts';
import { readPage } from './log.ts';
import { lull } from './lull.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Finished, Projector, ProjectorPorts } from './projector-ports.ts';

export type { Finished, Projector, ProjectorPorts } from './projector-ports.ts';

interface Follower {
  readonly projection: Projection;
  readonly name: string;
  collection: string;
  /** It answers once its documents show this position; undefined where it does, or never will. */
  answersAt: Position | undefined;
  /** What its documents show. */
  readonly progress: Progress;
  /** What the store says that they show; behind that where nothing has changed since. */
  written: Position;
  /** What is applied to the documents in hand. */
  taken: Position;
  /** So many events since `progress`, and since `written`: positions may have gaps and do not tell. */
  inHand: number;
  unsaved: number;
  documents: DocumentsInHand;
}

/** A page that is not full lies at the log's end: what it changed is written at once. */
const FULL_PAGE = 1_000;
/** A position that changed no document is written down only now and then: it is read again in no time. */
const UNWRITTEN = 1_000;
/** Before that, while catching up, so much is written in one go. */
const EVENTS_AT_ONCE = 10_000;
const DOCUMENTS_AT_ONCE = 5_000;
/** What is built beside has time: whoever is served meanwhile gets their turn after so many events. */
const GENTLY = { events: 25, writes: 250 } as const;

/**
 * Starts the projections: each goes on after the position that its documents show. One reading of the
 * log serves all of them.
 */
export const startProjector = async (ports: ProjectorPorts): Promise<Projector> => {
  const { store, readStore, codec, projections } = ports;
  const unwritten = ports.everyPosition ? 1 : UNWRITTEN;
  const isGentle = ports.beside !== undefined;
  const [eventsAtOnce, documentsAtOnce] = isGentle
    ? [Infinity, GENTLY.writes]
    : [EVENTS_AT_ONCE, DOCUMENTS_AT_ONCE];
  const followers: Follower[] = [];
  for (const projection of projections) {
    const name = collectionName(projection);
    const beside = ports.beside?.get(projection.name);
    const { collection, answers } =
      beside === undefined
        ? await findHome(readStore, projection)
        : { collection: beside, answers: true };
    await readStore.declare({ name: collection, indexes: projection.indexes });
    const taken = await readStore.position(collection);
    const documents = new DocumentsInHand(readStore, projection, collection, ports.faults);
    // What lies in the log now is to be shown before it answers.
    const answersAt = answers ? undefined : await store.head();
    const progress = new Progress(taken);
    const positions = { progress, written: taken, taken, inHand: 0, unsaved: 0 };
    followers.push({ projection, name, collection, answersAt, ...positions, documents });
  }
  const alone = oneAtATime();
  const stopping = new AbortController();

  const halt = ({ name, progress }: Follower, position: Position, error: unknown): void => {
    const reason = haltFor(position, error);
    progress.haltAt(reason);
    ports.onHalt?.(name, reason);
  };

  const answer = async (follower: Follower, position: Position): Promise<void> => {
    if (follower.answersAt === undefined || position < follower.answersAt) return;
    await readStore.switchTo(follower.projection.name, follower.collection);
    follower.answersAt = undefined;
  };

  const put = async (follower: Follower): Promise<void> => {
    const { collection, documents, written, taken } = follower;
    const writes = documents.writes();
    await readStore.apply({ projection: collection, from: written, to: taken, writes });
    follower.written = taken;
    follower.unsaved = 0;
    documents.written();
  };

  const write = async (follower: Follower): Promise<void> => {
    const { documents, progress, taken, unsaved } = follower;
    if (taken <= progress.position || progress.halt) return;
    try {
      if (documents.size > 0 || unsaved >= unwritten) await put(follower);
    } catch (error) {
      // No waiting makes it fit.
      if (!(error instanceof UnstorableDocument)) throw error;
      halt(follower, taken, error);
      return;
    }
    try {
      // Whoever waits for a position asks as soon as it is reached.
      await answer(follower, taken);
    } finally {
      progress.moveTo(taken);
      follower.inHand = 0;
    }
  };

  /** All at the same moment, which a store can make one commit of. */
  const writeAll = async (some: readonly Follower[]): Promise<void> => {
    const outcomes = await Promise.allSettled(some.map(write));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };

  /** Applies events to the documents in hand; resolves to whether these are to be written now. */
  const follow = async (
    follower: Follower,
    events: readonly Recorded[],
    isEnd: boolean,
  ): Promise<boolean> => {
    const { documents, progress } = follower;
    const last = events.at(-1);
    if (!last || last.position <= follower.taken || progress.halt) return false;
    const fresh = events.filter(({ position }) => position > follower.taken);
    try {
      await documents.apply(fresh);
      follower.taken = last.position;
      follower.inHand += fresh.length;
      follower.unsaved += fresh.length;
    } catch (error) {
      if (!(error instanceof CannotGoOn)) throw error;
      halt(follower, documents.at ?? last.position, error);
      return false;
    }
    return isEnd || follower.inHand >= eventsAtOnce || documents.size >= documentsAtOnce;
  };

  const followAll = async (events: readonly Recorded[], isEnd: boolean): Promise<void> => {
    const due: Follower[] = [];
    for (const follower of followers) if (await follow(follower, events, isEnd)) due.push(follower);
    await writeAll(due);
  };

  /** @returns whether there is more to be done */
  const takeSome = async (records: readonly StoredRecord[], isEnd: boolean): Promise<boolean> => {
    const { events, unreadable } = readPage(codec, records);
    await followAll(events, isEnd);
    if (unreadable) {
      // What comes before the unreadable event is applied, then all stand still.
      await writeAll(followers);
      for (const follower of followers) halt(follower, unreadable.position, unreadable.error);
      return false;
    }
    return followers.some(({ progress }) => !progress.halt);
  };

  const takePage = async (records: readonly StoredRecord[]): Promise<boolean> => {
    const isEnd = records.length < FULL_PAGE;
    if (!isGentle) return takeSome(records, isEnd);
    for (let from = 0; from < records.length; from += GENTLY.events) {
      const to = from + GENTLY.events;
      if (!(await takeSome(records.slice(from, to), isEnd && to >= records.length))) return false;
      await nextTurn();
    }
    return true;
  };

  const take = async (message: SubscriptionMessage): Promise<boolean> => {
    if (message.kind === 'records') return takePage(message.records);
    await writeAll(followers);
    return true;
  };

  const goOnIn = async (follower: Follower, built: Finished): Promise<void> => {
    const { projection, collection: before } = follower;
    const { collection, position } = built;
    await readStore.switchTo(projection.name, collection);
    follower.collection = collection;
    follower.answersAt = undefined;
    follower.taken = position;
    follower.written = await readStore.position(collection);
    follower.inHand = 0;
    follower.unsaved = 0;
    follower.documents = new DocumentsInHand(readStore, projection, collection, ports.faults);
    follower.progress.moveTo(position);
    // Already gone, unless it never answered.
    if (before !== collection) await readStore.drop(before);
  };

  const run = async (): Promise<void> => {
    // What a failed run had in hand may be half applied: only what is stored counts.
    await alone(async () => {
      for (const follower of followers) {
        const { collection, projection, progress } = follower;
        follower.written = await readStore.position(collection);
        follower.taken = follower.written;
        follower.inHand = 0;
        follower.unsaved = 0;
        follower.documents = new DocumentsInHand(readStore, projection, collection, ports.faults);
        if (follower.written > progress.position) progress.moveTo(follower.written);
        await answer(follower, progress.position);
      }
    });
    const after = Math.min(...followers.map(({ taken }) => taken)) as Position;
    for await (const message of store.subscribe({ after, signal: stopping.signal })) {
      if (!(await alone(() => take(message)))) return;
      if (message.kind === 'caughtUp') await lull(readers, stopping.signal);
    }
  };
  const whileHeld = async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      ports.onLeaseLost?.();
    }
  };
  const allHalt = (error: unknown): void => {
    for (const follower of followers) halt(follower, follower.progress.position, error);
  };
  const readers = followers.map(({ progress }) => progress);
  for (const follower of followers) await answer(follower, follower.taken);
  const running = keepReading(whileHeld, stopping.signal, allHalt, ports.wait, ports.onRetry);

  return {
    progress: new Map(followers.map(({ name, progress }) => [name, progress])),
    building: () =>
      followers
        .filter(({ answersAt }) => answersAt !== undefined)
        .map(({ projection }) => projection.name),
    takeOver: (names, finish) =>
      alone(async () => {
        const theirs = followers.filter(({ projection }) => names.includes(projection.name));
        const finished = await finish(Math.max(...theirs.map(({ taken }) => taken)) as Position);
        for (const follower of finished ? theirs : []) {
          const built = finished?.get(follower.projection.name);
          if (built) await goOnIn(follower, built);
        }
        return finished !== undefined;
      }),
    stop: async () => {
      stopping.abort();
      await running;
      await alone(() => Promise.resolve());
    },
  };
};
