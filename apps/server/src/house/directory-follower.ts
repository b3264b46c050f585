import { setImmediate as nextTurn } from 'node:timers/promises';
import { openDirectory, type Directory, type NamedPerson } from '@vivier/directory';
import { candidateEvents } from '@vivier/domain/events';
import type { EventStore, StoredRecord } from '@vivier/event-store';
import {
  erased,
  Sealed,
  START,
  type OrganisationId,
  type PersonId,
  type Position,
} from '@vivier/kernel';
import {
  MisplacedHandle,
  openHandles,
  unpackDocument,
  type EventCodec,
  type OpenBlobs,
  type PackedDocument,
} from '@vivier/kernel/sealing';
import { candidateSpace, type CandidateSpace } from '@vivier/projections';
import type { ReadStore } from '@vivier/read-store';
import {
  CannotGoOn,
  documentsOf,
  haltFor,
  keepReading,
  Progress,
  ReadModelBuilding,
  recorded,
  type Halt,
  type Wait,
} from '@vivier/runtime';
import { BlobRejected } from '@vivier/vault';

export interface DirectoryFollowerPorts {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly codec: EventCodec;
  readonly open: OpenBlobs;
  /** Whose people are looked up when it begins; later ones come with their first person. */
  readonly organisations: () => Promise<readonly OrganisationId[]>;
  /** Told of everybody whose erasure is met: what this process holds of them is to go at once. */
  readonly onErased?: ((organisationId: OrganisationId, personId: PersonId) => void) | undefined;
  readonly onHalt?: (halt: Halt) => void;
  /** Between two tries of what failed for a while; default: a timer. */
  readonly wait?: Wait;
}

/** Fills this process's directories, one for each organisation, and keeps them up with the log. */
export interface DirectoryFollower {
  readonly progress: Progress;
  /** Begins; until then nothing is read and nobody is found. */
  begin(): void;
  /**
   * An organisation's directory once all of its people are in it; undefined where the signal comes
   * first, or where it stands still: what is not kept up would not hear that somebody was erased.
   */
  of(organisationId: OrganisationId, signal: AbortSignal): Promise<Directory | undefined>;
  /** Resolves once it shows the log up to a position; at once where it has not begun, or stands still. */
  settled(position: Position): Promise<void>;
  /** Stops, and forgets everybody. */
  stop(): Promise<void>;
}

/** What an event does to the name of its stream's person: a new one, or none any more. */
const naming: Readonly<Record<string, (data: unknown) => Sealed<string> | null>> = {
  [candidateEvents.CandidateRegistered.type]: (data) =>
    (data as { readonly fullName: Sealed<string> }).fullName,
  [candidateEvents.SubjectErased.type]: () => null,
};

interface Naming {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly fullName: Sealed<string> | null;
}

/** So many documents are read and opened at once, so that other work comes in between. */
const BATCH = 250;

/** The event, or the events, that a name comes from: alike in the log and in the read models. */
const namedBy = (handle: Sealed): string => {
  const content = Sealed.contentOf(handle);
  if (content.kind === 'stored') return content.blob.origin.eventId;
  return content.kind === 'joined' ? [...new Set(content.parts.map(namedBy))].join('+') : '';
};

