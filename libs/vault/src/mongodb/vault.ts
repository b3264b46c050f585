import type { Db } from 'mongodb';
import {
  erased,
  START,
  type Erased,
  type OrganisationId,
  type PersonId,
  type Position,
  type Scope,
  type SealedBlob,
} from '@vivier/kernel';
import { CLAIM_GRACE_MS } from '../claim-rules.ts';
import { Epochs, type EpochKeys } from '../epoch-keys.ts';
import { fenceName, type Destruction } from '../fence.ts';
import { ScopeFileCipher } from '../file-cipher.ts';
import { GuardedVault } from '../guarded-vault.ts';
import type { MasterKeys } from '../master-keys.ts';
import { KeyFenced } from '../port.ts';
import type { EmailClaims, FileCipher, Rotated, SealRequest, SharedVault } from '../port.ts';
import { ScopeKeys } from '../scope-keys.ts';
import { openAll, sealAll } from '../sealing.ts';
import { MongoClaims } from './claims.ts';
import { prepareRows, rowsIn, type Rows } from './collections.ts';
import { MongoDestroyer } from './destroyer.ts';
import type { MongoVaultFaults } from './faults.ts';
import { KeyRows } from './key-rows.ts';
import { applyFences, begin, requireUsable, sampleOf } from './opening.ts';
import { Rotation } from './rotation.ts';
import { SharedFenceList } from './shared-fence-list.ts';
import { Turns } from './turns.ts';
import { Watch } from './watch.ts';

export interface MongoVaultOptions {
  /** A database on a replica set, of a client that is connected and stays its maker's to close. */
  readonly db: Db;
  readonly masterKeys: MasterKeys;
  readonly epochKeys: EpochKeys;
  /**
   * The list of what was erased; the processes share it. Keep it apart from the backups of the
   * database: never roll it back.
   */
  readonly fenceFile: string;
  /** How long an unconfirmed e-mail claim is safe from others, in ms; default 15 minutes. */
  readonly claimGraceMs?: number;
  /** How many keys stay ready for use; default 10,000. */
  readonly cachedKeys?: number;
  /** How long a key that another process destroyed may be used here, in ms; default 1,000. */
  readonly fencesWithinMs?: number;
  /** How many rows a rotation wraps at a time; default 500. */
  readonly rotationBatch?: number;
  /** The time that fences are written down with; default: the system's. */
  readonly clock?: { now(): number };
  /** Time that only goes forward, in ms, for `fencesWithinMs`; default: the process's. */
  readonly elapsed?: () => number;
  readonly faults?: MongoVaultFaults;
}

/** See `open.ts`. */
export const mongoVault = async (options: MongoVaultOptions): Promise<SharedVault> => {
  const { masterKeys, epochKeys, clock = { now: Date.now }, faults } = options;
  const rows = rowsIn(options.db);
  const epochs = new Epochs(epochKeys);
  const { list, fences } = SharedFenceList.open(options.fenceFile);
  const destroyer = new MongoDestroyer({ rows, fenceList: list, now: () => clock.now(), faults });
  const turns = new Turns();
  const keyRows = new KeyRows({
    rows,
    masterKeys,
    epochs,
    turns,
    fencedAhead: (id) => destroyer.ahead(id),
  });
  try {
    await requireUsable(rows, epochKeys, masterKeys, keyRows);
    await prepareRows(rows);
    await begin(rows, epochKeys);
    const seen = await applyFences(rows, list, fences, destroyer);
    return new MongoVault(options, {
      rows,
      epochs,
      turns,
      fenceList: list,
      destroyer,
      keyRows,
      seen,
    });
  } catch (failure) {
    list.close();
    throw failure;
  }
};

interface Parts {
  readonly rows: Rows;
  readonly epochs: Epochs;
  readonly turns: Turns;
  readonly fenceList: SharedFenceList;
  readonly destroyer: MongoDestroyer;
  readonly keyRows: KeyRows;
  /** The number of the youngest fence that no key here can be older than. */
  readonly seen: number;
}

class MongoVault extends GuardedVault implements SharedVault {
  readonly claims: EmailClaims;
  readonly #parts: Parts;
  readonly #scopeKeys: ScopeKeys;
  readonly #watch: Watch;
  readonly #rotation: Rotation;
  /** What was seen to go since the vault was opened, and when: for the ciphers in somebody's hands. */
  readonly #gone = new Map<string, number>();

