import {
  erased,
  type Erased,
  type OrganisationId,
  type PersonId,
  type Scope,
  type SealedBlob,
} from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { BlobRejected, KeyFenced, type SealRequest, type Vault } from '@vivier/vault';

/** What rules and read models need of a vault. */
export type MemoryVaultPort = Pick<
  Vault,
  'seal' | 'open' | 'mac' | 'organisationMac' | 'destroyScope' | 'destroyPerson'
>;

const place = (...parts: readonly string[]): string => JSON.stringify(parts);

/**
 * Keys and sealed values in memory, for tests. A blob's bytes are a number and nothing else, so that
 * whoever shows a personal value has asked the vault for it.
 */
export class MemoryVault implements MemoryVaultPort {
  readonly #sealed = new Map<string, SealRequest>();
  readonly #fenced = new Set<string>();
  /** How often {@link open} was called: a list opens all of its persons at once. */
  openings = 0;

  /** {@link seal} without waiting. */
  sealNow(requests: readonly SealRequest[]): readonly SealedBlob[] {
    for (const { origin } of requests)
      this.#refuseFenced(origin.organisationId, origin.personId, origin.scope);
    return requests.map((request) => {
      const bytes = Buffer.from(`sealed ${this.#sealed.size}`).toString('base64');
      this.#sealed.set(bytes, structuredClone(request));
      return { origin: request.origin, bytes };
    });
  }

  /** {@link open} without waiting. */
  openNow(blobs: readonly SealedBlob[]): readonly (Readonly<Record<string, unknown>> | Erased)[] {
    return blobs.map(({ origin, bytes }) => {
      if (this.#isFenced(origin.organisationId, origin.personId, origin.scope)) return erased;
      const sealed = this.#sealed.get(bytes);
      const same =
        sealed &&
        Object.entries(origin).every(
          ([name, value]) => sealed.origin[name as keyof typeof origin] === value,
        );
      if (!same) throw new BlobRejected();
      return sealed.values;
    });
  }

  async seal(requests: readonly SealRequest[]): Promise<readonly SealedBlob[]> {
    return this.sealNow(requests);
  }

  async open(
    blobs: readonly SealedBlob[],
  ): Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]> {
    this.openings += 1;
    return this.openNow(blobs);
  }

  async mac(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
    purpose: string,
    data: string | Uint8Array,
  ): Promise<string> {
    this.#refuseFenced(organisationId, personId, scope);
    return derive(
      'mac',
      organisationId,
      personId,
      scope,
      purpose,
      Buffer.from(data).toString('hex'),
    );
  }

  async organisationMac(
    organisationId: OrganisationId,
    purpose: string,
    data: string,
  ): Promise<string> {
    return derive('organisation mac', organisationId, purpose, data);
  }

  async destroyScope(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
  ): Promise<void> {
    this.#fenced.add(place(organisationId, personId, scope));
  }

  async destroyPerson(organisationId: OrganisationId, personId: PersonId): Promise<void> {
    this.#fenced.add(place(organisationId, personId));
  }

  #isFenced(organisationId: OrganisationId, personId: PersonId, scope: Scope): boolean {
    return (
      this.#fenced.has(place(organisationId, personId)) ||
      this.#fenced.has(place(organisationId, personId, scope))
    );
  }

  #refuseFenced(organisationId: OrganisationId, personId: PersonId, scope: Scope): void {
    if (this.#isFenced(organisationId, personId, scope)) throw new KeyFenced(personId, scope);
  }
}
