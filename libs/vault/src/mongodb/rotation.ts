import type { Collection } from 'mongodb';
import type { EpochKey, EpochKeys, Epochs } from '../epoch-keys.ts';
import type { Rotated } from '../port.ts';
import {
  contextOfClaim,
  contextOfKey,
  type Rows,
  type StateRow,
  type WrappedRow,
} from './collections.ts';
import type { MongoVaultFaults } from './faults.ts';
import { switchGates } from './gates.ts';

interface RotationNeeds {
  readonly rows: Rows;
  readonly epochKeys: EpochKeys;
  readonly epochs: Epochs;
  readonly batch: number;
  readonly faults: MongoVaultFaults | undefined;
}

/**
 * Ends the epoch: a new epoch key, every living row wrapped anew, the old epoch key destroyed, and with
 * it whatever it wrapped in logs and backups. A row is changed only while it stands as it was read, so
 * that no destroyed one comes back, and several processes may do this at once. What a crash interrupts
 * is told by the state's `retiring` and finished by the next call.
 */
export class Rotation {
  readonly #needs: RotationNeeds;

  constructor(needs: RotationNeeds) {
    this.#needs = needs;
  }

  /** When it resolves, every epoch key that was there when it was called is destroyed. */
  async rotate(): Promise<Rotated> {
    const before = await this.#state();
    const unfinished = await this.#finish(before.retiring);
    const begun = await this.#begin(before.current);
    const finished = await this.#finish(begun);
    return {
      rewrapped: unfinished.rewrapped + finished.rewrapped,
      damaged: unfinished.damaged + finished.damaged,
    };
  }

  /** Begins to end the epoch, unless another process did; gives the epoch that is being ended now. */
  async #begin(ending: string): Promise<string | null> {
    const { rows, epochKeys, faults } = this.#needs;
    const current = await epochKeys.make();
    await faults?.at('epoch-made');
    const { matchedCount } = await rows.state.updateOne(
      { _id: 'vault', current: ending, retiring: null },
      { $set: { current, retiring: ending } },
    );
    // Nothing was wrapped by it. Where the update's outcome is unknown it throws, and the key stays.
    if (matchedCount === 0) await epochKeys.destroy(current);
    await faults?.at('epoch-begun');
    return (await this.#state()).retiring;
  }

  async #finish(ending: string | null): Promise<Rotated> {
    const { rows, epochKeys, epochs, faults } = this.#needs;
    const { current, retiring } = await this.#state();
    // Another process has finished it.
    if (ending === null || retiring !== ending) return { rewrapped: 0, damaged: 0 };
    await switchGates(rows, ending, current);
    await faults?.at('gates-switched');
    let rewrapped = 0;
    let damaged = 0;
    const left = () => Promise.all([count(rows.keys, ending), count(rows.claims, ending)]);
    while ((await left()).some((rest) => rest > 0)) {
      const keys = { old: await epochs.key(ending), next: await epochs.key(current) };
      for (const done of [
        await this.#batch(rows.keys, keys, contextOfKey),
        await this.#batch(rows.claims, keys, contextOfClaim),
      ]) {
        rewrapped += done.rewrapped;
        damaged += done.damaged;
      }
      await faults?.at('batch-rewrapped');
    }
    await epochKeys.destroy(ending);
    await faults?.at('epoch-destroyed');
    await rows.state.updateOne({ _id: 'vault', retiring: ending }, { $set: { retiring: null } });
    epochs.keepOnly([current]);
    return { rewrapped, damaged };
  }

  async #batch<Row extends WrappedRow>(
    collection: Collection<Row>,
    { old, next }: { readonly old: EpochKey; readonly next: EpochKey },
    contextOf: (row: Row) => string,
  ): Promise<Rotated> {
    const rewrappable = collection as unknown as Collection<WrappedRow>;
    const found = await rewrappable
      .find({ epoch: old.epoch }, { limit: this.#needs.batch })
      .toArray();
    if (found.length === 0) return { rewrapped: 0, damaged: 0 };
    let damaged = 0;
    const changes = found.map((row) => {
      const { _id, epoch, wrapped } = row;
      const context = contextOf(row as Row);
      const inner = old.unwrap(wrapped, context);
      if (inner === undefined) damaged += 1;
      const changed = { epoch: next.epoch, wrapped: inner ? next.wrap(inner, context) : wrapped };
      inner?.fill(0);
      return { updateOne: { filter: { _id, epoch, wrapped }, update: { $set: changed } } };
    });
    const { modifiedCount } = await rewrappable.bulkWrite(changes, { ordered: false });
    return { rewrapped: modifiedCount, damaged };
  }

  async #state(): Promise<StateRow> {
    const state = await this.#needs.rows.state.findOne({ _id: 'vault' });
    if (state === null) throw new Error('The vault is not in this database any more.');
    return state;
  }
}

const count = <Row extends WrappedRow>(collection: Collection<Row>, epoch: string) =>
  (collection as unknown as Collection<WrappedRow>).countDocuments({ epoch }, { limit: 1 });
