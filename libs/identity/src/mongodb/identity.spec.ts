import { afterAll, jest } from '@jest/globals';
import { onServer } from '@vivier/mongodb/contract';
import { attackContract } from '../attack.contract.ts';
import { addressesContract } from '../addresses.contract.ts';
import { identityContract } from '../contract.ts';
import { hashingContract } from '../hashing.contract.ts';
import { Accounts } from './database.fixtures.ts';

// Every sign-in is a few transactions on a server that may be slow.
jest.setTimeout(120_000);

onServer('the MongoDB identity', () => {
  const accounts = new Accounts();
  afterAll(() => accounts.remove());

  identityContract('the MongoDB identity', accounts);
  addressesContract('the MongoDB identity', accounts);
  hashingContract('the MongoDB identity', accounts);
  attackContract('the MongoDB identity', accounts, { rounds: 8, atOnce: 200 });
});
