import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import { fenceName, type Destruction, type Fence } from '../fence.ts';
import type { ScopeKeys } from '../scope-keys.ts';
import { rowIdOfKey, toFenceRow, type KeyRow, type Rows } from './collections.ts';
import type { MongoVaultFaults } from './faults.ts';
import { personGate, through } from './gates.ts';
import { InBatches } from './in-batches.ts';
import type { SharedFenceList } from './shared-fence-list.ts';

interface DestroyerNeeds {
  readonly rows: Rows;
  readonly fenceList: SharedFenceList;
  readonly now: () => number;
  readonly faults: MongoVaultFaults | undefined;
}

/** How many destructions share one transaction. */
const AT_ONCE = 50;

/**
 * Destroys keys in the one order that a crash cannot undo: the fence in the list outside first, so
 * that what was begun is finished at the next start; then fence and rows in one transaction (GDPR 17).
 * The bytes in the database's own log and backups go with the epoch key.
 */
export class MongoDestroyer {
  readonly #needs: DestroyerNeeds;
  readonly #batches: InBatches<Destruction, void>;
  /** Nearly always empty: only a database that refused a deletion leaves something here. */
  readonly #ahead = new Map<string, Destruction>();
  /** Told of what goes, in the turn in which it begins to go. */
  scopeKeys: Pick<ScopeKeys, 'forget'> = { forget: () => undefined };

  constructor(needs: DestroyerNeeds) {
    this.#needs = needs;
    this.#batches = new InBatches(async (destructions) => {
      const at = needs.now();
      await this.#destroy(
        destructions.map((destruction) => ({ ...destruction, at })),
        false,
      );
      return destructions.map((): void => undefined);
    }, AT_ONCE);
  }

  /** Resolves once no row of the keys is in the database or ready for use here. Idempotent. */
  destroy(destruction: Destruction): Promise<void> {
    return this.#batches.add(destruction);
  }

  /** Finishes what stands in the list outside already. */
  async finish(fences: readonly Fence[]): Promise<void> {
    for (let from = 0; from < fences.length; from += AT_ONCE) {
      await this.#destroy(fences.slice(from, from + AT_ONCE), true);
    }
  }

  /** The fence that covers the scope and stands in the list outside, but not yet in the database. */
  ahead({ organisationId, personId, scope }: Destruction): Destruction | undefined {
    if (this.#ahead.size === 0) return undefined;
    const whole = fenceName({ organisationId, personId, scope: null });
    return (
      this.#ahead.get(whole) ?? this.#ahead.get(fenceName({ organisationId, personId, scope }))
    );
  }

  idle(): Promise<void> {
    return this.#batches.idle();
  }

  async #destroy(asked: readonly Fence[], isListed: boolean): Promise<void> {
    const { rows, fenceList, faults } = this.#needs;
    const byName = new Map(asked.map((fence) => [fenceName(fence), fence]));
    const fences = [...byName.values()];
    if (!isListed) {
      const standing = await this.#standing(fences);
      const fresh = fences.filter((fence) => !isCovered(fence, standing, byName));
      fenceList.append(fresh.filter((fence) => !this.#ahead.has(fenceName(fence))));
    }
    for (const [name, fence] of byName) this.#ahead.set(name, fence);
    this.scopeKeys.forget(fences);
    await faults?.at('fenced');
    await rows.transaction((session) => this.#destroyWithin(session, fences, byName));
    await faults?.at('deleted');
    for (const name of byName.keys()) this.#ahead.delete(name);
  }

  async #destroyWithin(
    session: ClientSession,
    fences: readonly Fence[],
    byName: ReadonlyMap<string, Fence>,
  ): Promise<void> {
    const { rows } = this.#needs;
    const gates = fences.map((fence) => personGate(fence.organisationId, fence.personId));
    for (const gate of new Set(gates)) await through(rows, session, gate);
    const standing = await this.#standing(fences, session);
    const fresh = fences.filter((fence) => !isCovered(fence, standing, byName));
    if (fresh.length > 0) {
      const counted = await rows.state.findOneAndUpdate(
        { _id: 'vault' },
        { $inc: { fences: fresh.length } },
        { session, returnDocument: 'after' },
      );
      const last = counted!.fences;
      const numbered = fresh.map((fence, n) => toFenceRow(fence, last - fresh.length + 1 + n));
      await rows.fences.insertMany(numbered, { session });
    }
    await rows.keys.bulkWrite(fences.map(deletionOfKeys), { session });
    const people = fences.filter(({ scope }) => scope === null);
    if (people.length === 0) return;
    const own = people.map(({ organisationId, personId }) => ({
      organisation: organisationId,
      person: personId,
    }));
    await rows.claims.deleteMany({ $or: own }, { session });
  }

  /** Which of the fences, or of their people's, stand in the database. */
  async #standing(fences: readonly Fence[], session?: ClientSession): Promise<ReadonlySet<string>> {
    const names = fences.flatMap((fence) => [
      fenceName(fence),
      fenceName({ ...fence, scope: null }),
    ]);
    const found = await this.#needs.rows.fences
      .find({ _id: { $in: names } }, { projection: { _id: 1 }, ...(session && { session }) })
      .toArray();
    return new Set(found.map(({ _id }) => _id));
  }
}

/** Whether the fence stands already, or its person's does or is about to. */
const isCovered = (
  fence: Fence,
  standing: ReadonlySet<string>,
  together: ReadonlyMap<string, Fence>,
): boolean => {
  const whole = fenceName({ ...fence, scope: null });
  if (standing.has(fenceName(fence)) || standing.has(whole)) return true;
  return fence.scope !== null && together.has(whole);
};

const deletionOfKeys = ({
  organisationId,
  personId,
  scope,
}: Fence): AnyBulkWriteOperation<KeyRow> =>
  scope === null
    ? { deleteMany: { filter: { organisation: organisationId, person: personId } } }
    : { deleteOne: { filter: { _id: rowIdOfKey({ organisationId, personId, scope }) } } };
