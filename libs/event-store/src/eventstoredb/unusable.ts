import type { FaultKind } from './connection.ts';

/** What lies at the address cannot be used; the message is one sentence that says what to do. */
export class UnusableEventStore extends Error {
  override readonly name = 'UnusableEventStore';
}

/** What to do where a server refuses as such, whatever it is asked. */
export const REFUSED = {
  unauthenticated:
    'The event store does not know the user or the password: correct them in its address, esdb://user:password@host:2113, with every character but letters and digits percent-encoded.',
  forbidden:
    'The event store does not let this user read $all or write: name a user in its address who may, or grant it both.',
  'unknown-request':
    'What answers at the address of the event store is no EventStoreDB or KurrentDB: correct host and port.',
  deleted:
    'A stream of the event store carries a tombstone and takes nothing any more: restore the event store from a backup.',
} as const satisfies Partial<Record<FaultKind, string>>;
