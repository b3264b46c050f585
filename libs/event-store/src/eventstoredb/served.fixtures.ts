import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { START } from '@vivier/kernel';
import { serveEventStoreProtocol } from '../facade/index.ts';
import type { ServeOptions } from '../facade/index.ts';
import { openEmbeddedEventStore, openEventStoreDb } from '../index.ts';
import type { EventStore, EventStoreDbOptions, StoredRecord } from '../index.ts';
import type { Waiting } from './patience.ts';
import { Proxy } from './proxy.fixtures.ts';

/** Time that passes by waiting alone, and chance that is always the same. */
export class HandSetWaiting implements Waiting {
  readonly pauses: number[] = [];
  #now = 0;

  /** @param before is waited for in every pause, which tells how many there were */
  constructor(private readonly before: (pauses: number) => unknown = () => {}) {}

  readonly now = (): number => this.#now;

  readonly random = (): number => 0;

  readonly pause = async (ms: number): Promise<void> => {
    this.pauses.push(ms);
    await this.before(this.pauses.length);
    this.#now += ms;
    await nextTurn();
  };
}

export interface Served {
  /** What the server keeps, under the server's own names. */
  readonly log: EventStore;
  readonly proxy: Proxy;
  /** How often the server was asked for a subscription. */
  readonly subscriptions: () => number;
  readonly address: string;
  /** The adapter behind the proxy; it is closed with everything else. */
  open(options?: Partial<EventStoreDbOptions>): Promise<EventStore>;
  /** The adapter beside the proxy. */
  direct(): Promise<EventStore>;
  /** Everything that the server keeps, but for what it wrote itself. */
  stored(): Promise<StoredRecord[]>;
  /** Resolves once the server keeps so many records. */
  keeps(count: number): Promise<void>;
  cleanUp(): Promise<void>;
}

const isWritten = ({ stream }: StoredRecord): boolean => !stream.startsWith('$');

/** A server of the protocol with an empty log, behind a network that a test can break. */
export async function served(options: Partial<ServeOptions> = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
  const log = await openEmbeddedEventStore({ file: join(folder, 'log.db') });
  let subscriptions = 0;
  const counting: EventStore = {
    append: (...args) => log.append(...args),
    readStream: (...args) => log.readStream(...args),
    readAll: (...args) => log.readAll(...args),
    head: () => log.head(),
    close: () => log.close(),
    subscribe: (wanted) => {
      subscriptions += 1;
      return log.subscribe(wanted);
    },
  };
  const server = await serveEventStoreProtocol({ log: counting, ...options });
  const proxy = await Proxy.before(server.port);
  const opened: EventStore[] = [];
  const openAt = async (
    port: number,
    more: Partial<EventStoreDbOptions> = {},
  ): Promise<EventStore> => {
    const address = `esdb://127.0.0.1:${port}?tls=false`;
    const store = await openEventStoreDb({ address, ...more });
    opened.push(store);
    return store;
  };
  return {
    log,
    proxy,
    subscriptions: () => subscriptions,
    address: `esdb://127.0.0.1:${proxy.port}?tls=false`,
    open: (more) => openAt(proxy.port, more),
    direct: () => openAt(server.port),
    async stored() {
      const all: StoredRecord[] = [];
      for await (const page of log.readAll()) all.push(...page.filter(isWritten));
      return all;
    },
    async keeps(count) {
      const stop = new AbortController();
      let seen = 0;
      for await (const message of log.subscribe({ after: START, signal: stop.signal })) {
        if (message.kind === 'records') seen += message.records.filter(isWritten).length;
        if (seen >= count) stop.abort();
      }
    },
    async cleanUp() {
      await Promise.all(opened.map((store) => store.close()));
      await proxy.close();
      await server.close();
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
}
