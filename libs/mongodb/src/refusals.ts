import {
  MongoCompatibilityError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { DatabaseRefused } from './database-refused.ts';

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

/** Nobody listens there, or nothing gets through. */
const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

const codeOf = (error: unknown): string => {
  const { cause, code } = (error ?? {}) as { cause?: unknown; code?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause);
};

/** The driver's own messages may repeat parts of the address. */
export const notAnAddress = (): DatabaseRefused =>
  new DatabaseRefused(
    'The address of MongoDB cannot be read: it looks like mongodb://user:password@host:27017/vivier?replicaSet=rs0.',
  );

const unselected = (error: MongoServerSelectionError, hosts: string, set?: string): string => {
  const servers = [...(error.reason?.servers.values() ?? [])];
  if (servers.some(({ type }) => type !== 'Unknown' && type !== 'PossiblePrimary'))
    return `The MongoDB at ${hosts} has no primary that takes writes: wait for its election, or look after its members.`;
  if (servers.some((server) => server.error instanceof MongoCompatibilityError))
    return tooOld(hosts).message;
  // A member of another set is taken off the list.
  if (servers.length === 0 && set !== undefined)
    return `At ${hosts} there is no replica set ${set}: correct replicaSet in the address of MongoDB.`;
  const speaksOtherwise = servers.some(
    ({ error: reason }) =>
      reason !== null &&
      !(reason instanceof MongoNetworkTimeoutError) &&
      !UNREACHABLE.test(codeOf(reason)),
  );
  return speaksOtherwise
    ? `What answers at ${hosts} does not speak MongoDB's protocol: correct the address, or its tls if the server wants TLS or has none.`
    : `No MongoDB answers at ${hosts}: start it, or correct its address.`;
};

/** What to say of an error that was met while a database was opened; what is unknown comes back as it is. */
export const refused = (
  error: unknown,
  at: { readonly hosts: string; readonly database: string; readonly replicaSet?: string },
): Error => {
  const { hosts, database, replicaSet } = at;
  if (error instanceof MongoServerSelectionError)
    return new DatabaseRefused(unselected(error, hosts, replicaSet), { cause: error });
  if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED)
    return new DatabaseRefused(
      `The MongoDB at ${hosts} refuses the user or the password: correct them in its address.`,
    );
  if (error instanceof MongoServerError && error.code === UNAUTHORIZED)
    return new DatabaseRefused(
      `The MongoDB at ${hosts} keeps the database ${database} from this user: put a user with the role readWrite on it into the address.`,
    );
  if (error instanceof MongoCompatibilityError) return tooOld(hosts);
  if (UNREACHABLE.test(codeOf(error)))
    return new DatabaseRefused(`No MongoDB answers at ${hosts}: start it, or correct its address.`);
  return error as Error;
};

/** What a server says of itself. */
export interface Hello {
  readonly maxWireVersion?: number;
  readonly setName?: string;
  readonly isWritablePrimary?: boolean;
  /** `isdbgrid` for a router of a sharded cluster. */
  readonly msg?: string;
}

/** MongoDB 5.0, the first with snapshots for single questions. */
const OLDEST_WIRE_VERSION = 13;

const tooOld = (hosts: string): DatabaseRefused =>
  new DatabaseRefused(`The MongoDB at ${hosts} is too old: it has to be 5.0 or newer.`);

/** Why a server cannot be used, or undefined when it can. */
export const whyNot = (hello: Hello, hosts: string): DatabaseRefused | undefined => {
  if ((hello.maxWireVersion ?? 0) < OLDEST_WIRE_VERSION) return tooOld(hosts);
  if (hello.setName === undefined && hello.msg !== 'isdbgrid')
    return new DatabaseRefused(
      `The MongoDB at ${hosts} has no transactions, since it is no replica set: start it with --replSet and call rs.initiate() once (one member will do).`,
    );
  if (hello.isWritablePrimary !== true)
    return new DatabaseRefused(
      `The MongoDB at ${hosts} is not the primary: take directConnection out of its address, and name the replica set.`,
    );
  return undefined;
};
