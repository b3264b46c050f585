import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { acknowledged, inTransaction, isDuplicate, type InSession } from '@vivier/mongodb/driver';
import type { AccountId, LoginSessionId, Role } from '../port.ts';

export interface OrganisationRow {
  readonly _id: OrganisationId;
  readonly slug: string;
  readonly name: string;
  readonly zone: string;
  readonly isDemo: boolean;
}

export interface AccountRow {
  readonly _id: AccountId;
  readonly organisation: OrganisationId;
  readonly person: PersonId;
  readonly role: Role;
  readonly sealedName: string | null;
  readonly disabledAt: number | null;
  /** The first two bytes of the address's hash. */
  readonly bucket: number;
  /** The hash of the address and of the password, sealed under a key of the person. */
  readonly secret: Buffer;
  /** Places where the account signed in lately, two bytes of a hash each, the last first. */
  readonly known: readonly { readonly place: number; readonly at: number }[];
  /** Counts sign-ins, so that each of them changes the document. */
  readonly turns: number;
}

export interface SessionRow {
  readonly _id: LoginSessionId;
  readonly account: AccountId;
  readonly openedAt: number;
  readonly usedAt: number;
  readonly endedAt: number | null;
}

export interface TokenRow {
  /** The token's hash, base64url. */
  readonly _id: string;
  readonly session: LoginSessionId;
  /** When the session was opened. */
  readonly openedAt: number;
  readonly rotatedAt: number | null;
}

/** The attempts on one account that count. */
export interface GuessesRow {
  /** A keyed hash of organisation and address. */
  readonly _id: string;
  /** Another one with every change: whoever changes it says which one was read. */
  readonly etag: string;
  readonly last: number;
  readonly attempts: readonly {
    readonly id: string;
    readonly at: number;
    readonly address: string;
    readonly isKnown: boolean;
  }[];
}

/** The wrong attempts from one address over all accounts. */
export interface AddressRow {
  /** A keyed hash of the network address. */
  readonly _id: string;
  readonly last: number;
  readonly wrong: readonly number[];
}

/**
 * Transactions that only read what another one writes do not notice each other: two would give one
 * address to two accounts. So whoever adds one goes through the gate of its bucket, which each writes.
 */
export interface GateRow {
  readonly _id: number;
  readonly turns: number;
}

export interface Rows {
  readonly organisations: Collection<OrganisationRow>;
  readonly accounts: Collection<AccountRow>;
  readonly sessions: Collection<SessionRow>;
  readonly tokens: Collection<TokenRow>;
  readonly guesses: Collection<GuessesRow>;
  readonly addresses: Collection<AddressRow>;
  readonly gates: Collection<GateRow>;
  /**
   * All of it is durable on a majority when it resolves, or nothing happened and it rejects. `work`
   * runs again when another transaction or a failover came between, and awaits one call after another.
   */
  transaction<T>(work: InSession<T>): Promise<T>;
}

export const rowsIn = (db: Db): Rows => {
  const safe = acknowledged(db);
  const collection = <Row extends Document>(name: string): Collection<Row> =>
    safe.collection<Row>(`identity_${name}`, { promoteBuffers: true });
  return {
    organisations: collection('organisations'),
    accounts: collection('accounts'),
    sessions: collection('sessions'),
    tokens: collection('tokens'),
    guesses: collection('guesses'),
    addresses: collection('addresses'),
    gates: collection('gates'),
    transaction: (work) => inTransaction(db.client, work),
  };
};

const INDEXES = {
  organisations: [{ key: { slug: 1 }, unique: true }],
  accounts: [{ key: { organisation: 1, bucket: 1 } }, { key: { organisation: 1, person: 1 } }],
  sessions: [{ key: { account: 1 } }, { key: { openedAt: 1 } }],
  tokens: [{ key: { session: 1 } }, { key: { openedAt: 1 } }],
  guesses: [{ key: { last: 1 } }],
  addresses: [{ key: { last: 1 } }],
} satisfies Partial<Record<keyof Rows, IndexDescription[]>>;

const GATES = 64;

export const gateOf = (organisationId: OrganisationId, bucket: number): number => {
  let gate = bucket;
  for (let at = 0; at < organisationId.length; at += 1) gate += organisationId.charCodeAt(at);
  return gate % GATES;
};

/** Makes what is missing of collections, indexes and gates. Idempotent, also for several at once. */
export const prepareRows = async (rows: Rows): Promise<void> => {
  await rows.organisations.createIndexes(INDEXES.organisations);
  await rows.accounts.createIndexes(INDEXES.accounts);
  await rows.sessions.createIndexes(INDEXES.sessions);
  await rows.tokens.createIndexes(INDEXES.tokens);
  await rows.guesses.createIndexes(INDEXES.guesses);
  await rows.addresses.createIndexes(INDEXES.addresses);
  if ((await rows.gates.countDocuments()) === GATES) return;
  const gates = Array.from({ length: GATES }, (_, _id) => ({
    updateOne: { filter: { _id }, update: { $setOnInsert: { turns: 0 } }, upsert: true },
  }));
  await rows.gates.bulkWrite(gates, { ordered: false }).catch((failure: unknown) => {
    // Otherwise another process was quicker.
    if (!isDuplicate(failure)) throw failure;
  });
};
