import { unwrapResolverError } from '@apollo/server/errors';
import { commandRejections, needsUpgrade, ReadModelBuilding } from '@vivier/runtime';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Rejection } from '@vivier/kernel';
import { unforeseen, type Log } from '../house/log.ts';
import { isUnavailable } from '../house/unavailable.ts';
import { edgeRejections } from './rejections.ts';

/** As long as names are; nobody gets a page of their own letters back. */
const NAME = '[_A-Za-z]\\w{0,59}';

/** Messages of the engine that hold only names of the schema, of variables or of the document. */
const harmless = [
  new RegExp(`^Cannot query field "${NAME}" on type "${NAME}"\\.`),
  new RegExp(`^Field "${NAME}" of type "[\\w!\\[\\]]+" must have a selection of subfields\\.`),
  new RegExp(`^Field "[\\w.]+" of required type "[\\w!\\[\\]]+" was not provided\\.`),
  new RegExp(`^Field "${NAME}" is not defined by type "${NAME}"\\.`),
  new RegExp(`^Field "${NAME}" argument "${NAME}" of type "[\\w!\\[\\]]+" is required`),
  new RegExp(`^Unknown argument "${NAME}" on field "[\\w.]+"\\.`),
  new RegExp(`^Unknown type "${NAME}"\\.`),
  new RegExp(`^Variable "\\$${NAME}" of required type "[\\w!\\[\\]]+" was not provided\\.`),
  new RegExp(`^Variable "\\$${NAME}" of type "[\\w!\\[\\]]+" used in position`),
  new RegExp(`^Variable "\\$${NAME}" is not defined`),
  /^POST body missing, invalid Content-Type, or JSON object has no keys\./,
  /^This operation has been blocked as a potential Cross-Site Request Forgery \(CSRF\)\. Please either specify a 'content-type' header/,
  /^GET requests only support query operations/,
];

const expectedType = [
  new RegExp(`^Expected value of type "([\\w!\\[\\]]+)"`),
  /^(Int|Float|String|Boolean|ID) cannot represent/,
  new RegExp(`^Value "${NAME}" does not exist in "(${NAME})" enum\\.`),
  new RegExp(`^Enum "(${NAME})" cannot represent`),
];
/** Where in a variable the engine stumbled; it comes after the value, in quotes that no value holds. */
const whereInVariable = /^.* at "([\w.[\]]{1,200})"; /s;
const variable = new RegExp(`^Variable "(\\$${NAME})" got invalid value `);
const missingField = new RegExp(
  `; (Field "${NAME}" of required type "[\\w!\\[\\]]+" was not provided\\.)$`,
);
const unknownField = new RegExp(`; (Field "${NAME}" is not defined by type "${NAME}"\\.)`);

/**
 * What may be said of an input that the engine refused: it likes to repeat values, this never does.
 */
export const withoutValues = (message: string): string => {
  for (const pattern of harmless) {
    const [kept] = pattern.exec(message) ?? [];
    if (kept !== undefined) return kept;
  }
  const [, name] = variable.exec(message) ?? [];
  if (name !== undefined) {
    const [, reason] = missingField.exec(message) ?? unknownField.exec(message) ?? [];
    const [, where] = whereInVariable.exec(message) ?? [];
    const at = where === undefined ? '' : ` at "${where}"`;
    return `Variable "${name}" is not acceptable${at}${reason ? `: ${reason}` : '; compare it with the schema.'}`;
  }
  for (const pattern of expectedType) {
    const [, type] = pattern.exec(message) ?? [];
    if (type !== undefined) return `A value of type "${type}" is expected here.`;
  }
  return message.startsWith('Syntax Error') ? 'Syntax error.' : 'This does not fit the schema.';
};

/** What the parser says where it stops for length; no document can make it say so otherwise. */
const TOO_LONG = 'Syntax Error: Document contains more that ';

const engineCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** The engine found it before a field was looked at, and does not always give it a code. */
const isAboutTheRequest = (error: unknown): boolean =>
  error instanceof GraphQLError && error.path === undefined && error.originalError === undefined;

/** Of errors that say what to do; they are thrown where nobody can refuse. */
export const knownRejection = (cause: unknown): Rejection | undefined => {
  if (cause instanceof ReadModelBuilding) return edgeRejections.ReadModelBuilding();
  if (needsUpgrade(cause)) return commandRejections.UpgradeNeeded();
  return isUnavailable(cause) ? edgeRejections.StoreUnavailable() : undefined;
};

/**
 * Makes the answer out of any error: refusals as they are, the engine's own messages without values,
 * and everything else as one sentence, with the cause in the log alone.
 */
export const errorFormatter =
  (log: Log) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const code = formatted.extensions?.['code'];
    const place = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    if (formatted.extensions?.['remedy'] !== undefined) {
      const { stacktrace: _, ...extensions } = formatted.extensions;
      return { message: formatted.message, extensions, ...place };
    }
    if (code === 'GRAPHQL_PARSE_FAILED' && formatted.message.startsWith(TOO_LONG)) {
      const { rejected, message, remedy, retry } = edgeRejections.QueryTooLong();
      return { message, extensions: { code: rejected, remedy, retry }, ...place };
    }
    if ((typeof code === 'string' && engineCodes.has(code)) || isAboutTheRequest(error)) {
      const { rejected, remedy, retry } = edgeRejections.RequestNotUnderstood();
      return {
        message: withoutValues(formatted.message),
        extensions: { code: rejected, remedy, retry },
        ...place,
      };
    }
    const cause = unwrapResolverError(error);
    const known = knownRejection(cause);
    if (known) {
      const { rejected, message, remedy, retry } = known;
      return { message, extensions: { code: rejected, remedy, retry }, ...place };
    }
    log.error(
      { ...unforeseen(cause), graphql: cause instanceof GraphQLError },
      'An unforeseen error.',
    );
    const { rejected, message, remedy, retry } = edgeRejections.InternalError();
    return { message, extensions: { code: rejected, remedy, retry }, ...place };
  };
