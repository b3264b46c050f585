import DataLoader from 'dataloader';
import { erased, type PersonId, type Sealed, type SealedBlob } from '@vivier/kernel';
import { openHandles, stored, unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import { candidateSpace, type CandidateSpace } from '@vivier/projections';
import { documentsOf } from '@vivier/runtime';
import type { AccountId, Principal } from '@vivier/identity';
import type { House } from '../house/house.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';
import { mayReach, openersOf, type GuardedField } from './rights.ts';

type OpeningCaller = Pick<Principal, 'organisationId' | 'accountId' | 'role' | 'personId'>;

interface OpenRequest {
  readonly handle: Sealed;
  readonly personId: PersonId;
}

/**
 * Opens what one caller may see, for one request: handles, persons and staff names are gathered and
 * loaded together, whatever the length of a list.
 */
export class Opening {
  readonly #house: House;
  readonly #caller: OpeningCaller;
  readonly #handles: DataLoader<OpenRequest, unknown>;
  /** A person's own document, in which alone their name stands. */
  readonly persons: DataLoader<string, CandidateSpace | undefined>;
  readonly #staff: DataLoader<string, string | null>;

  constructor(house: House, caller: OpeningCaller) {
    this.#house = house;
    this.#caller = caller;
    const { organisationId } = caller;
    this.#handles = new DataLoader(
      (requests) =>
        openHandles(
          requests.map(({ handle, personId }) => ({
            handle,
            expected: { organisationId, personId },
          })),
          (blobs) => house.vault.open(blobs),
        ),
      { cache: false },
    );
    this.persons = new DataLoader(async (ids) => {
      const documents = documentsOf(house.readStore, organisationId, candidateSpace);
      const found = await documents.find({ _id: { $in: [...new Set(ids)] } });
      const byId = new Map(
        found.map((packed) => [
          packed._id,
          unpackDocument<CandidateSpace>(packed as PackedDocument),
        ]),
      );
      return ids.map((id) => byId.get(id));
    });
    this.#staff = new DataLoader((ids) => this.#staffNames(ids));
  }

  /**
   * Lets through whom a field's row in `rights.ts` names.
   *
   * @param owner the candidate whom it is about; left out, it is about anybody of the organisation
   * @throws Refused NotYoursToOpen
   */
  allow(field: GuardedField, owner?: PersonId): void {
    const { role, personId } = this.#caller;
    if (!mayReach(openersOf(field, 'ofCandidate'), role, owner === personId))
      throw new Refused(edgeRejections.NotYoursToOpen());
  }

  /**
   * The clear text of a handle about a candidate, for a field; null where it was erased or never was.
   *
   * @throws Refused NotYoursToOpen where the field's row does not name the caller
   */
  async text(
    field: GuardedField,
    handle: Sealed<string> | null,
    personId: PersonId,
  ): Promise<string | null> {
    if (!handle) return null;
    this.allow(field, personId);
    const value = await this.#handles.load({ handle, personId });
    return value === erased ? null : (value as string);
  }

  /**
   * The name of a member of the organisation's staff, for a field; null where the account is gone.
   *
   * @throws Refused NotYoursToOpen where the field's row does not name the caller
   */
  async staffName(field: GuardedField, accountId: string): Promise<string | null> {
    const { role, accountId: own } = this.#caller;
    if (!mayReach(openersOf(field, 'ofStaff'), role, accountId === own))
      throw new Refused(edgeRejections.NotYoursToOpen());
    return this.#staff.load(accountId);
  }

  async #staffNames(ids: readonly string[]): Promise<(string | null)[]> {
    const { organisationId } = this.#caller;
    const named = await this.#house.identity.accountsByIds(
      organisationId,
      ids as readonly AccountId[],
    );
    const requests = named.flatMap((account) =>
      account?.sealedName
        ? [
            {
              handle: stored<string>(JSON.parse(account.sealedName) as SealedBlob, 'fullName'),
              expected: { organisationId, personId: account.personId },
            },
          ]
        : [],
    );
    const values = [...(await openHandles(requests, (blobs) => this.#house.vault.open(blobs)))] as (
      string | typeof erased
    )[];
    return named.map((account) => {
      if (!account?.sealedName) return null;
      const value = values.shift();
      return value === undefined || value === erased ? null : value;
    });
  }
}
