export * from './port.ts';
export * from './refusals.ts';
export { openEmbeddedIdentity, type EmbeddedIdentityOptions } from './embedded/identity.ts';
export { openMongoIdentity } from './mongodb/open.ts';
export type { MongoIdentityOptions } from './mongodb/identity.ts';
export type { AccountSecrets, SecretOwner } from './mongodb/secrets.ts';
export { OWASP_COST, type DeriveKey, type PasswordCost } from './passwords.ts';
export { compareAccounts, moveAccounts, type AccountsMove, type MovedAccounts } from './moving.ts';
