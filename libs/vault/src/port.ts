import type {
  Erased,
  Origin,
  OrganisationId,
  PersonId,
  Position,
  Scope,
  SealedBlob,
} from '@vivier/kernel';

export interface SealRequest {
  readonly origin: Origin;
  /** Field name to personal value (any JSON value). */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The keys of the persons. A key belongs to one organisation, person and scope, is wrapped by the
 * organisation's master key, and once destroyed is fenced: it can never be made again.
 */
export interface Vault {
  /**
   * Seals each request into one blob (AES-256-GCM, key commitment, the origin as additional data) and
   * makes the keys that are missing, durably, before it resolves. Rejects with {@link KeyFenced}.
   */
  seal(requests: readonly SealRequest[]): Promise<readonly SealedBlob[]>;
  /**
   * Opens each blob, in order: its values, or `erased` where its key is gone. Rejects with
   * {@link BlobRejected} where a blob is not what its origin says.
   */
  open(
    blobs: readonly SealedBlob[],
  ): Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]>;
  /**
   * A keyed hash (HMAC-SHA-256, hex) under the scope's key: it confirms nothing once the key is gone.
   * Makes the key when it is missing; rejects with {@link KeyFenced}.
   */
  mac(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
    purpose: string,
    data: string | Uint8Array,
  ): Promise<string>;
  /** A keyed hash under a subkey of the organisation's master key (links, e-mail claims). */
  organisationMac(organisationId: OrganisationId, purpose: string, data: string): Promise<string>;
  /** Bytes of one file, sealed in pieces; see `SealedFiles` in libs/files for how they are stored. */
  fileKey(
    organisationId: OrganisationId,
    personId: PersonId,
    scope: Scope,
  ): Promise<FileCipher | Erased>;
  /** Destroys one scope's key and fences it. Idempotent. Resolves once the bytes are gone from disk. */
  destroyScope(organisationId: OrganisationId, personId: PersonId, scope: Scope): Promise<void>;
  /** Destroys every key and e-mail claim of a person and fences the person. Idempotent. */
  destroyPerson(organisationId: OrganisationId, personId: PersonId): Promise<void>;
  /**
   * Up to where in the log every erasure has reached these keys, as it was noted; START at first. It lies
   * with them, so that restored keys tell how old they are.
   */
  erasedUpTo(): Promise<Position>;
  /** Notes it; an earlier position changes nothing. */
  noteErasedUpTo(position: Position): Promise<void>;
  /** Makes the organisation's master key if there is none. */
  admitOrganisation(organisationId: OrganisationId): Promise<void>;
  readonly claims: EmailClaims;
  close(): Promise<void>;
}

/** What ending an epoch did. */
export interface Rotated {
  /** How many keys and claims this process brought into the new epoch. */
  readonly rewrapped: number;
  /** How many of them were found damaged: they stay so, and it is told when they are used. */
  readonly damaged: number;
}

/**
 * A vault that several processes share on a server. Its keys are wrapped by an epoch key as well, since
 * a server keeps what it deleted in its log and in its backups. An erasure is effective when the row is
 * gone and every process has looked at the fences again, within a second; it is final when the epoch key
 * of its time is destroyed.
 */
export interface SharedVault extends Vault {
  /**
   * To be called when the event of an erasure is seen: what this process holds of the person, or of
   * one scope, leaves its memory at once, and a {@link FileCipher} of it works no more.
   */
  forget(organisationId: OrganisationId, personId: PersonId, scope?: Scope): void;
  /**
   * Ends the epoch: wraps the living keys and claims by a new epoch key and destroys the old one. When
   * it resolves, every erasure before the call is final. It finishes what a crash interrupted, and may
   * be called in several processes at once.
   */
  rotateEpoch(): Promise<Rotated>;
}

/** Encrypts and decrypts the chunks of one file; `index` and `last` are bound into each chunk. */
export interface FileCipher {
  encrypt(index: number, last: boolean, chunk: Uint8Array): Uint8Array;
  /** Throws {@link BlobRejected} where the chunk is not what it should be. */
  decrypt(index: number, last: boolean, chunk: Uint8Array): Uint8Array;
}

/**
 * One person per address and organisation, without the log knowing the address: a unique row of
 * organisation and keyed hash. Addresses are compared trimmed, in lower case and NFC.
 */
export interface EmailClaims {
  /**
   * Claims an address for a person. The same person may claim again. A claim that no registration
   * confirmed within 15 minutes may be taken over.
   */
  claim(
    organisationId: OrganisationId,
    email: string,
    personId: PersonId,
    at: number,
  ): Promise<'claimed' | 'taken'>;
  /**
   * Claims an address for a person whose id follows from a random text that is kept with the claim and
   * goes with it: the same command finds the same text, and so the same id, and once the claim is gone
   * no id confirms a guessed address. `personOf` is pure.
   *
   * @returns the text; undefined where the address is taken
   */
  claimApart(
    organisationId: OrganisationId,
    email: string,
    personOf: (apart: string) => PersonId,
    at: number,
  ): Promise<string | undefined>;
  /**
   * The registration is in the log: the claim stays until the person goes. Of a person who has a
   * confirmed one, another is for an address that they are about to change to: that is left as it is.
   */
  confirm(organisationId: OrganisationId, personId: PersonId): Promise<void>;
  /**
   * The change to this address is in the log: its claim stays until the person goes, and their other
   * claims go, in one step, so that never both are free. Idempotent.
   *
   * @returns `taken`, and nothing is changed, where another person holds it
   */
  settle(
    organisationId: OrganisationId,
    email: string,
    personId: PersonId,
    at: number,
  ): Promise<'settled' | 'taken'>;
  /** Who holds the address; an unconfirmed holder too. */
  holder(organisationId: OrganisationId, email: string): Promise<PersonId | undefined>;
  /** Who claimed at `before` (ms since 1970) or earlier without a confirmation, the oldest first. */
  unconfirmed(
    before: number,
  ): Promise<readonly { readonly organisationId: OrganisationId; readonly personId: PersonId }[]>;
  /** Gives an unconfirmed claim back. */
  release(organisationId: OrganisationId, personId: PersonId): Promise<void>;
}

/** The person or scope was erased: nothing can be sealed for it any more. */
export class KeyFenced extends Error {
  override readonly name = 'KeyFenced';
  constructor(
    readonly personId: PersonId,
    readonly scope: Scope | undefined,
  ) {
    super('The person or the dossier was erased: nothing can be added to it.');
  }
}

/** A blob that does not open although its key exists: moved, altered, or sealed under another key. */
export class BlobRejected extends Error {
  override readonly name = 'BlobRejected';
  constructor() {
    super('A sealed value does not belong where it was found.');
  }
}
