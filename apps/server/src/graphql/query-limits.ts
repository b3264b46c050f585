import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Rejection } from '@vivier/kernel';
import {
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { RequestContext } from './caller.ts';
import type { Measure } from './measure.ts';
import { Measures } from './measured.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';

/**
 * How much one request may ask for (ASVS 4.3.1). The tour of the README, the explorer and a full page of
 * the longest list stay well within; the numbers are those of graphql-armor, but that it is the rows
 * really asked for that count, also through a variable.
 */
export const LIMITS = {
  /** Words and signs of a document; the parser stops there. */
  tokens: 1_000,
  depth: 10,
  /** What tools ask the schema with unfolds types within types. */
  schemaDepth: 18,
  aliases: 15,
  roots: 10,
  schemaRoots: 2,
  directives: 50,
  cost: 5_000,
  /** Lists and objects within each other in the variables. */
  variableDepth: 10,
  /** Fields of one object in them: no input type has as many. */
  variableFields: 50,
  /** Values in all of them; the longest checklist has some 200. */
  variableValues: 500,
} as const;

/** What a field costs that hashes a password: one request makes two at most. */
export const PASSWORD_COST = 2_000;

/** What a field costs that opens thousands of entries: one request makes one. */
export const EXPORT_COST = 4_000;

const beyond = (measured: Measure): Rejection | undefined => {
  const told = (of: keyof Measure) => ({ asked: measured[of], limit: LIMITS[of] });
  const most = Object.keys(measured) as (keyof Measure)[];
  const [first] = most.filter((of) => measured[of] > LIMITS[of]);
  switch (first) {
    case undefined:
      return undefined;
    case 'depth':
    case 'schemaDepth':
      return edgeRejections.QueryTooDeep(told(first));
    case 'aliases':
      return edgeRejections.TooManyAliases(told(first));
    case 'roots':
    case 'schemaRoots':
      return edgeRejections.TooManyRootFields(told(first));
    case 'directives':
      return edgeRejections.TooManyDirectives(told(first));
    case 'cost':
      return edgeRejections.QueryTooCostly({ ...told(first), asked: Math.ceil(measured.cost) });
    default:
      return first satisfies never;
  }
};

const NAME = /^[_A-Za-z]\w*$/;

/**
 * Whether variables are what variables can be: as many and nested as deep as those of input types are, every
 * field a name. The engine prints a wrong object whole, fifty times over; and keys as they are, which could
 * pass for a part of its message.
 */
const areVariables = (variables: unknown): boolean => {
  const left: { readonly value: unknown; readonly depth: number }[] = [
    { value: variables, depth: 0 },
  ];
  let values = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.variableDepth) return false;
    const keys = Object.keys(value);
    values += keys.length;
    if (values > LIMITS.variableValues) return false;
    if (!Array.isArray(value)) {
      if (keys.length > LIMITS.variableFields) return false;
      if (!keys.every((key) => NAME.test(key))) return false;
    }
    for (const inner of Object.values(value)) left.push({ value: inner, depth: depth + 1 });
  }
  return true;
};

/** Why an operation that is valid is not executed: it asks for too much. */
export const tooMuch = (
  measures: Measures,
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Rejection | undefined =>
  areVariables(variables)
    ? beyond(measures.of(schema, document, operation, variables))
    : edgeRejections.RequestNotUnderstood();

/**
 * Refuses what asks for too much, after validation and before anything is executed. The parser has its own
 * limit, `maxTokens`: a document that is left has at most {@link LIMITS}`.tokens`, which bounds what
 * validation and measuring can take.
 */
export const queryLimits = (): ApolloServerPlugin<RequestContext> => {
  const measures = new Measures();
  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveOperation: async ({ schema, document, operation, request }) => {
      const { variables = {} } = request;
      if (operation?.operation === OperationTypeNode.SUBSCRIPTION)
        throw new Refused(edgeRejections.SubscriptionNeedsWebSocket(), { status: 400 });
      const refused = operation && tooMuch(measures, schema, document, operation, variables);
      if (refused) throw new Refused(refused, { status: 400 });
    },
  };
  return { requestDidStart: async () => listener };
};
