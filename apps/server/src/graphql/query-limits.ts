import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Rejection } from '@vivier/kernel';
import { Kind, type DocumentNode } from 'graphql';
import type { RequestContext } from './caller.ts';
import { measure, type Measure } from './measure.ts';
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
} as const;

/** What a field costs that hashes a password: one request makes two at most. */
export const PASSWORD_COST = 2_000;

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
 * Whether variables are what variables can be: nested as deep as input types are, every field a name. The
 * engine's own messages print keys as they are, which could pass for a part of the message.
 */
const areVariables = (variables: unknown): boolean => {
  const left: { readonly value: unknown; readonly depth: number }[] = [
    { value: variables, depth: 0 },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.variableDepth) return false;
    if (!Array.isArray(value) && !Object.keys(value).every((key) => NAME.test(key))) return false;
    for (const inner of Object.values(value)) left.push({ value: inner, depth: depth + 1 });
  }
  return true;
};

const fragmentsOf = ({ definitions }: DocumentNode) =>
  definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);

/**
 * Refuses what asks for too much, after validation and before anything is executed. The parser has its own
 * limit, `maxTokens`: a document that is left has at most {@link LIMITS}`.tokens`, which bounds what
 * validation and measuring can take.
 */
export const queryLimits: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async (): Promise<GraphQLRequestListener<RequestContext>> => ({
    didResolveOperation: async ({ schema, document, operation, request }) => {
      const { variables = {} } = request;
      const refused = !areVariables(variables)
        ? edgeRejections.RequestNotUnderstood()
        : operation && beyond(measure(schema, operation, fragmentsOf(document), variables));
      if (refused) throw new Refused(refused, { status: 400 });
    },
  }),
};
