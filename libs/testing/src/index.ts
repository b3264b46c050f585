export { derive } from '@vivier/runtime';
export {
  admin,
  anonymous,
  candidateSelf,
  compliance,
  integratorNamed,
  operator,
  sagaNamed,
} from './actors.ts';
export {
  deciderWords,
  type History,
  type Making,
  type Sending,
  type When,
  type WhenWord,
} from './deciders.ts';
export { MemoryEventStore } from './memory-event-store.ts';
export { MemoryReadStore } from './memory-read-store.ts';
export { MemoryVault, type MemoryVaultPort } from './memory-vault.ts';
export { MemoryWorkState } from './memory-work-state.ts';
export { refuseOpenGivens } from './open-givens.ts';
export {
  FIRST_INSTANT,
  inStream,
  organisation,
  Past,
  pastId,
  type Circumstances,
  type PastEvent,
  type PastStream,
} from './past.ts';
export { projected, type Interruption } from './projected.ts';
export { givenProjection, type ProjectionWords } from './projections.ts';
export { givenSaga, type Plan } from './sagas.ts';
export { inClear, told, type Clear, type Told } from './told.ts';
