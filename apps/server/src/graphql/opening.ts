import DataLoader from 'dataloader';
import { erased, type PersonId, type Sealed, type SealedBlob } from '@vivier/kernel';
import { openHandles, stored, unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import { candidateSpace, type CandidateSpace } from '@vivier/projections';
import { documentsOf } from '@vivier/runtime';
import type { AccountId, Principal } from '@vivier/identity';
import type { House } from '../house/house.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';
import { isRestricted } from './restricted.ts';
import { mayReach, openersOf, type Allowed, type GuardedField } from './rights.ts';

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
  readonly #texts: DataLoader<OpenRequest, string | null>;
  /** What was opened before it was asked for. */
  readonly #opened = new Map<Sealed, string | null>();
  readonly #spaces: Map<string, CandidateSpace>;
  /** By field, since a list asks about the same few for each of its rows. */
  readonly #openers = new Map<GuardedField, Allowed>();
  /** A person's own document, in which alone their name stands. */
  readonly persons: DataLoader<string, CandidateSpace | undefined>;
  readonly #staff: DataLoader<string, string | null>;

  /** The same for what is restricted. */
  #closed: Opening | undefined;

  /** @param open nothing personal about candidates opens, whoever asks but for compliance; this one does */
  constructor(
    house: House,
    caller: OpeningCaller,
    private readonly open?: Opening,
  ) {
    this.#spaces = open ? open.#spaces : new Map<string, CandidateSpace>();
    this.#house = house;
    this.#caller = caller;
    const { organisationId } = caller;
    this.#texts = new DataLoader((requests) => this.#openUnrestricted(requests), { cache: false });
    this.persons =
      open?.persons ??
      new DataLoader(async (ids) => {
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
    if (!this.#mayOpen(field, owner)) throw new Refused(edgeRejections.NotYoursToOpen());
  }

  /** The same for what only compliance opens: the caller's own stays open to them. */
  restricted(): Opening {
    return (this.#closed ??= new Opening(this.#house, this.#caller, this));
  }

  /** A person's own document: at once where it was loaded ahead. */
  person(id: string): CandidateSpace | Promise<CandidateSpace | undefined> {
    return this.#spaces.get(id) ?? this.persons.load(id);
  }

  /** Who of some people is restricted, for this caller: nobody is for compliance, nor one for oneself. */
  async restrictedAmong(ids: readonly PersonId[]): Promise<ReadonlySet<string>> {
    const { role, personId } = this.#caller;
    const others = role === 'compliance' ? [] : ids.filter((id) => id !== personId);
    const spaces = await Promise.all([...new Set(others)].map(async (id) => this.person(id)));
    return new Set(spaces.flatMap((space) => (space && isRestricted(space) ? space._id : [])));
  }

  /** Loads persons together of whom each row of a list is about to ask. */
  async loadPersons(ids: readonly string[]): Promise<readonly CandidateSpace[]> {
    const found = await Promise.all([...new Set(ids)].map((id) => this.persons.load(id)));
    const spaces = found.filter((space) => space !== undefined);
    for (const space of spaces) this.#spaces.set(space._id, space);
    return spaces;
  }

  /**
   * Opens together what the fields of a list are about to ask for. What the caller may not see stays
   * closed: its field says so.
   */
  async ahead(
    asked: readonly {
      readonly field: GuardedField;
      readonly handle: Sealed<string> | null;
      readonly personId: PersonId;
    }[],
  ): Promise<void> {
    const requests = asked.flatMap(({ field, handle, personId }) =>
      handle && this.#mayOpen(field, personId) ? [{ handle, personId }] : [],
    );
    if (requests.length === 0) return;
    const values = await this.#open(requests);
    requests.forEach(({ handle }, index) => this.#opened.set(handle, values[index] ?? null));
  }

  /**
   * The clear text of a handle about a candidate, for a field; null where it was erased or never was.
   *
   * @throws Refused NotYoursToOpen where the field's row does not name the caller
   */
  text(
    field: GuardedField,
    handle: Sealed<string> | null,
    personId: PersonId,
  ): string | null | Promise<string | null> {
    return this.value(field, handle, personId);
  }

  /** The same of what is not a text. */
  value<T>(
    field: GuardedField,
    handle: Sealed<T> | null,
    personId: PersonId,
  ): T | null | Promise<T | null> {
    if (!handle) return null;
    this.allow(field, personId);
    const opened = this.#opened.get(handle);
    return (opened === undefined ? this.#texts.load({ handle, personId }) : opened) as
      T | null | Promise<T | null>;
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

  #mayOpen(field: GuardedField, owner: PersonId | undefined): boolean {
    const { role, personId } = this.#caller;
    if (this.open && role !== 'compliance' && owner !== personId) return false;
    let openers = this.#openers.get(field);
    if (!openers) this.#openers.set(field, (openers = openersOf(field, 'ofCandidate')));
    return mayReach(openers, this.#caller.role, owner === this.#caller.personId);
  }

  /** Whatever it stands in, what is about a restricted person opens to compliance alone. */
  async #openUnrestricted(requests: readonly OpenRequest[]): Promise<(string | null | Error)[]> {
    const closed = await this.restrictedAmong(requests.map(({ personId }) => personId));
    const opened = [...(await this.#open(requests.filter((one) => !closed.has(one.personId))))];
    return requests.map(({ personId }) =>
      closed.has(personId)
        ? new Refused(edgeRejections.NotYoursToOpen())
        : (opened.shift() ?? null),
    );
  }

  async #open(requests: readonly OpenRequest[]): Promise<(string | null)[]> {
    if (requests.length === 0) return [];
    const { organisationId } = this.#caller;
    const values = await openHandles(
      requests.map(({ handle, personId }) => ({ handle, expected: { organisationId, personId } })),
      (blobs) => this.#house.vault.open(blobs),
    );
    return values.map((value) => (value === erased ? null : (value as string)));
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
