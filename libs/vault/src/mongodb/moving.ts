import { timingSafeEqual } from 'node:crypto';
import { addMissing, inBatches, rowsById } from '@vivier/mongodb/driver';
import { KeysToMove, type ClaimToMove, type KeyToMove } from '../embedded/keys-to-move.ts';
import { Epochs, type EpochKey } from '../epoch-keys.ts';
import {
  openMasterKeysFile,
  openMasterKeysFolder,
  wrappingContext,
  type MasterKeys,
} from '../master-keys.ts';
import { fenceName } from '../fence.ts';
import { erasedIn, fencesIn, type IsErased, type KeysMove, type MovedKeys } from '../moving.ts';
import { KeyDamaged } from '../refusals.ts';
import type { Scope } from '@vivier/kernel';
import {
  contextOfClaim,
  contextOfKey,
  rowIdOfKey,
  rowsIn,
  type ClaimRow,
  type KeyRow,
  type Rows,
} from './collections.ts';

interface Source {
  readonly kept: KeysToMove;
  readonly isErased: IsErased;
}

const withSource = async <T>(move: KeysMove, work: (source: Source) => Promise<T>): Promise<T> => {
  const isErased = erasedIn(move.fenceFile);
  const kept = new KeysToMove(move.keysFile);
  try {
    return await work({ kept, isErased });
  } finally {
    kept.close();
  }
};

/** A claim goes with its person as a whole. */
const WHOLE = '' as Scope;

function* livingKeys({ kept, isErased }: Source): Generator<KeyToMove> {
  for (const key of kept.keys())
    if (!isErased(key.organisationId, key.personId, key.scope)) yield key;
}

function* livingClaims({ kept, isErased }: Source): Generator<ClaimToMove> {
  for (const claim of kept.claims())
    if (!isErased(claim.organisationId, claim.personId, WHOLE)) yield claim;
}

const currentEpoch = async (rows: Rows, epochs: Epochs): Promise<EpochKey> => {
  const state = await rows.state.findOne({ _id: 'vault' });
  if (state === null) throw new Error('The shared vault was not opened before.');
  return epochs.key(state.current);
};

const keyRow = (epoch: EpochKey, key: KeyToMove): KeyRow => {
  const { organisationId, personId, scope, wrapped } = key;
  const own = { organisation: organisationId, person: personId, scope };
  const outer = epoch.wrap(wrapped, contextOfKey(own));
  return { _id: rowIdOfKey(key), ...own, epoch: epoch.epoch, wrapped: outer };
};

/** The same at each try, so that a move that is gone on with finds what it has done. */
const claimId = ({ slot }: ClaimToMove): string => `moved-${slot}`;

const secretsOf = ({ address, apart }: ClaimToMove): Buffer =>
  Buffer.concat([address, Buffer.from(apart)]);

const claimRow = (epoch: EpochKey, claim: ClaimToMove): ClaimRow => {
  const { organisationId: organisation, personId: person, bucket, at, isConfirmed } = claim;
  const _id = claimId(claim);
  const wrapped = epoch.wrap(secretsOf(claim), contextOfClaim({ _id, organisation }));
  const facts = { organisation, person, bucket, at, confirmed: isConfirmed };
  return { _id, ...facts, epoch: epoch.epoch, wrapped };
};

const NOTHING = { keys: 0, claims: 0, damaged: 0, unfenced: 0, differing: 0, there: 0 };

/** See `../moving.ts`. */
export const moveKeys = (move: KeysMove): Promise<MovedKeys> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    const epoch = await currentEpoch(rows, new Epochs(move.epochKeys));
    let keys = 0;
    let claims = 0;
    for (const batch of inBatches(livingKeys(source))) {
      await addMissing(
        rows.keys,
        batch.map((key) => keyRow(epoch, key)),
      );
      keys += batch.length;
      move.tell?.(keys);
    }
    for (const batch of inBatches(livingClaims(source))) {
      await addMissing(
        rows.claims,
        batch.map((claim) => claimRow(epoch, claim)),
      );
      claims += batch.length;
      move.tell?.(keys + claims);
    }
    return { ...NOTHING, keys, claims };
  });

