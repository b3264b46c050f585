import type { SharedVault } from '../port.ts';
import type { MongoVaultOptions } from './vault.ts';

// The driver is loaded when somebody asks for it: a program on the embedded vault starts without it.

/**
 * Opens the vault of one of several processes on a MongoDB replica set, and first applies the fence
 * list again, so that a restored database brings nobody back. Rejects with {@link EpochKeyMissing},
 * {@link MasterKeyMissing}, {@link KeyDamaged}, all before anything is written to the database, with
 * {@link FenceDamaged} or {@link SecretFileUnsafe}.
 */
export const openMongoVault = async (options: MongoVaultOptions): Promise<SharedVault> => {
  const { mongoVault } = await import('./vault.ts');
  return mongoVault(options);
};
