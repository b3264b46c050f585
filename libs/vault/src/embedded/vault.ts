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
import { Destroyer, type VaultFaults } from './destroyer.ts';
import { EmbeddedClaims } from './email-claims.ts';
import { FenceList } from './fence-list.ts';
import { KeptKeys } from './kept-keys.ts';
import { KeyFile } from './key-file.ts';
import { CLAIM_GRACE_MS } from '../claim-rules.ts';
import { fenceName } from '../fence.ts';
import { ScopeFileCipher } from '../file-cipher.ts';
import { GuardedVault } from '../guarded-vault.ts';
import { openMasterKeysFile, wrappingContext, type MasterKeys } from '../master-keys.ts';
import { OncePerTurn } from '../once-per-turn.ts';
import { sealAll, openAll } from '../sealing.ts';
import type { KeyId } from '../scope-key.ts';
import { KeyFenced } from '../port.ts';
import type { EmailClaims, FileCipher, SealRequest, Vault } from '../port.ts';
import { MasterKeyMissing } from '../refusals.ts';
import { ScopeKeys } from '../scope-keys.ts';

export interface EmbeddedVaultOptions {
  /** The SQLite file of the wrapped keys and e-mail claims; its backups may be rolled back. */
  readonly keysFile: string;
  /** The file of the organisations' master keys, or a key service that holds them. */
  readonly masterKeysFile: string | MasterKeys;
  /** The list of what was erased. Keep it apart from the backups of the key file: never roll it back. */
  readonly fenceFile: string;
  /** How long an unconfirmed e-mail claim is safe from others, in ms; default 15 minutes. */
  readonly claimGraceMs?: number;
  /** How many keys stay ready for use; default 10,000. */
  readonly cachedKeys?: number;
  /** The time that fences are written down with; default: the system's. */
  readonly clock?: { now(): number };
  readonly faults?: VaultFaults;
}

/**
 * Opens the vault of one process on `node:sqlite`, and first finishes what a crash interrupted and
 * applies the fence list again, so that a restored key file brings nobody back. Rejects with
 * {@link MasterKeyMissing}, {@link KeyDamaged}, {@link FenceDamaged}, {@link SecretFileUnsafe} or
 * {@link DestructionUnfinished}.
 */
export const openEmbeddedVault = async (options: EmbeddedVaultOptions): Promise<Vault> => {
  const { masterKeysFile } = options;
  const masterKeys =
    typeof masterKeysFile === 'string' ? openMasterKeysFile(masterKeysFile) : masterKeysFile;
  const keyFile = new KeyFile(options.keysFile);
  let fenceList: FenceList | undefined;
  try {
    fenceList = applyFences(keyFile, options.fenceFile);
    for (const sample of keyFile.samples()) await requireUsable(masterKeys, keyFile, sample);
    return new EmbeddedVault(options, { masterKeys, keyFile, fenceList });
  } catch (failure) {
    fenceList?.close();
    keyFile.close();
    throw failure;
  }
};

const applyFences = (keyFile: KeyFile, path: string): FenceList => {
  const { list, fences } = FenceList.open(path);
  const known = keyFile.fences();
  const listed = new Set(fences.map(fenceName));
  const applied = new Set(known.map(fenceName));
  // Should the list itself have been lost or rolled back, the key file's copy makes it whole again.
  list.append(known.filter((fence) => !listed.has(fenceName(fence))));
  // A fence stands in the key file only together with its deletion.
  keyFile.destroy(fences.filter((fence) => !applied.has(fenceName(fence))));
  keyFile.truncateLog();
  return list;
};

const requireUsable = async (masterKeys: MasterKeys, keyFile: KeyFile, id: KeyId) => {
  if (!(await masterKeys.has(id.organisationId))) throw new MasterKeyMissing(id.organisationId);
  const state = keyFile.look(id);
  if (state.kind !== 'living') return;
  (await masterKeys.unwrap(id.organisationId, state.wrapped, wrappingContext(id))).fill(0);
};

interface Parts {
  readonly masterKeys: MasterKeys;
  readonly keyFile: KeyFile;
  readonly fenceList: FenceList;
}

class EmbeddedVault extends GuardedVault implements Vault {
  readonly claims: EmailClaims;
  readonly #keyFile: KeyFile;
  readonly #fenceList: FenceList;
  readonly #scopeKeys: ScopeKeys;
  readonly #commits: OncePerTurn<() => unknown, unknown>;
  readonly #destroyer: Destroyer;

  constructor(options: EmbeddedVaultOptions, { masterKeys, keyFile, fenceList }: Parts) {
    const commits = new OncePerTurn<() => unknown, unknown>((works) =>
      keyFile.transaction(() => works.map((work) => work())),
    );
    const { cachedKeys = 10_000, clock = { now: Date.now } } = options;
    const scopeKeys = new ScopeKeys(new KeptKeys({ keyFile, masterKeys, commits }), cachedKeys);
    const destroyer = new Destroyer({
      keyFile,
      fenceList,
      scopeKeys,
      now: () => clock.now(),
      faults: options.faults,
    });
    super({ masterKeys, destroyer });
    this.#keyFile = keyFile;
    this.#fenceList = fenceList;
    this.#commits = commits;
    this.#scopeKeys = scopeKeys;
    this.#destroyer = destroyer;
    this.claims = new EmbeddedClaims({
      keyFile,
      graceMs: options.claimGraceMs ?? CLAIM_GRACE_MS,
      commit: async <T>(work: () => T) => {
        this.requireOpen();
        return (await commits.add(work)) as T;
      },
      hash: async (organisationId, comparable) => {
        this.requireOpen();
        return masterKeys.mac(organisationId, 'vivier.email-claim', comparable);
      },
    });
  }

  seal(requests: readonly SealRequest[]): Promise<readonly SealedBlob[]> {
    return sealAll(this.#scopeKeys, requests);
  }

  open(
    blobs: readonly SealedBlob[],
  ): Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]> {
    return openAll(this.#scopeKeys, blobs);
  }

  mac(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
    purpose: string,
    data: string | Uint8Array,
  ): Promise<string> {
    const id = { organisationId, personId, scope };
    return this.#scopeKeys.with([id], true, ([key]) => key!.mac(purpose, data));
  }

  async fileKey(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
  ): Promise<FileCipher | Erased> {
    const id = { organisationId, personId, scope };
    try {
      return await this.#scopeKeys.with([id], true, ([key]) => {
        let seen = this.#scopeKeys.destructions;
        const isLiving = () => {
          if (seen === this.#scopeKeys.destructions) return true;
          if (this.isClosed || this.#keyFile.look(id).kind !== 'living') return false;
          seen = this.#scopeKeys.destructions;
          return true;
        };
        return new ScopeFileCipher(id, key!, isLiving);
      });
    } catch (failure) {
      if (failure instanceof KeyFenced) return erased;
      throw failure;
    }
  }

  async erasedUpTo() {
    this.requireOpen();
    return (this.#keyFile.erasedUpTo() ?? START) as Position;
  }

  async noteErasedUpTo(position: Position) {
    this.requireOpen();
    this.#keyFile.noteErasedUpTo(position);
  }

  protected async holdsKeysOf(organisationId: OrganisationId) {
    return this.#keyFile.samples(organisationId).length > 0;
  }

  protected async closeAll() {
    this.#commits.flush();
    this.#destroyer.flush();
    this.#scopeKeys.close();
    this.#keyFile.close();
    this.#fenceList.close();
  }
}
