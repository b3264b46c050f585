import { randomBytes } from 'node:crypto';
import { canonical } from '../aead.ts';
import type { Destruction, KeyFile, KeyState } from './key-file.ts';
import type { MasterKeys } from '../master-keys.ts';
import type { OncePerTurn } from '../once-per-turn.ts';
import { KeyFenced } from '../port.ts';
import { VaultClosed } from '../refusals.ts';
import { DATA_KEY_BYTES, ScopeKey, type KeyId } from '../scope-key.ts';

/** What the master key binds a wrapped data key to. */
export const wrappingContext = ({ organisationId, personId, scope }: KeyId): string =>
  canonical('vivier.data-key.1', organisationId, personId, scope);

interface ScopeKeysNeeds {
  readonly keyFile: KeyFile;
  readonly masterKeys: MasterKeys;
  readonly commits: OncePerTurn<() => unknown, unknown>;
  /** How many keys stay ready for use; the least recently used goes first. */
  readonly cachedKeys: number;
}

/**
 * Keys ready for use. Whoever uses them gets them inside a synchronous function, so that no key can be
 * destroyed between being found and being used.
 */
export class ScopeKeys {
  readonly #needs: ScopeKeysNeeds;
  readonly #cached = new Map<string, { readonly id: KeyId; readonly key: ScopeKey }>();
  readonly #onTheWay = new Map<string, Promise<ScopeKey>>();
  /** Counts destructions: a key found before one must be looked for again. */
  #destructions = 0;
  #closed = false;

  constructor(needs: ScopeKeysNeeds) {
    this.#needs = needs;
  }

  /** A number that changes with every destruction. */
  get destructions(): number {
    return this.#destructions;
  }

  /**
   * Calls `use` with a function that gives each key, or `undefined` where it is gone or was never
   * made. With `make`, missing keys are made, and a fenced one rejects with {@link KeyFenced}.
   */
  async with<T>(
    ids: readonly KeyId[],
    make: boolean,
    use: (keys: readonly (ScopeKey | undefined)[]) => T,
  ): Promise<T> {
    const names = ids.map(({ organisationId, personId, scope }) =>
      canonical(organisationId, personId, scope),
    );
    for (;;) {
      if (this.#closed) throw new VaultClosed();
      const before = this.#destructions;
      const found = new Map<string, ScopeKey | undefined>();
      const missing: Promise<unknown>[] = [];
      ids.forEach((id, index) => {
        const name = names[index]!;
        if (found.has(name)) return;
        found.set(name, this.#fromCache(name));
        if (found.get(name) !== undefined) return;
        missing.push(this.#find(id, name, make).then((key) => found.set(name, key)));
      });
      if (missing.length > 0) await Promise.all(missing);
      if (before === this.#destructions) return use(names.map((name) => found.get(name)));
    }
  }

  /** Drops what is ready for use; to be called in the turn in which the key file forgets it. */
  forget(destructions: readonly Destruction[]): void {
    this.#destructions += 1;
    this.#onTheWay.clear();
    const gone = new Set(
      destructions.map(({ organisationId, personId, scope }) =>
        canonical(organisationId, personId, scope ?? false),
      ),
    );
    for (const [name, { id }] of this.#cached) {
      const person = canonical(id.organisationId, id.personId, false);
      if (gone.has(name) || gone.has(person)) this.#cached.delete(name);
    }
  }

  close(): void {
    this.#closed = true;
    this.#destructions += 1;
    this.#cached.clear();
    this.#onTheWay.clear();
  }

  #fromCache(name: string): ScopeKey | undefined {
    const entry = this.#cached.get(name);
    if (entry === undefined) return undefined;
    this.#cached.delete(name);
    this.#cached.set(name, entry);
    return entry.key;
  }

  async #find(id: KeyId, name: string, make: boolean): Promise<ScopeKey | undefined> {
    const state = this.#needs.keyFile.look(id);
    if (state.kind === 'fenced' && make) throw new KeyFenced(id.personId, state.scope);
    if (state.kind !== 'living' && !make) return undefined;
    const same = this.#onTheWay.get(name);
    if (same !== undefined) return same;
    const coming = (
      state.kind === 'living' ? this.#unwrapped(id, state.wrapped) : this.#made(id)
    ).finally(() => {
      if (this.#onTheWay.get(name) === coming) this.#onTheWay.delete(name);
    });
    this.#onTheWay.set(name, coming);
    const before = this.#destructions;
    const key = await coming;
    if (before === this.#destructions) this.#cache(id, name, key);
    return key;
  }

  async #unwrapped(id: KeyId, wrapped: Uint8Array): Promise<ScopeKey> {
    const { masterKeys } = this.#needs;
    return new ScopeKey(await masterKeys.unwrap(id.organisationId, wrapped, wrappingContext(id)));
  }

  async #made(id: KeyId): Promise<ScopeKey> {
    const { masterKeys, commits, keyFile } = this.#needs;
    const dataKey = randomBytes(DATA_KEY_BYTES);
    const wrapped = await masterKeys.wrap(id.organisationId, dataKey, wrappingContext(id));
    const state = await commits.add<KeyState>(() => keyFile.keep(id, wrapped));
    if (state.kind === 'living' && state.wrapped === wrapped) return new ScopeKey(dataKey);
    dataKey.fill(0);
    if (state.kind === 'living') return this.#unwrapped(id, state.wrapped);
    throw new KeyFenced(id.personId, state.kind === 'fenced' ? state.scope : undefined);
  }

  #cache(id: KeyId, name: string, key: ScopeKey): void {
    this.#cached.delete(name);
    this.#cached.set(name, { id, key });
    if (this.#cached.size <= this.#needs.cachedKeys) return;
    const oldest = this.#cached.keys().next().value;
    if (oldest !== undefined) this.#cached.delete(oldest);
  }
}
