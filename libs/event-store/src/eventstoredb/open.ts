import type { SharedEventStore } from '../port.ts';
import { namePattern } from '../stream-names.ts';
import { checkAddress } from './address.ts';
import { ConnectionFault } from './connection.ts';
import type { Connection } from './connection.ts';
import { EventStoreDb } from './event-store-db.ts';
import { requireOwn } from './installation.ts';
import { realWaiting } from './patience.ts';
import type { Waiting } from './patience.ts';
import { refusal } from './persistence.ts';
import { REFUSED, UnusableEventStore } from './unusable.ts';

export interface EventStoreDbOptions {
  /** `esdb://user:password@host:2113`, `esdb+discover://…`, `esdb://host:2113?tls=false`. */
  readonly address: string;
  /** The installation to which the log must belong, or nobody; default: whosever it is. */
  readonly installation?: string;
  /** How long a request is tried again while the server does not answer, in ms; default 5,000. */
  readonly patienceMs?: number;
  /** Told of every interruption of the subscription, which is made again by itself. */
  readonly interrupted?: (error: unknown) => void;
  /** Time and chance; default: the system's. */
  readonly waiting?: Waiting;
}

const STREAMS = 'event_store.client.streams.streams';

/**
 * Opens the log on an EventStoreDB or KurrentDB server. Nothing is written, and all is known to fit that
 * can be known before: address, kind and age of the server, user and password.
 *
 * @throws UnusableEventStore with one sentence that says what to do
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<SharedEventStore> {
  const address = checkAddress(options.address);
  // Loaded where it is needed alone: who keeps the log in a file need not wait for it.
  const { connect } = await import('./client.ts');
  const connection = connected(() => connect(address));
  let isClaimed = false;
  try {
    await mustFit(connection);
    // Only a first read shows whether user and password are right.
    const last = await connection.readLog({
      direction: 'backwards',
      limit: 1,
      names: namePattern(),
    });
    const { installation } = options;
    if (installation !== undefined)
      isClaimed = await requireOwn(connection, installation, last.length === 0);
  } catch (error) {
    await connection.close();
    throw error instanceof ConnectionFault ? unusable(error) : error;
  }
  const { patienceMs = 5_000, interrupted = () => {}, waiting = realWaiting } = options;
  return new EventStoreDb({ connection, waiting, patienceMs, interrupted, isClaimed });
}

/** The client reads certificates while it reads the address, and speaks of both in its own words. */
function connected(connect: () => Connection): Connection {
  try {
    return connect();
  } catch {
    throw new UnusableEventStore(
      'The address of the event store names a file that cannot be used: give tlsCAFile, and userCertFile together with userKeyFile, readable PEM files.',
    );
  }
}

async function mustFit(connection: Connection): Promise<void> {
  const abilities = await connection.negotiate();
  if (!abilities.has(`${STREAMS}/append`)) {
    throw new ConnectionFault('unknown-request', 'The server does not name the calls of streams.');
  }
  if (!abilities.has(`${STREAMS}/read:position`)) {
    throw new UnusableEventStore(
      'The server of the event store is too old to tell positions: use EventStoreDB 22.6 or newer, or KurrentDB.',
    );
  }
}

function unusable(fault: ConnectionFault): Error {
  if (fault.kind !== 'unreachable') return refusal(fault);
  const { message } = fault;
  if (/protocol error/i.test(message)) return new UnusableEventStore(REFUSED['unknown-request']);
  if (/certificate|altnames|unable to verify/i.test(message)) {
    return new UnusableEventStore(
      'The certificate of the event store is not trusted: give the file of its authority in the address, as ?tlsCAFile=ca.pem, and use the host name that the certificate is for.',
    );
  }
  return new UnusableEventStore(
    'No event store answers at its address: check host and port, that the server runs, and that ?tls=false stands there if and only if the server has no TLS.',
  );
}
