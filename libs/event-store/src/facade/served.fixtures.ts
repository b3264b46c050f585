import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { JSONEventData } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { credentials } from '@grpc/grpc-js';
import type { EventStore } from '../port.ts';
import { openEmbeddedEventStore } from '../embedded/open.ts';
import { serveEventStoreProtocol } from './serve.ts';
import type { ServedProtocol, ServeOptions } from './serve.ts';

// Every append waits for the disk, which is not always fast.
jest.setTimeout(60_000);

/** A served log in a folder of its own, the official client on it, and the bare stubs. */
export interface Served {
  readonly log: EventStore;
  readonly client: EventStoreDBClient;
  readonly raw: StreamsClient;
  readonly server: ServedProtocol;
  /** Failures of the server that were no refusals. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

type Changes = Partial<ServeOptions> & { readonly logNow?: () => number };

export async function serve({ logNow, ...changes }: Changes = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'vivier-facade-'));
  const now = logNow && { now: logNow };
  const log = changes.log ?? (await openEmbeddedEventStore({ file: join(folder, 'log'), ...now }));
  const faults: unknown[] = [];
  const report = (error: unknown): void => void faults.push(error);
  const server = await serveEventStoreProtocol({ log, report, ...changes });
  const client = clientOf(server.port);
  const raw = new StreamsClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const close = async (): Promise<void> => {
    await leave(client);
    raw.close();
    await server.close();
    await log.close();
    rmSync(folder, { recursive: true });
  };
  return { log, client, raw, server, faults, close };
}

/** Opens the server before the tests of a file and closes it after them. */
export function servedForAll(changes?: Changes): { readonly served: Served } {
  let served: Served | undefined;
  beforeAll(async () => {
    served = await serve(changes);
  });
  afterAll(async () => {
    expect(served?.faults).toEqual([]);
    await served?.close();
  });
  return {
    get served() {
      return served!;
    },
  };
}

export const clientOf = (port: number): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);

/** Ends a client with its connection, which it would otherwise try to make again for ever. */
export async function leave(client: EventStoreDBClient): Promise<void> {
  await client.dispose();
  const inner = client as unknown as { getChannel(): Promise<{ close(): void }> };
  (await inner.getChannel()).close();
}

/** Passing credentials makes the client use the call that the batch does not replace. */
export const CLASSIC = { credentials: { username: 'anybody', password: 'anything' } };
/** The two ways of appending, by what is passed for them. */
export const BOTH_WAYS = [
  ['the batch', {}],
  ['the classic append', CLASSIC],
] as const;

let names = 0;
/** A name that no other test uses. */
export const newName = (category = 'sample'): string => `${category}-${++names}`;

export const events = (count: number, type = 'SampleTaken'): JSONEventData[] =>
  Array.from({ length: count }, (_, index) => jsonEvent({ type, data: { index } }));

export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

/** The error that work rejects with. */
export async function refusalOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await work;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error('It was not refused.');
}

/** The revisions of what a stream shows. */
export const revisionsOf = async (
  source: AsyncIterable<{ readonly event?: { readonly revision: bigint } }>,
): Promise<number[]> => (await all(source)).map(({ event }) => Number(event?.revision));
