import { afterAll, beforeAll, jest } from '@jest/globals';
import type { Db } from 'mongodb';
import { onServer } from '@vivier/mongodb/contract';
import { vaultContract } from '../contract.ts';
import { Installation } from './database.fixtures.ts';

// Every key is one transaction on a server that may be slow.
jest.setTimeout(60_000);

onServer('the MongoDB vault', () => {
  let installation: Installation;
  let db: Db;

  beforeAll(async () => {
    installation = new Installation();
    db = await installation.database();
  });
  afterAll(() => installation.remove());

  vaultContract(
    'the MongoDB vault',
    () => installation.open(db, { cachedKeys: 64 }),
    () => installation.open(db, { fencesWithinMs: 0 }),
  );
});
