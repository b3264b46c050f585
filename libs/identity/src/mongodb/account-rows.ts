import type { ClientSession } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { isDuplicate } from '@vivier/mongodb/driver';
import type { Identified, StoredAccount } from '../account-store.ts';
import { bucketOf, standing } from '../accounts.ts';
import type { Account, AccountId, Organisation, Role } from '../port.ts';
import { SignInRefused } from '../refusals.ts';
import { Turns } from '../turns.ts';
import { gateOf, type AccountRow, type OrganisationRow, type Rows } from './collections.ts';
import { isAddress, openSecret, sealSecret, type AccountSecrets } from './secrets.ts';

/** Organisations and accounts in the database. */
export class AccountRows {
  readonly #rows: Rows;
  readonly #secrets: AccountSecrets;
  readonly #turns = new Turns();

  constructor(rows: Rows, secrets: AccountSecrets) {
    this.#rows = rows;
    this.#secrets = secrets;
  }

  async organisations(): Promise<readonly Organisation[]> {
    const found = await this.#rows.organisations.find({}, { sort: { slug: 1 } }).toArray();
    return found.map(toOrganisation);
  }

  async organisationBy(
    column: 'organisation' | 'slug',
    value: string,
  ): Promise<Organisation | undefined> {
    const filter = column === 'slug' ? { slug: value } : { _id: value as OrganisationId };
    const row = await this.#rows.organisations.findOne(filter);
    return row === null ? undefined : toOrganisation(row);
  }

  async addOrganisation({ organisationId, ...facts }: Organisation): Promise<Organisation> {
    const there = async () =>
      (await this.organisationBy('organisation', organisationId)) ??
      (await this.organisationBy('slug', facts.slug));
    const before = await there();
    if (before !== undefined) return before;
    try {
      await this.#rows.organisations.insertOne({ _id: organisationId, ...facts });
      return { organisationId, ...facts };
    } catch (failure) {
      const meanwhile = isDuplicate(failure) ? await there() : undefined;
      if (meanwhile === undefined) throw failure;
      return meanwhile;
    }
  }

