import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Destruction } from './fence.ts';
import type { MasterKeys } from './master-keys.ts';
import { MasterKeyMissing, VaultClosed } from './refusals.ts';

interface Guarded {
  readonly masterKeys: MasterKeys;
  readonly destroyer: { destroy(destruction: Destruction): Promise<void> };
}

/** What every vault refuses, wherever its keys lie. */
export abstract class GuardedVault {
  readonly #guarded: Guarded;
  #closed = false;

  constructor(guarded: Guarded) {
    this.#guarded = guarded;
  }

  async organisationMac(organisationId: OrganisationId, purpose: string, data: string) {
    this.requireOpen();
    // Apart from the vault's own purposes, so that no caller can ask for the hash of a claim.
    return this.#guarded.masterKeys.mac(organisationId, `caller.${purpose}`, data);
  }

  async destroyScope(organisationId: OrganisationId, personId: PersonId, scope: Scope) {
    this.requireOpen();
    // An empty one would stand for the whole person in the list of fences.
    if (scope.length === 0) throw new RangeError('A scope has a name.');
    await this.#guarded.destroyer.destroy({ organisationId, personId, scope });
  }

  async destroyPerson(organisationId: OrganisationId, personId: PersonId) {
    this.requireOpen();
    await this.#guarded.destroyer.destroy({ organisationId, personId, scope: null });
  }

  async admitOrganisation(organisationId: OrganisationId) {
    this.requireOpen();
    const { masterKeys } = this.#guarded;
    if (await masterKeys.has(organisationId)) return;
    // A new master key over old keys would make all of them unreadable for good, silently.
    if (await this.holdsKeysOf(organisationId)) throw new MasterKeyMissing(organisationId);
    await masterKeys.admit(organisationId);
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.closeAll();
  }

  protected get isClosed(): boolean {
    return this.#closed;
  }

  protected requireOpen(): void {
    if (this.#closed) throw new VaultClosed();
  }

  /** Whether there is a living key of the organisation. */
  protected abstract holdsKeysOf(organisationId: OrganisationId): Promise<boolean>;

  /** Called once. */
  protected abstract closeAll(): Promise<void>;
}
