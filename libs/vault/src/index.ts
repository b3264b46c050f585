export * from './port.ts';
export * from './refusals.ts';
export { openEmbeddedVault, type EmbeddedVaultOptions } from './embedded/vault.ts';
export type { DestructionPoint, VaultFaults } from './embedded/destroyer.ts';
export { openMasterKeysFile, type MasterKeys } from './master-keys.ts';
export { equalInConstantTime } from './equal.ts';
export { newId } from './new-id.ts';
export { comparableEmail } from './embedded/email-claims.ts';
