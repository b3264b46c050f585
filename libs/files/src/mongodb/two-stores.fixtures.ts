import type { Db } from 'mongodb';
import { databases } from '@vivier/mongodb/contract';
import { everythingFrom, HandClock, pdfOf, type newUpload } from '../contract.ts';
import type { Files } from '../port.ts';
import { fixedCipher } from '../testing/sealing.ts';
import { openMongoFiles } from './open.ts';

export const [short, long] = [pdfOf(300_000), pdfOf(600_000)];

export const unnamed = () => false;

/** An empty database, and two stores on it as processes of their own would have them. */
export interface TwoStores {
  readonly db: Db;
  readonly clock: HandClock;
  readonly one: Files;
  readonly other: Files;
  openOn(db: Db, contentHash?: () => Promise<string>): Promise<Files>;
}

export const twoStores = async () => {
  const server = await databases();
  const first = server.create();
  const second = await server.seenByAnother(first);
  return {
    /** The same database each time, emptied. */
    renew: async (): Promise<TwoStores> => {
      for (const { name } of await first.listCollections().toArray())
        await first.collection(name).deleteMany({});
      const clock = new HandClock();
      const openOn: TwoStores['openOn'] = (db, contentHash = async () => 'hash') =>
        openMongoFiles({ db, clock, cipherFor: async () => fixedCipher(), contentHash });
      // Both at once make what is missing.
      const [one, other] = await Promise.all([openOn(first), openOn(second)]);
      return { db: first, clock, one, other, openOn };
    },
    end: () => server.end(),
  };
};

export const contentOf = async (files: Files, mine: ReturnType<typeof newUpload>) => {
  const { token } = await files.requestDownload({ ...mine, fileId: mine.uploadId });
  return everythingFrom((await files.open(token)).stream);
};
