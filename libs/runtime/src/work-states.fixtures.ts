import { MemoryWorkState } from '@vivier/testing';
import { openEmbeddedWorkState, type WorkState } from '@vivier/work-state';

/** The working states on which runners are tested: what holds on one must hold on the other. */
export const workStates: readonly (readonly [name: string, open: () => Promise<WorkState>])[] = [
  ['in memory', async () => new MemoryWorkState()],
  ['on the embedded store', () => openEmbeddedWorkState({ file: ':memory:' })],
];

/** Lets everything happen that does not wait for a clock or a disk. */
export const everythingElse = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => resolve()));
