import { START, type OrganisationId, type Position } from '@vivier/kernel';
import type { ReadDocument, ReadStore, ReadWrite } from './port.ts';

/** A new, empty store for one test. */
export interface OpenedReadStore {
  readonly store: ReadStore;
  /** Closes the store and opens what it kept. */
  reopen(): Promise<ReadStore>;
  /** Closes whatever is open and removes what was kept. */
  end(): Promise<void>;
}

export type OpenReadStore = () => Promise<OpenedReadStore>;

export const AMIENS = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
export const BREST = '6f1c0b7e-0000-4000-8000-00000000000b' as OrganisationId;

/** Runs one test on a store of its own. */
export const on =
  (open: OpenReadStore, test: (opened: OpenedReadStore) => Promise<void>) =>
  async (): Promise<void> => {
    const opened = await open();
    try {
      await test(opened);
    } finally {
      await opened.end();
    }
  };

export const put = (
  organisationId: OrganisationId,
  collection: string,
  ...documents: readonly ReadDocument[]
): ReadWrite[] => documents.map((document) => ({ organisationId, collection, put: document }));

/** Applies writes one position further, as the projection of the first write's collection. */
export const write = async (store: ReadStore, writes: readonly ReadWrite[]): Promise<Position> => {
  const projection = writes[0]?.collection ?? 'nothing';
  const from = await store.position(projection);
  const to = ((from === START ? 0 : from) + 1) as Position;
  await store.apply({ projection, from, to, writes });
  return to;
};

export const ids = (documents: readonly ReadDocument[]): string[] =>
  documents.map((document) => document._id);
