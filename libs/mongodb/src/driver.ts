// What loads the driver: for adapters, which are themselves only loaded when a MongoDB is asked for.
export {
  acknowledged,
  isDuplicate,
  makeCollections,
  SAFE,
  SAFE_TRANSACTION,
  type InSession,
} from './acknowledged.ts';
export { inTransaction, pause } from './transaction.ts';
export { addMissing, inBatches, rowsById } from './moving.ts';
