import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { bucketOf, comparableEmail, granted } from '../claim-rules.ts';
import { acrossEpochs, type Epochs } from '../epoch-keys.ts';
import { fenceName } from '../fence.ts';
import { KeyFenced, type EmailClaims } from '../port.ts';
import { KeyDamaged } from '../refusals.ts';
import { contextOfClaim, type ClaimRow, type Rows } from './collections.ts';
import { bucketGate, personGate, through } from './gates.ts';
import type { Turns } from './turns.ts';

interface ClaimsNeeds {
  readonly rows: Rows;
  readonly epochs: Epochs;
  readonly turns: Turns;
  readonly graceMs: number;
  readonly isFencedAhead: (organisationId: OrganisationId, personId: PersonId) => boolean;
  /** The keyed hash of an address, hex. */
  hash(organisationId: OrganisationId, comparable: string): Promise<string>;
  requireOpen(): void;
}

/** A claim's row with what it hides. */
interface OpenClaim extends ClaimRow {
  readonly address: Buffer;
  readonly apart: string;
}

const ADDRESS_BYTES = 32;

/**
 * The claims beside the keys, so that they go with them. The hash and the random text are wrapped by
 * the epoch key; a claim is found by the hash's first two bytes, which confirm no guess.
 */
export class MongoClaims implements EmailClaims {
  readonly #needs: ClaimsNeeds;

  constructor(needs: ClaimsNeeds) {
    this.#needs = needs;
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
    const given = await this.#given(organisationId, address, personOf, at);
    return given?.apart;
  }

  async confirm(organisation: OrganisationId, person: PersonId) {
    this.#needs.requireOpen();
    const { rows } = this.#needs;
    const own = { organisation, person };
    await rows.transaction(async (session) => {
      if ((await rows.claims.findOne({ ...own, confirmed: true }, { session })) !== null) return;
      await rows.claims.updateMany(own, { $set: { confirmed: true } }, { session });
    });
  }

  async settle(organisationId: OrganisationId, email: string, personId: PersonId, at: number) {
    const { claims } = this.#needs.rows;
    const address = await this.#address(organisationId, email);
    const given = await this.#given(
      organisationId,
      address,
      () => personId,
      at,
      async (_id, session) => {
        await claims.updateOne({ _id }, { $set: { confirmed: true } }, { session });
        const others = { organisation: organisationId, person: personId, _id: { $ne: _id } };
        await claims.deleteMany(others, { session });
      },
    );
    return given === undefined ? 'taken' : 'settled';
  }

  async holder(organisationId: OrganisationId, email: string) {
    const address = await this.#address(organisationId, email);
    const row = await acrossEpochs(() => this.#holderOf(organisationId, address));
    return row?.person;
  }

  async unconfirmed(before: number) {
    this.#needs.requireOpen();
    const found = await this.#needs.rows.claims
      .find({ confirmed: false, at: { $lte: before } }, { sort: { at: 1 } })
      .project<Pick<ClaimRow, 'organisation' | 'person'>>({ organisation: 1, person: 1 })
      .toArray();
    return found.map(({ organisation, person }) => ({
      organisationId: organisation,
      personId: person,
    }));
  }

  async release(organisation: OrganisationId, person: PersonId) {
    this.#needs.requireOpen();
    const { rows } = this.#needs;
    const own = { organisation, person, confirmed: false };
    await rows.transaction((session) => rows.claims.deleteMany(own, { session }));
  }

  /** @param andThen done in the same transaction, where the claim is given */
  async #given(
    organisationId: OrganisationId,
    address: Buffer,
    personOf: (apart: string) => PersonId,
    at: number,
    andThen?: (_id: string, session: ClientSession) => Promise<void>,
  ): Promise<{ readonly apart: string } | undefined> {
    const { rows, graceMs } = this.#needs;
    const bucket = bucketOf(address);
    const gate = bucketGate(organisationId, bucket);
    const given = () =>
      rows.transaction(async (session) => {
        const epoch = await through(rows, session, gate);
        const row = await this.#holderOf(organisationId, address, session);
        const held = row && { ...row, isConfirmed: row.confirmed };
        const claim = granted(held, { personOf, at, graceMs, fresh: randomUUID() });
        if (claim === undefined) return undefined;
        const { personId, apart, since } = claim;
        await this.#requireUnfenced(organisationId, personId, session);
        const _id = row?._id ?? randomUUID();
        const secrets = { address, apart };
        const changed = { person: personId, at: since, epoch };
        const wrapped = await this.#wrapped({ _id, organisation: organisationId }, epoch, secrets);
        const fixed = { organisation: organisationId, bucket, confirmed: row?.confirmed ?? false };
        await rows.claims.updateOne(
          { _id },
          { $set: { ...changed, wrapped }, $setOnInsert: fixed },
          { session, upsert: true },
        );
        await andThen?.(_id, session);
        return { apart };
      });
    return this.#needs.turns.inTurn(gate, () => acrossEpochs(given));
  }

  async #address(organisationId: OrganisationId, email: string): Promise<Buffer> {
    this.#needs.requireOpen();
    return Buffer.from(await this.#needs.hash(organisationId, comparableEmail(email)), 'hex');
  }

  async #requireUnfenced(
    organisationId: OrganisationId,
    personId: PersonId,
    session: ClientSession,
  ): Promise<void> {
    const { rows, isFencedAhead } = this.#needs;
    if (isFencedAhead(organisationId, personId)) throw new KeyFenced(personId, undefined);
    await through(rows, session, personGate(organisationId, personId));
    const _id = fenceName({ organisationId, personId, scope: null });
    const fence = await rows.fences.findOne({ _id }, { session });
    if (fence !== null) throw new KeyFenced(personId, undefined);
  }

  async #holderOf(
    organisation: OrganisationId,
    address: Buffer,
    session?: ClientSession,
  ): Promise<OpenClaim | undefined> {
    const filter = { organisation, bucket: bucketOf(address) };
    const rows = await this.#needs.rows.claims.find(filter, session && { session }).toArray();
    for (const row of rows) {
      const open = await this.#opened(row);
      if (timingSafeEqual(open.address, address)) return open;
    }
    return undefined;
  }

  async #opened(row: ClaimRow): Promise<OpenClaim> {
    const key = await this.#needs.epochs.key(row.epoch);
    const plain = key.unwrap(row.wrapped, contextOfClaim(row));
    if (plain === undefined) throw new KeyDamaged(row.organisation);
    const address = plain.subarray(0, ADDRESS_BYTES);
    return { ...row, address, apart: plain.subarray(ADDRESS_BYTES).toString() };
  }

  async #wrapped(
    row: Pick<ClaimRow, '_id' | 'organisation'>,
    epoch: string,
    { address, apart }: Pick<OpenClaim, 'address' | 'apart'>,
  ): Promise<Buffer> {
    const key = await this.#needs.epochs.key(epoch);
    return key.wrap(Buffer.concat([address, Buffer.from(apart)]), contextOfClaim(row));
  }
}
