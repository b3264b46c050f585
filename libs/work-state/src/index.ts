export * from './port.ts';
export { ownFolder } from './embedded/own-folder.ts';
export { openEmbeddedWorkState } from './embedded/work-state.ts';
