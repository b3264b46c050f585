import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OrganisationId } from '@vivier/kernel';
import { checkedOrganisation } from '../document.ts';

/** No organisation has it. */
const NOBODY = 0;

/**
 * Organisations by a number of their own in this file: each document, and each of its places in an
 * index, says whose it is, and an id would take as much room there as everything else.
 */
export class Organisations {
  readonly #numbers = new Map<string, number>();
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    for (const { number, id } of database.prepare('SELECT number, id FROM organisations').all())
      this.#numbers.set(String(id), Number(number));
    this.#add = database.prepare('INSERT INTO organisations (id) VALUES (?)');
  }

  /**
   * An organisation's number; of one that has nothing here, a number under which nothing is found.
   * Throws a TypeError for one that can be none.
   */
  numberOf(organisationId: OrganisationId): number {
    const number = this.#numbers.get(organisationId);
    if (number === undefined) checkedOrganisation(organisationId);
    return number ?? NOBODY;
  }

  /**
   * Gives it a number where it has none; outside of any transaction, which might not be kept. Throws a
   * TypeError for one that can be none.
   */
  admit(organisationId: OrganisationId): void {
    if (this.#numbers.has(organisationId)) return;
    const { lastInsertRowid } = this.#add.run(checkedOrganisation(organisationId));
    this.#numbers.set(organisationId, Number(lastInsertRowid));
  }
}
