export * from './clock.ts';
export * from './decider.ts';
export * from './events.ts';
export * from './ids.ts';
export * from './projection.ts';
export * from './rejection.ts';
export * from './saga.ts';
export { Sealed, erased, joined } from './sealed.ts';
export type { Erased, Origin, SealedBlob } from './sealed.ts';
