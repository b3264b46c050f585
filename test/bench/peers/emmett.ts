import { optional, type PeerEvent, type PeerStore } from './store.ts';

interface Event {
  readonly type: string;
  readonly data: PeerEvent['data'];
  readonly metadata: PeerEvent['metadata'];
}

interface Store {
  appendToStream(
    stream: string,
    events: readonly Event[],
    options: { readonly expectedStreamVersion: bigint },
  ): Promise<unknown>;
  readStream(stream: string): Promise<{ readonly events: readonly Event[] }>;
  consumer(options: { readonly pulling: { readonly batchSize: number } }): {
    processor(options: {
      readonly processorId: string;
      readonly startFrom: 'BEGINNING';
      readonly stopAfter: () => boolean;
      readonly eachMessage: (message: Event) => void;
    }): unknown;
    start(): Promise<void>;
    close(): Promise<void>;
  };
}

interface Package {
  readonly sqliteConnection: (options: { readonly fileName: string }) => { close(): void };
  readonly getSQLiteEventStore: (options: {
    readonly fileName: string;
    readonly connectionOptions: { readonly singleton: true; readonly connection: unknown };
  }) => Store;
}

const PACKAGE = '@event-driven-io/emmett-sqlite';
export const INSTALL_EMMETT =
  'npm i --no-save --legacy-peer-deps @event-driven-io/emmett@0.42.0 ' +
  '@event-driven-io/emmett-sqlite@0.42.4 sqlite3@5.1.7 async-retry uuid';

const NAME = 'application-';

/** Whether it is installed, and what it needs with it. */
export const isEmmettHere = async (): Promise<boolean> =>
  (await optional<Package>(PACKAGE)) !== undefined;

/** emmett-sqlite on one connection: used as its documentation says, it fails with 64 clients. */
export const openEmmett = async (fileName: string): Promise<PeerStore | undefined> => {
  const found = await optional<Package>(PACKAGE);
  if (!found) return undefined;
  const connection = found.sqliteConnection({ fileName });
  const store = found.getSQLiteEventStore({
    fileName,
    connectionOptions: { singleton: true, connection },
  });
  // It prints every conflict.
  const { log } = console;
  console.log = () => undefined;
  let appended = 0;
  let replays = 0;
  return {
    name: 'emmett-sqlite',
    append: async (key, there, { data, metadata }) => {
      await store.appendToStream(`${NAME}${key}`, [{ type: 'Noted', data, metadata }], {
        expectedStreamVersion: BigInt(there),
      });
      appended += 1;
    },
    load: async (key) => (await store.readStream(`${NAME}${key}`)).events.map(({ data }) => data),
    replay: async (take) => {
      let left = appended;
      replays += 1;
      const consumer = store.consumer({ pulling: { batchSize: 1_000 } });
      consumer.processor({
        processorId: `bench-${replays}`,
        startFrom: 'BEGINNING',
        eachMessage: ({ data }) => {
          left -= 1;
          take(String(data['applicationId']), data);
        },
        stopAfter: () => left === 0,
      });
      await consumer.start();
    },
    close: () => {
      console.log = log;
      connection.close();
      return Promise.resolve();
    },
  };
};
