// What the specs of all adapters for MongoDB stand on.
export { onOwnServer, ownServer, type OwnServer } from './own-server.contract.ts';
export { databases, onServer, serverUrl, type TestDatabases } from './servers.contract.ts';
export { wire, type Fate } from './wire.contract.ts';