const isEqual = (one: Uint8Array | undefined, other: Uint8Array): boolean =>
  one?.length === other.length && timingSafeEqual(one, other);

/** The key's own bytes, for the caller to wipe; undefined where it is damaged. */
const opened = (masterKeys: MasterKeys, key: KeyToMove): Promise<Uint8Array | undefined> =>
  masterKeys
    .unwrap(key.organisationId, key.wrapped, wrappingContext(key))
    .catch((failure: unknown) => {
      if (failure instanceof KeyDamaged) return undefined;
      throw failure;
    });

const compareKey = async (
  key: KeyToMove,
  inner: Uint8Array | undefined,
  [here, there]: readonly [MasterKeys, MasterKeys],
): Promise<'same' | 'damaged' | 'differing'> => {
  const one = await opened(here, key);
  const other = inner && (await opened(there, { ...key, wrapped: inner }));
  try {
    if (one === undefined)
      return other === undefined && isEqual(inner, key.wrapped) ? 'damaged' : 'differing';
    return isEqual(other, one) ? 'same' : 'differing';
  } finally {
    one?.fill(0);
    other?.fill(0);
  }
};

/** See `../moving.ts`. */
export const compareKeys = (move: KeysMove): Promise<MovedKeys> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    const epochs = new Epochs(move.epochKeys);
    const masterKeys = [
      openMasterKeysFile(move.masterKeysFile),
      openMasterKeysFolder(move.masterKeysFolder),
    ] as const;
    const found = { ...NOTHING };
    for (const batch of inBatches(livingKeys(source))) {
      const rowOf = await rowsById(rows.keys, batch.map(rowIdOfKey));
      for (const key of batch) {
        const row = rowOf(rowIdOfKey(key));
        const inner = row && (await epochs.key(row.epoch)).unwrap(row.wrapped, contextOfKey(row));
        const outcome = await compareKey(key, inner, masterKeys);
        if (outcome !== 'same') found[outcome] += 1;
      }
      found.keys += batch.length;
      move.tell?.(found.keys);
    }
    for (const batch of inBatches(livingClaims(source))) {
      const rowOf = await rowsById(rows.claims, batch.map(claimId));
      for (const claim of batch) {
        const row = rowOf(claimId(claim));
        if (!row || !(await isSameClaim(claim, row, epochs))) found.differing += 1;
      }
      found.claims += batch.length;
      move.tell?.(found.keys + found.claims);
    }
    found.differing += Math.abs((await rows.claims.countDocuments()) - found.claims);
    found.there = await rows.keys.countDocuments();
    found.unfenced = await countUnfenced(rows, move.fenceFile);
    return found;
  });

/** A scope needs no fence of its own where its person has one. */
const countUnfenced = async (rows: Rows, fenceFile: string): Promise<number> => {
  let count = 0;
  for (const batch of inBatches(fencesIn(fenceFile))) {
    const names = batch.map((fence) => [fenceName(fence), fenceName({ ...fence, scope: null })]);
    const rowOf = await rowsById(rows.fences, names.flat());
    count += names.filter((either) => !either.some((name) => rowOf(name))).length;
  }
  return count;
};

const isSameClaim = async (claim: ClaimToMove, row: ClaimRow, epochs: Epochs): Promise<boolean> => {
  const secrets = (await epochs.key(row.epoch)).unwrap(row.wrapped, contextOfClaim(row));
  return (
    isEqual(secrets, secretsOf(claim)) &&
    row.organisation === claim.organisationId &&
    row.person === claim.personId &&
    row.bucket === claim.bucket &&
    row.at === claim.at &&
    row.confirmed === claim.isConfirmed
  );
};
