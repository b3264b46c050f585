import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { RenderedMail } from './render.ts';

/** Whose a mail is, and which of their keys seals it where it is kept. */
export interface MailPlace {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly scope: Scope;
  readonly mailId: string;
}

/** A mail as its reader gets it. */
export interface MailContent extends RenderedMail {
  readonly to: { readonly name: string | null; readonly address: string };
  /** Whose name stands before the sender's address. */
  readonly fromName: string;
  /** ms since 1970. */
  readonly at: number;
  /** Without brackets; the same each time that the same mail is handed over. */
  readonly messageId: string;
}

export interface OutgoingMail extends MailContent {
  readonly place: MailPlace;
}

/** Takes mails out of this program's hands. */
export interface MailTransport {
  readonly through: 'smtp' | 'folder';
  /**
   * Resolves once somebody else is answerable for the mail. Handing the same one over again is allowed.
   *
   * @throws MailRefused where it will never be taken; anything else may go better later
   */
  handOver(mail: OutgoingMail): Promise<void>;
  close(): Promise<void>;
}

/** This mail will not be taken, however often it is sent. Says no address and no word of the server. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
  /** @param kind `Refused550`, `AddressInvalid`: a kind of failure, never a value */
  constructor(readonly kind: string) {
    super('The mail was refused for good.');
  }
}

/** The mail could not be handed over for now. Says no address and no word of the server. */
export class MailDeferred extends Error {
  override readonly name: string;
  /** @param kind `Deferred451`, `DeferredECONNREFUSED`: a kind of failure, never a value */
  constructor(kind: string) {
    super('The mail could not be handed over; it may be later.');
    this.name = kind;
  }
}
