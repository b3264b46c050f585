import { SignInRefused } from '@vivier/identity';
import { commandRejections } from '@vivier/runtime';
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, makeServer, type Context, type Server } from 'graphql-ws';
import type { Rejection } from '@vivier/kernel';
import type { House } from '../../house/house.ts';
import { signInRejection } from '../../house/sign-in-rejections.ts';
import type { Rates } from '../../http/rates.ts';
import { bearerToken, signedInAs, type RequestContext } from '../caller.ts';
import { errorFormatter, knownRejection } from '../format-error.ts';
import { Measures } from '../measured.ts';
import { LIMITS, tooMuch } from '../query-limits.ts';
import { edgeRejections } from '../rejections.ts';
import { Refused, refusedUntil } from '../refused.ts';
import { operationRights } from '../rights.ts';
import type { Connection } from './connection.ts';
import type { FeedLimits } from './limits.ts';

export interface ProtocolOptions {
  readonly house: House;
  readonly limits: FeedLimits;
  /** Of requests by account: a connection and a subscription are one each. */
  readonly rates: Rates;
  readonly schema: () => GraphQLSchema;
  /** The connections that are open. */
  readonly connections: ReadonlySet<Connection>;
}

interface Extra {
  readonly connection: Connection;
  readonly address: string;
}

type Params = Record<string, unknown> | undefined;

/** Where nobody may subscribe but some role, whoever has another one is sent away. */
export const maySubscribe = (role: string): boolean => {
  const right = operationRights['domainEvents'];
  return typeof right === 'object' && right[role as keyof typeof right] !== undefined;
};

const parsed = (query: string): DocumentNode | GraphQLError => {
  try {
    return parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    const { message } = error as Error;
    return new GraphQLError(message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
  }
};

/** A result that is no stream becomes one that fails: a reader learns of every refusal in one way. */
const failing = (errors: readonly GraphQLError[] = []): AsyncIterableIterator<never> => {
  const [first = new Refused(edgeRejections.InternalError())] = errors;
  // What no field has said is about the variables, as the executor found them.
  const why =
    first.path === undefined && first.extensions['code'] === undefined
      ? new GraphQLError(first.message, { extensions: { code: 'BAD_USER_INPUT' } })
      : first;
  const stream = { next: () => Promise.reject(why), [Symbol.asyncIterator]: () => stream };
  return stream;
};

/** The protocol graphql-transport-ws: who may connect, what they may ask, how refusals are told. */
export const feedProtocol = (options: ProtocolOptions): Server<Extra> => {
  const { house, limits, rates, connections } = options;
  const measures = new Measures();
  const format = errorFormatter(house.log);
  const formatted = (error: GraphQLError): GraphQLFormattedError => format(error.toJSON(), error);
  /** The protocol wraps what a stream threw. */
  const thrown = (error: GraphQLError): GraphQLError =>
    error.originalError instanceof GraphQLError ? error.originalError : error;

  const refuse = ({ extra }: Context<Params, Extra>, why: Rejection): false => {
    extra.connection.close(CloseCode.Forbidden, why);
    return false;
  };

  const connect = async (context: Context<Params, Extra>): Promise<boolean> => {
    const { connection } = context.extra;
    connection.subscriptions = context.subscriptions;
    const authorization = context.connectionParams?.['authorization'];
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    if (token === undefined) return refuse(context, edgeRejections.NotSignedIn());
    try {
      const principal = await house.identity.authenticate(token);
      const { accountId } = principal;
      if (rates.take(accountId) > 0) return refuse(context, edgeRejections.RateLimited());
      const theirs = [...connections].filter(
        ({ principal: other }) => other?.accountId === accountId,
      );
      if (theirs.length >= limits.connectionsPerAccount)
        return refuse(context, edgeRejections.TooManyConnections());
      connection.principal = principal;
      return true;
    } catch (error) {
      if (error instanceof SignInRefused) return refuse(context, signInRejection(error));
      const known = knownRejection(error);
      if (known) return refuse(context, known);
      throw error;
    }
  };

  const contextOf = async ({ connection, address }: Extra): Promise<RequestContext> => {
    if (!connection.principal) throw new Refused(edgeRejections.NotSignedIn());
    // Before anything is looked at that costs more.
    const wait = rates.take(connection.principal.accountId);
    if (wait > 0) throw refusedUntil(edgeRejections.RateLimited, wait);
    const principal = await house.identity.behind(connection.principal.sessionId);
    return {
      authorization: undefined,
      address,
      retryAfter: () => 0,
      caller: Promise.resolve(signedInAs(house, principal)),
    };
  };

  const begin = async (
    context: Context<Params, Extra>,
    payload: {
      readonly query: string;
      readonly operationName?: string | null | undefined;
      readonly variables?: Record<string, unknown> | null | undefined;
    },
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const limit = limits.subscriptionsPerConnection;
    // This one is among them.
    if (Object.keys(context.subscriptions).length > limit)
      return [new Refused(edgeRejections.TooManySubscriptions({ limit }))];
    try {
      const contextValue = await contextOf(context.extra);
      const document = parsed(payload.query);
      if (document instanceof GraphQLError) return [document];
      const schema = options.schema();
      const invalid = validate(schema, document);
      if (invalid.length > 0) return invalid;
      const operation = getOperationAST(document, payload.operationName);
      if (!operation) return [new Refused(edgeRejections.RequestNotUnderstood())];
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
        return [new Refused(edgeRejections.SubscriptionsOnly())];
      const variableValues = payload.variables ?? {};
      const refused = tooMuch(measures, schema, document, operation, variableValues);
      if (refused) return [new Refused(refused)];
      const { operationName } = payload;
      return { schema, document, operationName, variableValues, contextValue };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      if (error instanceof SignInRefused) return [new Refused(signInRejection(error))];
      const known = knownRejection(error);
      if (known) return [new Refused(known)];
      throw error;
    }
  };

  return makeServer<Params, Extra>({
    connectionInitWaitTimeout: limits.firstMessageMs,
    onConnect: connect,
    onSubscribe: (context, _, payload) => begin(context, payload),
    subscribe: async (args: ExecutionArgs) => {
      const result = await subscribe(args);
      return 'next' in result ? result : failing(result.errors);
    },
    onNext: (_, __, ___, ____, { data = null, errors }) =>
      errors && { data, errors: errors.map(formatted) },
    onError: (_, __, ___, errors) => errors.map((error) => formatted(thrown(error))),
  });
};

/** Whether somebody whose session is looked at again may stay; else why not. */
export const reasonToLeave = async (
  { identity }: Pick<House, 'identity'>,
  connection: Connection,
): Promise<Rejection | undefined> => {
  if (!connection.principal) return undefined;
  const { role, sessionId } = connection.principal;
  try {
    const principal = await identity.behind(sessionId);
    connection.principal = principal;
    // Whoever never could subscribe has nothing here that would have to end.
    return principal.role !== role && !maySubscribe(principal.role)
      ? commandRejections.NotAllowed()
      : undefined;
  } catch (error) {
    if (error instanceof SignInRefused) return signInRejection(error);
    // A store that is away for a moment ends nobody's session.
    return undefined;
  }
};
