export {
  configurationTable,
  ConfigurationMistake,
  isLoopback,
  isShared,
  readConfig,
  type ProcessRole,
  type ServerConfig,
} from './config.ts';
export {
  administer,
  sharedSockets,
  socketPath,
  type AdministrationAnswer,
  type AdministrationLine,
  type AdministrationRequest,
  type Asking,
} from './http/administration-socket.ts';
export { DEMO_PASSWORD, demoUsers } from './house/demo.ts';
export { staffRoles, type StaffRole } from './house/administration.ts';
export type { ErasurePoint } from './house/erasing/points.ts';
export type { FaultPoint } from './house/faults.ts';
export { restore, type BackupPlaces, type Restored } from './house/backing-up.ts';
export { deleteSource } from './house/migrating/delete-source.ts';
export { migrate, type Migrated, type MigrateOptions } from './house/migrating/migrate.ts';
export { accountLinkToken, accountLinkUrl, type AccountLink } from './house/account-links.ts';
export { openHouse, type House } from './house/house.ts';
export { isUnavailable } from './house/unavailable.ts';
export { createLog, silentLog } from './house/log.ts';
export { fieldRights, operationRights } from './graphql/rights.ts';
export { verify } from './house/verifying.ts';
export { start, type Server, type StartOptions } from './start.ts';
export { SEND_MAIL } from './house/mail/send-mail.ts';
