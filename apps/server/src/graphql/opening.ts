import DataLoader from 'dataloader';
import {
  collectionName,
  erased,
  type PersonId,
  type Sealed,
  type SealedBlob,
} from '@vivier/kernel';
import { openHandles, stored, unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import { candidateSpace, type CandidateSpace } from '@vivier/projections';
import type { ReadDocument } from '@vivier/read-store';
import type { AccountId, Principal } from '@vivier/identity';
import type { House } from '../house/house.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';

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
  readonly #caller: Pick<Principal, 'organisationId' | 'role' | 'personId'>;
  readonly #handles: DataLoader<OpenRequest, unknown>;
  /** A person's own document, in which alone their name stands. */
  readonly persons: DataLoader<string, CandidateSpace | undefined>;
  readonly #staff: DataLoader<string, string | null>;

  constructor(house: House, caller: Pick<Principal, 'organisationId' | 'role' | 'personId'>) {
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
        ) as Promise<unknown[]>,
      { cache: false },
    );
    this.persons = new DataLoader(async (ids) => {
      const found = await house.readStore
        .collection<ReadDocument>(organisationId, collectionName(candidateSpace))
        .find({ _id: { $in: [...new Set(ids)] } });
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
   * The clear text of a handle about a person; null where it was erased or never was.
   *
   * @throws Refused NotYoursToOpen for a role that reads facts only
   */
  async text(handle: Sealed<string> | null, personId: PersonId): Promise<string | null> {
    if (!handle) return null;
    const { role, personId: own } = this.#caller;
    if (role === 'compliance' || (role === 'candidate' && own !== personId))
      throw new Refused(edgeRejections.NotYoursToOpen());
    const value = await this.#handles.load({ handle, personId });
    return value === erased ? null : (value as string);
  }

  /** The name of a member of the organisation's staff; null where the account is gone. */
  staffName(accountId: string): Promise<string | null> {
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
