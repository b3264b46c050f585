import { randomBytes } from 'node:crypto';
import { optional, type PeerEvent, type PeerStore } from './store.ts';

interface Detail {
  readonly aggregateId: string;
  readonly version: number;
  readonly type: string;
  readonly payload: PeerEvent['data'];
  readonly metadata: PeerEvent['metadata'];
}

interface Adapter {
  /** Its connections, which it has no way to close. */
  readonly _sql: { end(): Promise<void> };
  pushEvent(detail: Detail, context: { readonly eventStoreId: string }): Promise<unknown>;
  getEvents(
    aggregateId: string,
    context: { readonly eventStoreId: string },
  ): Promise<{ readonly events: readonly Detail[] }>;
  listAggregateIds(
    context: { readonly eventStoreId: string },
    options: { readonly limit: number; readonly pageToken?: string | undefined },
  ): Promise<{
    readonly aggregateIds: readonly { readonly aggregateId: string }[];
    readonly nextPageToken?: string;
  }>;
}

interface Table {
  readonly connectionString: string;
  readonly tableName: string;
}

interface Package {
  readonly PostgresEventStorageAdapter: {
    new (table: Table): Adapter;
    createEventTable(
      table: Table & { readonly aggregateId: { readonly type: 'UUID' } },
    ): Promise<unknown>;
    dropEventTable(table: Table): Promise<void>;
  };
}

const PACKAGE = '@castore/event-storage-adapter-postgres';
export const INSTALL_CASTORE =
  'npm i --no-save @castore/core@2.4.2 @castore/event-storage-adapter-postgres@2.4.2, and ' +
  'BENCH_POSTGRES_URL=postgres://user@host/database (its fsync on)';

const address = (): string => process.env['BENCH_POSTGRES_URL'] ?? '';

/** Whether it is installed and has a server. */
export const isCastoreHere = async (): Promise<boolean> =>
  address() !== '' && (await optional<Package>(PACKAGE)) !== undefined;

/** castore on a table of its own in PostgreSQL. */
export const openCastore = async (): Promise<PeerStore | undefined> => {
  const connectionString = address();
  const found = connectionString === '' ? undefined : await optional<Package>(PACKAGE);
  if (!found) return undefined;
  const { PostgresEventStorageAdapter: Postgres } = found;
  const table = { connectionString, tableName: `vivier_bench_${randomBytes(6).toString('hex')}` };
  await Postgres.createEventTable({ ...table, aggregateId: { type: 'UUID' } });
  const adapter = new Postgres(table);
  const context = { eventStoreId: 'bench' };
  const load: PeerStore['load'] = async (key) =>
    (await adapter.getEvents(key, context)).events.map(({ payload }) => payload);
  return {
    name: 'castore + PostgreSQL',
    append: (aggregateId, there, { data: payload, metadata }) =>
      adapter.pushEvent(
        { aggregateId, version: there + 1, type: 'Noted', payload, metadata },
        context,
      ),
    load,
    // It has no order over all streams and no subscription: one stream after the other.
    replay: async (take) => {
      let pageToken: string | undefined;
      do {
        const page = await adapter.listAggregateIds(context, { limit: 1_000, pageToken });
        for (const { aggregateId } of page.aggregateIds)
          for (const data of await load(aggregateId)) take(aggregateId, data);
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
    },
    close: async () => {
      await adapter._sql.end();
      await Postgres.dropEventTable(table);
    },
  };
};
