import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Reached, SagaPositionMoved, SagaSettings, Unreached } from '../port.ts';
import type { Owners } from './owners.ts';

const statements = (database: DatabaseSync) => {
  const prepare = (text: string): StatementSync => {
    const statement = database.prepare(text);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    of: prepare('SELECT settings FROM settings WHERE owner = ?'),
    keep: prepare(
      `INSERT INTO settings VALUES (?, ?, '')
        ON CONFLICT (owner) DO UPDATE SET settings = excluded.settings, reached = ''`,
    ),
    unreached: prepare('SELECT owner, reached FROM settings WHERE reached IS NOT NULL'),
    reach: prepare('UPDATE settings SET reached = ? WHERE owner = ? AND reached = ?'),
  };
};

/** Settings of organisations, and how far they have come. Whoever calls is in a transaction to write. */
export class SettingsTable {
  readonly #statements: ReturnType<typeof statements>;

  constructor(
    database: DatabaseSync,
    private readonly owners: Owners,
  ) {
    this.#statements = statements(database);
  }

  of(owner: number): string | undefined {
    const found = this.#statements.of.get(owner) as unknown as readonly [string] | undefined;
    return found?.[0];
  }

  keep(saga: string, { organisationId, settings }: SagaSettings): void {
    this.#statements.keep.run(this.owners.numberOf({ organisationId, saga }), settings);
  }

  unreached(saga: string): readonly Unreached[] {
    const rows = this.#statements.unreached.all() as unknown as (readonly [number, string])[];
    return rows.flatMap(([number, after]) => {
      const owner = this.owners.of(number);
      return owner.saga === saga ? [{ organisationId: owner.organisationId, after }] : [];
    });
  }

  /** @throws SagaPositionMoved where they stand elsewhere */
  reach(saga: string, { organisationId, after, upTo }: Reached, stored: SagaPositionMoved): void {
    const owner = this.owners.numberOf({ organisationId, saga });
    if (this.#statements.reach.run(upTo ?? null, owner, after).changes !== 1) throw stored;
  }
}
