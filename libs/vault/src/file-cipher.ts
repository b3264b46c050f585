import { canonical } from './aead.ts';
import { KeyFenced, type FileCipher } from './port.ts';
import type { KeyId, ScopeKey } from './scope-key.ts';

/**
 * The chunks of one file under its scope's key. A chunk opens only at its own place and only as the
 * last one if it was, so that a file cut short, reordered or mixed is noticed. One scope belongs to one
 * file. Once the scope is destroyed, a cipher still in somebody's hands throws {@link KeyFenced}.
 */
export class ScopeFileCipher implements FileCipher {
  readonly #id: KeyId;
  readonly #isLiving: () => boolean;
  #key: ScopeKey | undefined;

  constructor(id: KeyId, key: ScopeKey, isLiving: () => boolean) {
    this.#id = id;
    this.#key = key;
    this.#isLiving = isLiving;
  }

  encrypt(index: number, last: boolean, chunk: Uint8Array): Uint8Array {
    return this.#livingKey().seal(this.#place(index, last), chunk);
  }

  decrypt(index: number, last: boolean, chunk: Uint8Array): Uint8Array {
    return this.#livingKey().open(this.#place(index, last), chunk);
  }

  #livingKey(): ScopeKey {
    if (this.#key !== undefined && !this.#isLiving()) this.#key = undefined;
    if (this.#key === undefined) throw new KeyFenced(this.#id.personId, this.#id.scope);
    return this.#key;
  }

  #place(index: number, last: boolean): string {
    const { organisationId, personId, scope } = this.#id;
    return canonical('vivier.file.1', organisationId, personId, scope, index, last);
  }
}
