export * from './port.ts';
export * from './refusals.ts';
export { openEmbeddedIdentity, type EmbeddedIdentityOptions } from './embedded/identity.ts';
export { OWASP_COST, type DeriveKey, type PasswordCost } from './passwords.ts';
