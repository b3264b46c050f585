import type { OrganisationId } from '@vivier/kernel';
import { isDuplicate } from '@vivier/mongodb/driver';
import type { EpochKeys } from '../epoch-keys.ts';
import { fenceName, type Fence } from '../fence.ts';
import type { MasterKeys } from '../master-keys.ts';
import { EpochKeyMissing, MasterKeyMissing } from '../refusals.ts';
import { fromFenceRow, type KeyRow, type Rows } from './collections.ts';
import type { MongoDestroyer } from './destroyer.ts';
import { newGates } from './gates.ts';
import type { KeyRows } from './key-rows.ts';
import type { SharedFenceList } from './shared-fence-list.ts';

/**
 * Whether this process holds what opens the database, before anything is written to it: every epoch
 * key, and one key of each organisation. Rejects with {@link EpochKeyMissing},
 * {@link MasterKeyMissing}, {@link KeyDamaged}.
 */
export const requireUsable = async (
  rows: Rows,
  epochKeys: EpochKeys,
  masterKeys: MasterKeys,
  keyRows: KeyRows,
): Promise<void> => {
  const epochs = new Set([
    ...(await rows.keys.distinct('epoch')),
    ...(await rows.claims.distinct('epoch')),
    ...(await rows.gates.distinct('epoch')),
  ]);
  for (const epoch of epochs) {
    if ((await epochKeys.find(epoch)) === undefined) throw new EpochKeyMissing(epochKeys.place);
  }
  for (const organisationId of await rows.keys.distinct('organisation')) {
    if (!(await masterKeys.has(organisationId))) throw new MasterKeyMissing(organisationId);
    const sample = await sampleOf(rows, organisationId);
    if (sample === null) continue;
    const { person, scope } = sample;
    (await keyRows.unwrapped({ organisationId, personId: person, scope }, sample)).fill(0);
  }
};

/** One living key of the organisation. */
export const sampleOf = (rows: Rows, organisation: OrganisationId): Promise<KeyRow | null> =>
  rows.keys.findOne({ organisation });

/** Makes the first epoch and what belongs to it, unless a vault is there already. */
export const begin = async (rows: Rows, epochKeys: EpochKeys): Promise<void> => {
  if ((await rows.state.findOne({ _id: 'vault' })) !== null) return;
  const current = await epochKeys.make();
  const begun = await rows
    .transaction(async (session) => {
      const begun = await rows.state.findOne({ _id: 'vault' }, { session });
      // Its own, where the answer to the first try was lost.
      if (begun !== null) return begun.current === current;
      await rows.state.insertOne({ _id: 'vault', current, retiring: null, fences: 0 }, { session });
      await rows.gates.insertMany(newGates(current), { session });
      return true;
    })
    .catch((failure: unknown) => {
      // Another process was quicker.
      if (isDuplicate(failure)) return false;
      throw failure;
    });
  if (!begun) await epochKeys.destroy(current);
};

/**
 * Makes the list outside and the fences in the database one: a restored database brings nobody back,
 * and a lost list is made whole again. Gives the number of the youngest fence.
 */
export const applyFences = async (
  rows: Rows,
  fenceList: SharedFenceList,
  listed: readonly Fence[],
  destroyer: MongoDestroyer,
): Promise<number> => {
  const state = await rows.state.findOne({ _id: 'vault' });
  const onlyListed = new Map(listed.map((fence) => [fenceName(fence), fence]));
  let onlyHere: Fence[] = [];
  for await (const row of rows.fences.find()) {
    if (!onlyListed.delete(row._id)) onlyHere.push(fromFenceRow(row));
    if (onlyHere.length < 1000) continue;
    fenceList.append(onlyHere);
    onlyHere = [];
  }
  fenceList.append(onlyHere);
  await destroyer.finish([...onlyListed.values()]);
  return state?.fences ?? 0;
};