export const directoryFollower = (ports: DirectoryFollowerPorts): DirectoryFollower => {
  const { store, readStore, codec } = ports;
  const progress = new Progress(START);
  const directories = new Map<OrganisationId, Directory>();
  const stopping = new AbortController();
  let state: 'filling' | 'following' | 'halted' = 'filling';
  let running: Promise<void> | undefined;
  /** How far the log is in the directories; undefined until they are filled. */
  let follows: Position | undefined;
  const waiting = new Set<() => void>();

  const becomes = (next: typeof state): void => {
    state = next;
    for (const tell of waiting) tell();
    waiting.clear();
  };

  const directoryOf = (organisationId: OrganisationId): Directory => {
    const known = directories.get(organisationId) ?? openDirectory();
    directories.set(organisationId, known);
    return known;
  };

  const forgetAll = (): void => {
    for (const directory of directories.values()) directory.clear();
    directories.clear();
  };

  /** Opens the names together and puts each where it belongs; whose key is gone is not taken in. */
  const take = async (changes: readonly Naming[]): Promise<void> => {
    const named = changes.flatMap(({ organisationId, personId, fullName: handle }) =>
      handle ? [{ handle, expected: { organisationId, personId } }] : [],
    );
    const opened = named.length > 0 ? await openHandles(named, ports.open) : [];
    const people = new Map<OrganisationId, NamedPerson[]>();
    for (const [at, { handle, expected }] of named.entries()) {
      const { organisationId, personId } = expected;
      const name = opened[at];
      if (name === erased) directoryOf(organisationId).remove(personId);
      else {
        const others = people.get(organisationId) ?? [];
        people.set(organisationId, others);
        others.push({ personId, name: name as string, namedBy: namedBy(handle) });
      }
    }
    for (const [organisationId, theirs] of people) directoryOf(organisationId).put(theirs);
    for (const { organisationId, personId, fullName } of changes) {
      if (fullName) continue;
      directoryOf(organisationId).remove(personId);
      ports.onErased?.(organisationId, personId);
    }
  };

  /** Takes in everybody whom the read model shows, and tells from where in the log to go on. */
  const fill = async (): Promise<Position> => {
    forgetAll();
    const current = await readStore.current(candidateSpace.name);
    // What happens from here on is read from the log as well; the same name twice changes nothing.
    const position = current === undefined ? START : await readStore.position(current);
    for (const organisationId of await ports.organisations()) {
      const spaces = documentsOf(readStore, organisationId, candidateSpace);
      for (let last = ''; !stopping.signal.aborted;) {
        const options = { sort: { _id: 1 }, limit: BATCH } as const;
        const found = await spaces.find({ _id: { $gt: last } }, options);
        const people = found.map((packed) =>
          unpackDocument<CandidateSpace>(packed as PackedDocument),
        );
        await take(
          people.flatMap(({ _id: personId, fullName }) =>
            fullName ? [{ organisationId, personId, fullName }] : [],
          ),
        );
        if (found.length < BATCH) break;
        last = found.at(-1)!._id;
        await nextTurn();
      }
    }
    return position;
  };

  const takeRecords = async (records: readonly StoredRecord[]): Promise<void> => {
    // Within a page only the last word about somebody counts: who is erased again is never opened.
    const last = new Map<string, Naming>();
    for (const record of records) {
      const event = recorded(codec, record);
      const { type, organisationId, key } = event;
      const fullName = naming[type]?.(event.data);
      if (fullName !== undefined)
        last.set(`${organisationId}/${key}`, {
          organisationId,
          personId: key as PersonId,
          fullName,
        });
    }
    await take([...last.values()]);
  };

  const read = async (): Promise<void> => {
    follows ??= await fill().catch((error: unknown) => {
      // No documents yet: everybody comes from the log.
      if (error instanceof ReadModelBuilding) return START;
      throw error;
    });
    const { signal } = stopping;
    const filter = { typePrefixes: Object.keys(naming).map((type) => `${type}.v`) };
    for await (const message of store.subscribe({ after: follows, filter, signal })) {
      if (message.kind === 'records') await takeRecords(message.records);
      follows =
        message.kind === 'records'
          ? (message.records.at(-1)?.position ?? follows)
          : message.position;
      progress.moveTo(follows);
      if (message.kind === 'caughtUp' && state === 'filling') becomes('following');
    }
  };

  const readSealed = async (): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (error instanceof BlobRejected || error instanceof MisplacedHandle)
        throw new CannotGoOn(error.message, { cause: error });
      throw error;
    }
  };

  const halt = (error: unknown): void => {
    forgetAll();
    const reason = haltFor(follows ?? START, error);
    progress.haltAt(reason);
    becomes('halted');
    ports.onHalt?.(reason);
  };

  return {
    progress,
    begin: () => {
      running ??= keepReading(readSealed, stopping.signal, halt, ports.wait);
    },
    of: async (organisationId, signal) => {
      if (state === 'filling' && !signal.aborted)
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener(
            'abort',
            () => {
              waiting.delete(resolve);
              resolve();
            },
            { once: true },
          );
        });
      return state === 'following' ? directoryOf(organisationId) : undefined;
    },
    settled: async (position) => {
      if (running) await progress.reached(position, stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await running;
      forgetAll();
      becomes('halted');
    },
  };
};
