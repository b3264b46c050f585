import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { wipeSlots, type KeyFile } from './key-file.ts';
import { bucketOf, comparableEmail, granted } from '../claim-rules.ts';
import { KeyFenced, type EmailClaims } from '../port.ts';

interface ClaimsNeeds {
  readonly keyFile: KeyFile;
  readonly graceMs: number;
  /** Runs in the turn's one transaction; the outcome is durable when the promise resolves. */
  commit<T>(work: () => T): Promise<T>;
  /** The keyed hash of an address, hex. */
  hash(organisationId: OrganisationId, comparable: string): Promise<string>;
}

interface Claim {
  readonly slot: number;
  readonly person: PersonId;
  readonly at: number;
  readonly confirmed: number;
  readonly apart: string;
}

/**
 * The claims, in the key file, so that they go with the keys. The hash itself stands in a slot that can
 * be wiped; it is found by its first two bytes, which confirm no guess once the slot is gone.
 */
export class EmbeddedClaims implements EmailClaims {
  readonly #needs: ClaimsNeeds;
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #hold: StatementSync;
  readonly #confirm: StatementSync;
  readonly #keep: StatementSync;
  readonly #wipeOthers: StatementSync;
  readonly #deleteOthers: StatementSync;
  readonly #unconfirmed: StatementSync;
  readonly #wipeUnconfirmed: StatementSync;
  readonly #deleteUnconfirmed: StatementSync;

  constructor(needs: ClaimsNeeds) {
    this.#needs = needs;
    const { keyFile } = needs;
    const own = 'FROM claims WHERE organisation = ?1 AND person = ?2';
    const unconfirmed = `${own} AND confirmed = 0`;
    const others = `${own} AND slot <> ?3`;
    this.#find = keyFile.prepare(
      `SELECT slot, person, at, confirmed, apart FROM claims
        WHERE organisation = ? AND bucket = ?
          AND (SELECT bytes FROM slots WHERE id = slot) = ?`,
    );
    this.#add = keyFile.prepare('INSERT INTO claims VALUES (?, ?, ?, ?, ?, 0, ?)');
    this.#hold = keyFile.prepare(
      'UPDATE claims SET person = ?, at = ?, apart = ? WHERE organisation = ? AND bucket = ? AND slot = ?',
    );
    this.#confirm = keyFile.prepare(
      `UPDATE claims SET confirmed = 1 WHERE organisation = ?1 AND person = ?2
        AND NOT EXISTS (SELECT 1 ${own} AND confirmed = 1)`,
    );
    this.#keep = keyFile.prepare(
      'UPDATE claims SET confirmed = 1 WHERE organisation = ? AND bucket = ? AND slot = ?',
    );
    this.#wipeOthers = keyFile.prepare(wipeSlots(`SELECT slot ${others}`));
    this.#deleteOthers = keyFile.prepare(`DELETE ${others}`);
    this.#unconfirmed = keyFile.prepare(
      'SELECT organisation, person FROM claims WHERE confirmed = 0 AND at <= ? ORDER BY at',
    );
    this.#wipeUnconfirmed = keyFile.prepare(wipeSlots(`SELECT slot ${unconfirmed}`));
    this.#deleteUnconfirmed = keyFile.prepare(`DELETE ${unconfirmed}`);
  }

  async claim(organisationId: OrganisationId, email: string, personId: PersonId, at: number) {
    const apart = await this.claimApart(organisationId, email, () => personId, at);
    return apart === undefined ? 'taken' : 'claimed';
  }

  async claimApart(
    organisationId: OrganisationId,
    email: string,
    personOf: (apart: string) => PersonId,
    at: number,
  ): Promise<string | undefined> {
    const address = await this.#address(organisationId, email);
    const outcome = await this.#needs.commit(() =>
      this.#give(organisationId, address, personOf, at),
    );
    if (outcome.fenced !== undefined) throw new KeyFenced(outcome.fenced, undefined);
    return outcome.apart;
  }

  async confirm(organisationId: OrganisationId, personId: PersonId) {
    await this.#needs.commit(() => this.#confirm.run(organisationId, personId));
  }

  async settle(organisationId: OrganisationId, email: string, personId: PersonId, at: number) {
    const address = await this.#address(organisationId, email);
    const outcome = await this.#needs.commit(() => {
      const given = this.#give(organisationId, address, () => personId, at);
      if (given.apart === undefined) return given;
      const { slot } = this.#holderOf(organisationId, address)!;
      this.#keep.run(organisationId, bucketOf(address), slot);
      this.#wipeOthers.run(organisationId, personId, slot);
      this.#deleteOthers.run(organisationId, personId, slot);
      return given;
    });
    if (outcome.fenced !== undefined) throw new KeyFenced(outcome.fenced, undefined);
    if (outcome.apart === undefined) return 'taken';
    this.#needs.keyFile.truncateLog();
    return 'settled';
  }

  async holder(organisationId: OrganisationId, email: string) {
    const address = await this.#address(organisationId, email);
    return this.#holderOf(organisationId, address)?.person;
  }

  async unconfirmed(before: number) {
    const rows = this.#unconfirmed.all(before) as unknown as readonly {
      readonly organisation: OrganisationId;
      readonly person: PersonId;
    }[];
    return rows.map(({ organisation, person }) => ({
      organisationId: organisation,
      personId: person,
    }));
  }

  async release(organisationId: OrganisationId, personId: PersonId) {
    await this.#needs.commit(() => {
      this.#wipeUnconfirmed.run(organisationId, personId);
      this.#deleteUnconfirmed.run(organisationId, personId);
    });
    this.#needs.keyFile.truncateLog();
  }

  /** Within a transaction of the caller: the claim's text, whose fence is in the way, or neither. */
  #give(
    organisationId: OrganisationId,
    address: Buffer,
    personOf: (apart: string) => PersonId,
    at: number,
  ): { readonly apart?: string; readonly fenced?: PersonId } {
    const { keyFile, graceMs } = this.#needs;
    const held = this.#holderOf(organisationId, address);
    const before = held && { ...held, isConfirmed: held.confirmed === 1 };
    const claim = granted(before, { personOf, at, graceMs, fresh: randomUUID() });
    if (claim === undefined) return {};
    const { personId, apart, since } = claim;
    if (keyFile.fenceOf(organisationId, personId, null) !== undefined) return { fenced: personId };
    if (held === undefined) {
      const slot = keyFile.addSlot(address);
      this.#add.run(organisationId, bucketOf(address), slot, personId, since, apart);
    } else {
      this.#hold.run(personId, since, apart, organisationId, bucketOf(address), held.slot);
    }
    return { apart };
  }

  async #address(organisationId: OrganisationId, email: string): Promise<Buffer> {
    return Buffer.from(await this.#needs.hash(organisationId, comparableEmail(email)), 'hex');
  }

  #holderOf(organisationId: OrganisationId, address: Buffer): Claim | undefined {
    const row = this.#find.get(organisationId, bucketOf(address), address);
    return row as Claim | undefined;
  }
}
