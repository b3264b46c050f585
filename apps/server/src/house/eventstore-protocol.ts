import { openEmbeddedEventStore, type EventStore } from '@vivier/event-store';
import { kindOf, type Log } from './log.ts';

/** The event log under EventStoreDB's own protocol, for its clients on this machine. */
export interface EventStoreProtocol {
  readonly port: number;
  close(): Promise<void>;
}

export interface EventStoreProtocolOptions {
  /** 0 is any free one. */
  readonly port: number;
  /** A log of its own, to read and to write; without it Vivier's own log, which is only read. */
  readonly file?: string;
}

/**
 * Serves EventStoreDB's protocol on the loopback address alone: there is neither TLS nor a sign-in. Of
 * Vivier's own log it shows facts and sealed values, and refuses whatever would write.
 */
export const serveEventStore = async (
  { port, file }: EventStoreProtocolOptions,
  house: { readonly store: EventStore; readonly log: Log },
): Promise<EventStoreProtocol> => {
  // Loaded where it is asked for: a start need not wait for gRPC.
  const { serveEventStoreProtocol } = await import('@vivier/event-store/facade');
  const own = file === undefined ? undefined : await openEmbeddedEventStore({ file });
  try {
    const served = await serveEventStoreProtocol({
      log: own ?? house.store,
      readOnly: own === undefined,
      port,
      report: (error) => {
        house.log.error({ kind: kindOf(error) }, 'A call of EventStoreDB’s protocol failed.');
      },
    });
    return {
      port: served.port,
      close: async () => {
        await served.close();
        await own?.close();
      },
    };
  } catch (error) {
    await own?.close();
    throw error;
  }
};
