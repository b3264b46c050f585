import { randomBytes } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { acrossEpochs, type Epochs } from '../epoch-keys.ts';
import { fenceName, type Destruction } from '../fence.ts';
import { wrappingContext, type MasterKeys } from '../master-keys.ts';
import { KeyFenced } from '../port.ts';
import { KeyDamaged } from '../refusals.ts';
import { DATA_KEY_BYTES, type KeyId } from '../scope-key.ts';
import type { KeySource } from '../scope-keys.ts';
import { contextOfKey, rowIdOfKey, type KeyRow, type Rows } from './collections.ts';
import { personGate, through } from './gates.ts';
import { InBatches } from './in-batches.ts';
import type { Turns } from './turns.ts';

interface KeyRowsNeeds {
  readonly rows: Rows;
  readonly masterKeys: MasterKeys;
  readonly epochs: Epochs;
  readonly turns: Turns;
  /** What stands in the list outside already, but not yet in the database. */
  fencedAhead(id: KeyId): Destruction | undefined;
}

/** The keys in the database, wrapped twice. */
export class KeyRows implements KeySource {
  readonly #needs: KeyRowsNeeds;
  readonly #looks: InBatches<string, KeyRow | undefined>;

  constructor(needs: KeyRowsNeeds) {
    this.#needs = needs;
    this.#looks = new InBatches((ids) => this.#found(ids));
  }

  dataKey(id: KeyId, make: boolean): Promise<Uint8Array | undefined> {
    return acrossEpochs(async () => {
      const ahead = this.#needs.fencedAhead(id);
      if (ahead !== undefined && !make) return undefined;
      if (ahead !== undefined) throw new KeyFenced(id.personId, ahead.scope ?? undefined);
      // A row stands there only while nothing fences it: a fence takes it away in its transaction.
      const row = await this.#looks.add(rowIdOfKey(id));
      if (row !== undefined) return this.unwrapped(id, row);
      return make ? this.#made(id) : undefined;
    });
  }

  /** Rejects with {@link KeyDamaged}, {@link MasterKeyMissing}, {@link EpochKeyMissing}. */
  async unwrapped(id: KeyId, row: KeyRow): Promise<Uint8Array> {
    const { masterKeys, epochs } = this.#needs;
    const epoch = await epochs.key(row.epoch);
    const inner = epoch.unwrap(row.wrapped, contextOfKey(row));
    if (inner === undefined) throw new KeyDamaged(id.organisationId);
    return masterKeys.unwrap(id.organisationId, inner, wrappingContext(id));
  }

  async #found(ids: readonly string[]): Promise<(KeyRow | undefined)[]> {
    const found = await this.#needs.rows.keys.find({ _id: { $in: [...ids] } }).toArray();
    const byId = new Map(found.map((row) => [row._id, row]));
    return ids.map((id) => byId.get(id));
  }

  async #made(id: KeyId): Promise<Uint8Array> {
    const { rows, masterKeys, epochs } = this.#needs;
    const { organisationId, personId, scope } = id;
    const dataKey = randomBytes(DATA_KEY_BYTES);
    const inner = await masterKeys.wrap(organisationId, dataKey, wrappingContext(id));
    const own = { _id: rowIdOfKey(id), organisation: organisationId, person: personId, scope };
    const fences = [{ organisationId, personId, scope: null }, id].map(fenceName);
    const gate = personGate(organisationId, personId);
    const kept = async (session: ClientSession) => {
      const epoch = await epochs.key(await through(rows, session, gate));
      const fence = await rows.fences.findOne(
        { _id: { $in: fences } },
        { session, sort: { scope: 1 } },
      );
      if (fence !== null) throw new KeyFenced(personId, fence.scope ?? undefined);
      const same = await rows.keys.findOne({ _id: own._id }, { session });
      if (same !== null) return same;
      const wrapped = epoch.wrap(inner, contextOfKey(own));
      await rows.keys.insertOne({ ...own, epoch: epoch.epoch, wrapped }, { session });
      return undefined;
    };
    const earlier = await this.#needs.turns.inTurn(gate, () => rows.transaction(kept));
    if (earlier === undefined) return dataKey;
    dataKey.fill(0);
    return this.unwrapped(id, earlier);
  }
}