  async byAddress(
    organisationId: OrganisationId,
    address: Buffer,
    session?: ClientSession,
  ): Promise<StoredAccount | undefined> {
    const filter = { organisation: organisationId, bucket: bucketOf(address) };
    for (const row of await this.#rows.accounts.find(filter, session && { session }).toArray()) {
      const secret = await openSecret(this.#secrets, row);
      if (!isAddress(secret, address)) continue;
      return { ...toAccount(row), password: secret?.password, sealed: row.secret };
    }
    return undefined;
  }

  async byIds(
    accountIds: readonly AccountId[],
    session?: ClientSession,
  ): Promise<Map<AccountId, Account>> {
    const filter = { _id: { $in: [...accountIds] } };
    const rows = await this.#rows.accounts.find(filter, session && { session }).toArray();
    return new Map(rows.map((row) => [row._id, toAccount(row)]));
  }

  async existing(
    asked: Identified,
    address: Buffer,
    session?: ClientSession,
  ): Promise<Account | undefined> {
    const sameId = (await this.byIds([asked.accountId], session)).get(asked.accountId);
    const sameAddress = await this.byAddress(asked.organisationId, address, session);
    return standing(asked, sameId, sameAddress);
  }

  async add(account: Account, password: string | undefined, address: Buffer): Promise<Account> {
    const { accountId, organisationId, personId, role, sealedName, disabledAt } = account;
    const bucket = bucketOf(address);
    const secret = await sealSecret(this.#secrets, account, { address, password });
    const named = { _id: accountId, organisation: organisationId, person: personId };
    const facts = { role, sealedName, disabledAt, bucket, secret, known: [], turns: 0 };
    const gate = gateOf(organisationId, bucket);
    const kept = async (session: ClientSession) => {
      await this.#rows.gates.updateOne({ _id: gate }, { $inc: { turns: 1 } }, { session });
      const same = await this.existing(account, address, session);
      if (same === undefined)
        await this.#rows.accounts.insertOne({ ...named, ...facts }, { session });
      return same ?? account;
    };
    // Within this process those of one gate need not meet in the database.
    return this.#turns.inTurn(`${gate}`, () =>
      this.#rows.transaction(kept).catch((failure: unknown) => {
        // Only the id can be taken behind the gate of another bucket.
        if (!isDuplicate(failure)) throw failure;
        return this.#rows.transaction(kept);
      }),
    );
  }

  async disable(organisation: OrganisationId, _id: AccountId, now: number): Promise<boolean> {
    return this.#rows.transaction(async (session) => {
      const own = { _id, organisation };
      const disabled = await this.#rows.accounts.updateOne(
        { ...own, disabledAt: null },
        { $set: { disabledAt: now } },
        { session },
      );
      if (disabled.matchedCount === 0) {
        return (await this.#rows.accounts.countDocuments(own, { session })) > 0;
      }
      await this.#endAllOf(_id, now, session);
      return true;
    });
  }

  enable(organisation: OrganisationId, _id: AccountId): Promise<boolean> {
    return this.#change({ _id, organisation }, { disabledAt: null });
  }

  changeRole(organisation: OrganisationId, _id: AccountId, role: Role): Promise<boolean> {
    return this.#change({ _id, organisation }, { role });
  }

  async setPassword(
    organisation: OrganisationId,
    _id: AccountId,
    password: string,
    now: number,
  ): Promise<boolean> {
    return this.#rows.transaction(async (session) => {
      const row = await this.#rows.accounts.findOne({ _id, organisation }, { session });
      const before = row === null ? undefined : await openSecret(this.#secrets, row);
      if (row === null || before === undefined) return false;
      const secret = await this.resealed(row, before.address, password);
      await this.#rows.accounts.updateOne({ _id }, { $set: { secret } }, { session });
      await this.#endAllOf(_id, now, session);
      return true;
    });
  }

  async changeAddress(
    organisation: OrganisationId,
    _id: AccountId,
    address: Buffer,
    now: number,
  ): Promise<boolean> {
    const bucket = bucketOf(address);
    const gate = gateOf(organisation, bucket);
    const changed = async (session: ClientSession) => {
      await this.#rows.gates.updateOne({ _id: gate }, { $inc: { turns: 1 } }, { session });
      const row = await this.#rows.accounts.findOne({ _id, organisation }, { session });
      const before = row === null ? undefined : await openSecret(this.#secrets, row);
      if (row === null || before === undefined) return false;
      const holder = await this.byAddress(organisation, address, session);
      if (holder?.accountId === _id) return true;
      if (holder !== undefined) throw new SignInRefused('AddressTaken');
      const secret = await this.resealed(row, address, before.password);
      await this.#rows.accounts.updateOne({ _id }, { $set: { bucket, secret } }, { session });
      await this.#endAllOf(_id, now, session);
      return true;
    };
    return this.#turns.inTurn(`${gate}`, () => this.#rows.transaction(changed));
  }

  /** The row's secret with another password or address. */
  resealed(row: AccountRow, address: Buffer, password: string | undefined): Promise<Buffer> {
    const { _id, organisation, person } = row;
    const owner = { organisationId: organisation, personId: person, accountId: _id };
    return sealSecret(this.#secrets, owner, { address, password });
  }

  async removeAllOf(organisation: OrganisationId, person: PersonId): Promise<void> {
    await this.#rows.transaction(async (session) => {
      const { accounts, sessions, tokens } = this.#rows;
      const found = await accounts.find({ organisation, person }, { session }).toArray();
      const own = { account: { $in: found.map(({ _id }) => _id) } };
      const opened = await sessions.find(own, { session }).toArray();
      const theirs = { session: { $in: opened.map(({ _id }) => _id) } };
      await tokens.deleteMany(theirs, { session });
      await sessions.deleteMany(own, { session });
      await accounts.deleteMany({ organisation, person }, { session });
    });
  }

  async #change(
    filter: Pick<AccountRow, '_id' | 'organisation'>,
    change: Partial<Pick<AccountRow, 'role' | 'disabledAt'>>,
  ): Promise<boolean> {
    return (await this.#rows.accounts.updateOne(filter, { $set: change })).matchedCount > 0;
  }

  async #endAllOf(account: AccountId, now: number, session: ClientSession): Promise<void> {
    const living = { account, endedAt: null };
    await this.#rows.sessions.updateMany(living, { $set: { endedAt: now } }, { session });
  }
}

const toOrganisation = ({ _id, slug, name, zone, isDemo }: OrganisationRow): Organisation => ({
  organisationId: _id,
  slug,
  name,
  zone,
  isDemo,
});

const toAccount = (row: AccountRow): Account => ({
  accountId: row._id,
  organisationId: row.organisation,
  personId: row.person,
  role: row.role,
  sealedName: row.sealedName,
  disabledAt: row.disabledAt,
});
