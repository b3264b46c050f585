export { systemClock } from './clock.ts';
export { documentsOf, ReadModelBuilding } from './collections.ts';
export { derive, deriveCommandId, deriveEventId } from './derive.ts';
export { newIdOf, type CommandEnvelope, type Done, type Permission } from './envelope.ts';
export { createExecute, type CommandPorts, type Execute } from './execute.ts';
export { startEffectRunner, type EffectRunner } from './effect-runner.ts';
export type { RuntimeFaults, RuntimePoint } from './faults.ts';
export {
  CannotGoOn,
  haltFor,
  keepReading,
  needsUpgrade,
  Progress,
  sleeping,
  type Halt,
  type Wait,
} from './followers.ts';
export { beginFromNow } from './from-now-on.ts';
export { load, recorded, type Loaded } from './log.ts';
export { startProjector, type Projector } from './projector.ts';
export { watchProjections, type WatchedProjections } from './watched-projections.ts';
export {
  rebuilder,
  rebuildRejections,
  type Rebuilder,
  type Rebuilt,
  type RebuildStep,
} from './rebuild.ts';
export { oneAtATime, turns } from './one-at-a-time.ts';
export type { Readers } from './readers.ts';
export { commandRejections } from './rejections.ts';
export { asOf, replay } from './replay.ts';
export { startSagaRunner, type SagaRunner } from './saga-runner.ts';
export { startTicker, type Chore, type Ticker } from './ticker.ts';
