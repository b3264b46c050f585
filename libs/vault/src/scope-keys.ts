import type { Destruction } from './fence.ts';
import { VaultClosed } from './refusals.ts';
import { ScopeKey, type KeyId } from './scope-key.ts';

/** Where keys are kept. */
export interface KeySource {
  /**
   * The bytes of a key, for the caller to wipe; `undefined` where it is gone or was never made. With
   * `make`, a missing one is made, durably, and a fenced one rejects with {@link KeyFenced}.
   */
  dataKey(id: KeyId, make: boolean): Promise<Uint8Array | undefined>;
}

/** A key's own name, or a person's; the lengths keep one part from passing into the next. */
const nameOf = ({ organisationId, personId, scope }: Destruction): string =>
  scope === null
    ? `all ${organisationId.length} ${organisationId}${personId}`
    : `one ${organisationId.length} ${personId.length} ${organisationId}${personId}${scope}`;

interface Cached {
  readonly id: KeyId;
  readonly key: ScopeKey;
  /** How many moves there had been when this one was put at the end. */
  moved: number;
}

/**
 * Keys ready for use. Whoever uses them gets them inside a synchronous function, so that no key can be
 * destroyed between being found and being used.
 */
export class ScopeKeys {
  readonly #source: KeySource;
  readonly #mostCached: number;
  /** Roughly the least recently used first. */
  readonly #cached = new Map<string, Cached>();
  #moves = 0;
  readonly #onTheWay = new Map<string, Promise<ScopeKey | undefined>>();
  /** Counts destructions: a key found before one must be looked for again. */
  #destructions = 0;
  #closed = false;

  /** `mostCached`: how many keys stay ready for use; the least recently used goes first. */
  constructor(source: KeySource, mostCached: number) {
    this.#source = source;
    this.#mostCached = mostCached;
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
    const names = ids.map(nameOf);
    if (this.#closed) throw new VaultClosed();
    const ready = names.map((name) => this.#fromCache(name));
    if (!ready.includes(undefined)) return use(ready);
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

  /** Drops what is ready for use; to be called in the turn in which the store forgets it. */
  forget(destructions: readonly Destruction[]): void {
    this.#destructions += 1;
    this.#onTheWay.clear();
    const gone = new Set(destructions.map(nameOf));
    for (const [name, { id }] of this.#cached) {
      const person = nameOf({ ...id, scope: null });
      if (gone.has(name) || gone.has(person)) this.#cached.delete(name);
    }
  }

  /** Drops everything that is ready for use; what is needed again is looked for again. */
  forgetAll(): void {
    this.#destructions += 1;
    this.#cached.clear();
    this.#onTheWay.clear();
  }

  close(): void {
    this.#closed = true;
    this.forgetAll();
  }

  #fromCache(name: string): ScopeKey | undefined {
    const entry = this.#cached.get(name);
    if (entry === undefined) return undefined;
    // Moving costs more than finding: what stands in the later half stays where it is.
    if (this.#moves - entry.moved > this.#cached.size / 2) this.#putLast(name, entry);
    return entry.key;
  }

  async #find(id: KeyId, name: string, make: boolean): Promise<ScopeKey | undefined> {
    // Whoever only looks must not be handed another's refusal to make.
    const asked = `${make ? 'made' : 'seen'} ${name}`;
    const same = this.#onTheWay.get(asked);
    if (same !== undefined) return same;
    const coming = this.#ready(id, make).finally(() => {
      if (this.#onTheWay.get(asked) === coming) this.#onTheWay.delete(asked);
    });
    this.#onTheWay.set(asked, coming);
    const before = this.#destructions;
    const key = await coming;
    if (key !== undefined && before === this.#destructions) this.#cache(id, name, key);
    return key;
  }

  async #ready(id: KeyId, make: boolean): Promise<ScopeKey | undefined> {
    const dataKey = await this.#source.dataKey(id, make);
    return dataKey && new ScopeKey(dataKey);
  }

  #cache(id: KeyId, name: string, key: ScopeKey): void {
    this.#putLast(name, { id, key, moved: 0 });
    if (this.#cached.size <= this.#mostCached) return;
    const oldest = this.#cached.keys().next().value;
    if (oldest !== undefined) this.#cached.delete(oldest);
  }

  #putLast(name: string, entry: Cached): void {
    this.#cached.delete(name);
    entry.moved = ++this.#moves;
    this.#cached.set(name, entry);
  }
}
