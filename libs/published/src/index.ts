/** The GraphQL schema that integrators build on, in SDL; a test fails when the API drifts from it. */
export const schemaFile = new URL('../schema.graphql', import.meta.url);