  constructor(options: MongoVaultOptions, parts: Parts) {
    const { rows, epochs, turns, destroyer, keyRows, seen } = parts;
    const { masterKeys, epochKeys, faults } = options;
    super({ masterKeys, destroyer });
    this.#parts = parts;
    this.#scopeKeys = new ScopeKeys(keyRows, options.cachedKeys ?? 10_000);
    const forget = (destructions: readonly Destruction[]) => this.#forget(destructions);
    destroyer.scopeKeys = { forget };
    this.#watch = new Watch({
      rows,
      epochs,
      seen,
      withinMs: options.fencesWithinMs ?? 1000,
      elapsed: options.elapsed ?? (() => performance.now()),
      fenced: forget,
      lost: () => this.#scopeKeys.forgetAll(),
    });
    const batch = options.rotationBatch ?? 500;
    this.#rotation = new Rotation({ rows, epochKeys, epochs, batch, faults });
    this.claims = new MongoClaims({
      rows,
      epochs,
      turns,
      graceMs: options.claimGraceMs ?? CLAIM_GRACE_MS,
      isFencedAhead: (organisationId, personId) =>
        destroyer.ahead({ organisationId, personId, scope: null }) !== undefined,
      hash: (organisationId, comparable) =>
        masterKeys.mac(organisationId, 'vivier.email-claim', comparable),
      requireOpen: () => this.requireOpen(),
    });
  }

  async seal(requests: readonly SealRequest[]): Promise<readonly SealedBlob[]> {
    await this.#fresh();
    return sealAll(this.#scopeKeys, requests);
  }

  async open(
    blobs: readonly SealedBlob[],
  ): Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]> {
    await this.#fresh();
    return openAll(this.#scopeKeys, blobs);
  }

  async mac(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
    purpose: string,
    data: string | Uint8Array,
  ): Promise<string> {
    await this.#fresh();
    const id = { organisationId, personId, scope };
    return this.#scopeKeys.with([id], true, ([key]) => key!.mac(purpose, data));
  }

  async fileKey(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
  ): Promise<FileCipher | Erased> {
    await this.#fresh();
    const id = { organisationId, personId, scope };
    const names = [fenceName(id), fenceName({ ...id, scope: null })];
    try {
      return await this.#scopeKeys.with([id], true, ([key]) => {
        const born = this.#scopeKeys.destructions;
        const isLiving = () =>
          !this.isClosed && names.every((name) => (this.#gone.get(name) ?? 0) <= born);
        return new ScopeFileCipher(id, key!, isLiving);
      });
    } catch (failure) {
      if (failure instanceof KeyFenced) return erased;
      throw failure;
    }
  }

  forget(organisationId: OrganisationId, personId: PersonId, scope?: Scope) {
    this.#forget([{ organisationId, personId, scope: scope ?? null }]);
  }

  async rotateEpoch(): Promise<Rotated> {
    this.requireOpen();
    return this.#rotation.rotate();
  }

  async erasedUpTo() {
    this.requireOpen();
    const state = await this.#parts.rows.state.findOne({ _id: 'vault' });
    return (state?.erasedUpTo ?? START) as Position;
  }

  async noteErasedUpTo(position: Position) {
    this.requireOpen();
    await this.#parts.rows.state.updateOne({ _id: 'vault' }, { $max: { erasedUpTo: position } });
  }

  protected async holdsKeysOf(organisationId: OrganisationId) {
    return (await sampleOf(this.#parts.rows, organisationId)) !== null;
  }

  protected async closeAll() {
    await this.#watch.close();
    await this.#parts.destroyer.idle();
    this.#scopeKeys.close();
    this.#parts.epochs.keepOnly([]);
    this.#parts.fenceList.close();
  }

  #forget(destructions: readonly Destruction[]): void {
    this.#scopeKeys.forget(destructions);
    const { destructions: at } = this.#scopeKeys;
    for (const destruction of destructions) this.#gone.set(fenceName(destruction), at);
  }

  /** Resolves when keys may be used: a key that was destroyed too long ago is none any more. */
  async #fresh(): Promise<void> {
    this.requireOpen();
    await this.#watch.fresh();
  }
}
