import { afterAll, beforeAll, describe } from '@jest/globals';
import type { EventStore } from './port.ts';
import { appendCases } from './contract/append.contract.ts';
import { concurrencyCases } from './contract/concurrency.contract.ts';
import { idempotenceCases } from './contract/idempotence.contract.ts';
import { modelCases } from './contract/model.contract.ts';
import { readCases } from './contract/read.contract.ts';
import { subscriptionCases } from './contract/subscription.contract.ts';

export interface OpenedStore {
  readonly store: EventStore;
  /** Closes the store and opens it again over the same records. */
  reopen(): Promise<EventStore>;
  /** Closes what is open and removes everything. */
  cleanUp(): Promise<void>;
}

/** Where adapters may differ, since what lies behind them does. */
export interface Peculiarities {
  /**
   * A stream's name belongs to the organisation that took it first and others are refused, or each
   * organisation has the name for itself. Nobody sees another's records either way.
   */
  readonly names?: 'taken once' | 'for each organisation';
  /** Whether appends that are sent without waiting are taken in the order in which they were sent. */
  readonly order?: 'as sent' | 'as they arrive';
  /** How many bytes a type counts for at the limit of an append, where a server counts its own way. */
  readonly bytesOfType?: (type: string) => number;
}

/** The store under test, which changes when a case opens it again. */
export interface Subject extends Required<Peculiarities> {
  readonly store: EventStore;
  reopen(): Promise<void>;
}

/**
 * What every event store must do, whatever lies behind it. Written against the port alone: the log may
 * hold records of others, so that the suite also runs on a shared server.
 */
export function eventStoreContract(
  name: string,
  open: () => Promise<OpenedStore>,
  {
    names = 'taken once',
    order = 'as sent',
    bytesOfType = (type) => Buffer.byteLength(type),
  }: Peculiarities = {},
): void {
  describe(`${name} as an event store`, () => {
    let opened: OpenedStore;
    let store: EventStore;
    const subject: Subject = {
      ...{ names, order, bytesOfType },
      get store() {
        return store;
      },
      async reopen() {
        store = await opened.reopen();
      },
    };
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.cleanUp());

    appendCases(subject);
    idempotenceCases(subject);
    concurrencyCases(subject);
    readCases(subject);
    subscriptionCases(subject);
    modelCases(subject);
  });
}
