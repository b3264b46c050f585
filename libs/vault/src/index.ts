export * from './port.ts';
export * from './refusals.ts';
export { openEmbeddedVault, type EmbeddedVaultOptions } from './embedded/vault.ts';
export type { DestructionPoint, VaultFaults } from './embedded/destroyer.ts';
export { openMongoVault } from './mongodb/open.ts';
export type { MongoVaultOptions } from './mongodb/vault.ts';
export type { MongoVaultFaults, MongoVaultPoint } from './mongodb/faults.ts';
export { openMasterKeysFile, openMasterKeysFolder, type MasterKeys } from './master-keys.ts';
export { openEpochKeysFolder, type EpochKeys } from './epoch-keys.ts';
export { equalInConstantTime } from './equal.ts';
export { newId } from './new-id.ts';
export { destroyPrivateFile } from './private-file.ts';
export { comparableEmail } from './claim-rules.ts';
export {
  carryMasterKeys,
  compareKeys,
  erasedIn,
  moveKeys,
  type IsErased,
  type KeysMove,
  type MovedKeys,
} from './moving.ts';
