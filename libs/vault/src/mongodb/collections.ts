import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import { acknowledged, inTransaction, type InSession } from '@vivier/mongodb/driver';
import { canonical } from '../aead.ts';
import { fenceName, type Fence } from '../fence.ts';
import type { KeyId } from '../scope-key.ts';

/** What is wrapped by an epoch key, and so has to be wrapped anew when the epoch ends. */
export interface WrappedRow {
  readonly _id: string;
  readonly organisation: OrganisationId;
  readonly person: PersonId;
  readonly epoch: string;
  readonly wrapped: Buffer;
}

/** A living key: wrapped by its organisation's master key, and that by the epoch key. */
export interface KeyRow extends WrappedRow {
  readonly scope: Scope;
}

/** A claim; wrapped: the keyed hash of the address and the random text that a person's id follows from. */
export interface ClaimRow extends WrappedRow {
  readonly bucket: number;
  /** ms since 1970. */
  readonly at: number;
  readonly confirmed: boolean;
}

/** What was destroyed; the numbers rise in the order of the destructions, without a gap. */
export interface FenceRow {
  readonly _id: string;
  readonly organisation: OrganisationId;
  readonly person: PersonId;
  readonly scope: Scope | null;
  readonly at: number;
  readonly number: number;
}

/** See `gates.ts`. */
export interface GateRow {
  readonly _id: number;
  readonly epoch: string;
  readonly turns: number;
}

/** One document for the whole vault. */
export interface StateRow {
  readonly _id: 'vault';
  /** The epoch of what is wrapped from now on. */
  readonly current: string;
  /** The epoch that a rotation is bringing to its end. */
  readonly retiring: string | null;
  /** How many fences there are, which is the number of the youngest. */
  readonly fences: number;
  /** Up to where in the log every erasure has reached the keys; absent before the first look. */
  readonly erasedUpTo?: number;
}

export interface Rows {
  readonly keys: Collection<KeyRow>;
  readonly claims: Collection<ClaimRow>;
  readonly fences: Collection<FenceRow>;
  readonly gates: Collection<GateRow>;
  readonly state: Collection<StateRow>;
  /**
   * All of it is durable on a majority when it resolves, or nothing happened and it rejects. `work`
   * runs again when another transaction or a failover came between, and awaits one call after another.
   */
  transaction<T>(work: InSession<T>): Promise<T>;
}

export const rowsIn = (db: Db): Rows => {
  const safe = acknowledged(db);
  const collection = <Row extends Document>(name: string): Collection<Row> =>
    safe.collection<Row>(name, { promoteBuffers: true });
  return {
    keys: collection('vault_keys'),
    claims: collection('vault_claims'),
    fences: collection('vault_fences'),
    gates: collection('vault_gates'),
    state: collection('vault_state'),
    transaction: (work) => inTransaction(db.client, work),
  };
};

const INDEXES: Record<'keys' | 'claims' | 'fences', IndexDescription[]> = {
  keys: [{ key: { organisation: 1, person: 1 } }, { key: { epoch: 1 } }],
  claims: [
    { key: { organisation: 1, bucket: 1 } },
    { key: { organisation: 1, person: 1 } },
    { key: { epoch: 1 } },
    { key: { at: 1 }, partialFilterExpression: { confirmed: false } },
  ],
  fences: [{ key: { number: 1 }, unique: true }],
};

/** Makes what is missing of collections and indexes. Idempotent, also for two processes at once. */
export const prepareRows = async (rows: Rows): Promise<void> => {
  await rows.keys.createIndexes(INDEXES.keys);
  await rows.claims.createIndexes(INDEXES.claims);
  await rows.fences.createIndexes(INDEXES.fences);
};

export const rowIdOfKey = ({ organisationId, personId, scope }: KeyId): string =>
  canonical(organisationId, personId, scope);

/** What the epoch key binds a wrapped key to. */
export const contextOfKey = ({
  organisation,
  person,
  scope,
}: Pick<KeyRow, 'organisation' | 'person' | 'scope'>): string =>
  canonical('vivier.kept-key.1', organisation, person, scope);

/** What the epoch key binds a claim's secrets to; not the person, whom a claim may change. */
export const contextOfClaim = ({
  _id,
  organisation,
}: Pick<ClaimRow, '_id' | 'organisation'>): string =>
  canonical('vivier.kept-claim.1', organisation, _id);

export const toFenceRow = (fence: Fence, number: number): FenceRow => ({
  _id: fenceName(fence),
  organisation: fence.organisationId,
  person: fence.personId,
  scope: fence.scope,
  at: fence.at,
  number,
});

export const fromFenceRow = ({ organisation, person, scope, at }: FenceRow): Fence => ({
  organisationId: organisation,
  personId: person,
  scope,
  at,
});
