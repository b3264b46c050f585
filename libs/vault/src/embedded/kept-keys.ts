import { randomBytes } from 'node:crypto';
import type { KeyFile, KeyState } from './key-file.ts';
import { wrappingContext, type MasterKeys } from '../master-keys.ts';
import type { OncePerTurn } from '../once-per-turn.ts';
import { KeyFenced } from '../port.ts';
import { DATA_KEY_BYTES, type KeyId } from '../scope-key.ts';
import type { KeySource } from '../scope-keys.ts';

interface KeptKeysNeeds {
  readonly keyFile: KeyFile;
  readonly masterKeys: MasterKeys;
  readonly commits: OncePerTurn<() => unknown, unknown>;
}

/** The keys in the key file, each wrapped by its organisation's master key. */
export class KeptKeys implements KeySource {
  readonly #needs: KeptKeysNeeds;

  constructor(needs: KeptKeysNeeds) {
    this.#needs = needs;
  }

  async dataKey(id: KeyId, make: boolean): Promise<Uint8Array | undefined> {
    const state = this.#needs.keyFile.look(id);
    if (state.kind === 'living') return this.#unwrapped(id, state.wrapped);
    if (!make) return undefined;
    if (state.kind === 'fenced') throw new KeyFenced(id.personId, state.scope);
    return this.#made(id);
  }

  #unwrapped(id: KeyId, wrapped: Uint8Array): Promise<Uint8Array> {
    return this.#needs.masterKeys.unwrap(id.organisationId, wrapped, wrappingContext(id));
  }

  async #made(id: KeyId): Promise<Uint8Array> {
    const { masterKeys, commits, keyFile } = this.#needs;
    const dataKey = randomBytes(DATA_KEY_BYTES);
    const wrapped = await masterKeys.wrap(id.organisationId, dataKey, wrappingContext(id));
    const state = await commits.add<KeyState>(() => keyFile.keep(id, wrapped));
    if (state.kind === 'living' && state.wrapped === wrapped) return dataKey;
    dataKey.fill(0);
    if (state.kind === 'living') return this.#unwrapped(id, state.wrapped);
    throw new KeyFenced(id.personId, state.kind === 'fenced' ? state.scope : undefined);
  }
}
