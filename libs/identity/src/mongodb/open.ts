import type { Identity } from '../port.ts';
import type { MongoIdentityOptions } from './identity.ts';

// The driver is loaded when somebody asks for it: a program on embedded accounts starts without it.

/**
 * Opens the accounts of one of several processes on a MongoDB replica set. Nothing is remembered from
 * one call to the next: what one process changes holds in all of them with their next request. Rejects
 * with {@link IssuerKeyUnsafe}.
 */
export const openMongoIdentity = async (options: MongoIdentityOptions): Promise<Identity> => {
  const { mongoIdentity } = await import('./identity.ts');
  return mongoIdentity(options);
};
