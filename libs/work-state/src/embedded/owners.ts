import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OrganisationId } from '@vivier/kernel';

/** Whose an instance is: one saga of one organisation. */
export interface Owner {
  readonly organisationId: OrganisationId;
  readonly saga: string;
}

/** Nobody has it. */
const NOBODY = 0;

/**
 * Owners by a number of their own in this file: there are few of them and a million entries, and reading
 * two more texts of each would take as long as everything else that is read of it.
 */
export class Owners {
  readonly #numbers = new Map<string, number>();
  readonly #byNumber = new Map<number, Owner>();
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    const rows = database.prepare('SELECT number, organisation, saga FROM owners').all();
    for (const { number, organisation, saga } of rows) {
      const owner = { organisationId: organisation as OrganisationId, saga: String(saga) };
      this.#remember(Number(number), owner);
    }
    this.#add = database.prepare('INSERT INTO owners (organisation, saga) VALUES (?, ?)');
  }

  /** An owner's number; of one that has nothing here, a number under which nothing is found. */
  numberOf(owner: Owner): number {
    return this.#numbers.get(nameOf(owner)) ?? NOBODY;
  }

  /** Gives it a number where it has none; outside of any transaction, which might not be kept. */
  admit(owner: Owner): number {
    const known = this.#numbers.get(nameOf(owner));
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#add.run(owner.organisationId, owner.saga);
    this.#remember(Number(lastInsertRowid), owner);
    return Number(lastInsertRowid);
  }

  /** Throws RangeError where there is no such number. */
  of(number: number): Owner {
    const owner = this.#byNumber.get(number);
    if (!owner) throw new RangeError(`The working state has no owner ${number}: it is damaged.`);
    return owner;
  }

  #remember(number: number, { organisationId, saga }: Owner): void {
    this.#numbers.set(nameOf({ organisationId, saga }), number);
    this.#byNumber.set(number, { organisationId, saga });
  }
}

/** An organisation's id has no space in it. */
const nameOf = ({ organisationId, saga }: Owner): string => `${organisationId} ${saga}`;
