export { openApi } from './openapi.ts';
export type { Answer, Method, OpenApi, Operation, PathItem, Schema } from './openapi-types.ts';

/** Where the contract lies that integrators build on; tests fail when the product drifts from it. */
export const publishedFolder = new URL('../', import.meta.url);
