import { jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract } from '../contract.ts';
import type { OpenedStore } from '../contract.ts';
import { serveEventStoreProtocol } from '../facade/index.ts';
import { openEmbeddedEventStore, openEventStoreDb } from '../index.ts';

/** The adapter on a server that is already there; `stop` ends whatever was started for it. */
async function openedAt(address: string, stop: () => Promise<void>): Promise<OpenedStore> {
  let current = await openEventStoreDb({ address });
  return {
    store: current,
    async reopen() {
      await current.close();
      current = await openEventStoreDb({ address });
      return current;
    },
    async cleanUp() {
      await current.close();
      await stop();
    },
  };
}

// Every call crosses a connection, on a machine that may be busy.
jest.setTimeout(60_000);

const peculiar = { names: 'for each organisation', order: 'as they arrive' } as const;

eventStoreContract(
  'EventStoreDB (the embedded log under its protocol)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivier-log-'));
    const log = await openEmbeddedEventStore({ file: join(folder, 'log.db') });
    const served = await serveEventStoreProtocol({ log });
    return openedAt(`esdb://127.0.0.1:${served.port}?tls=false`, async () => {
      await served.close();
      await log.close();
      rmSync(folder, { recursive: true });
    });
  },
  peculiar,
);

const address = process.env['EVENTSTORE_URL'];
if (address === undefined) {
  test.skip('EventStoreDB on a real server: skipped, EVENTSTORE_URL is not set (docker compose up -d --wait, or another container engine, runs one)', () => {});
} else {
  // A server counts a type as UTF-16, two bytes a character.
  const bytesOfType = (type: string): number => 2 * type.length;
  eventStoreContract('EventStoreDB (a real server)', () => openedAt(address, async () => {}), {
    ...peculiar,
    bytesOfType,
  });
}
