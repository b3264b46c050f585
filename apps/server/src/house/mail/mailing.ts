import { join } from 'node:path';
import { openMailFolder, openSmtp, type MailFolder } from '@vivier/mail';
import type { MailContent, MailPlace, MailSealing, MailTransport } from '@vivier/mail';
import {
  erased,
  streamName,
  type EventId,
  type OrganisationId,
  type Origin,
  type PersonId,
  type Scope,
  type SealedBlob,
} from '@vivier/kernel';
import type { Vault } from '@vivier/vault';

/** How mails leave. */
export interface MailSettings {
  /** `smtp://` or `smtps://`; without it, mails lie sealed in the folder. */
  readonly smtpUrl?: string | undefined;
  /** The sender's address; default: one at the host of the links. */
  readonly from?: string | undefined;
  /** What links in mails begin with, without a slash at the end. */
  readonly publicUrl: () => string;
}

export interface Mailing {
  readonly transport: MailTransport;
  /** What was laid into the folder, also before a server was set. */
  readonly folder: MailFolder;
  readonly publicUrl: () => string;
  /** Of the links, and of Message-IDs. */
  readonly host: () => string;
  /** Removes mails of a person, or of one dossier, from the folder; resolves with how many there were. */
  readonly removeMailsOf: (
    organisationId: OrganisationId,
    personId: PersonId,
    applicationId?: string,
  ) => Promise<number>;
  readonly close: () => Promise<void>;
}

export const accountScope = 'account' as Scope;

/** What is sealed under the key of one dossier. */
export const dossierScope = (applicationId: string): Scope =>
  `application-${applicationId}` as Scope;

const originOf = ({ mailId, ...whose }: MailPlace): Origin => ({
  ...whose,
  stream: streamName('mail', mailId),
  eventId: mailId as EventId,
  type: 'Mail',
});

/** A file stands where another one belongs: somebody has moved it. */
class MailMisplaced extends Error {
  override readonly name = 'MailMisplaced';
}

/** Seals a mail under its reader's key: it goes with the person, or with the dossier that it is about. */
export const sealingBy = (vault: Pick<Vault, 'seal' | 'open'>): MailSealing => ({
  seal: async (place, content) => {
    const [blob] = await vault.seal([{ origin: originOf(place), values: { ...content } }]);
    return JSON.stringify(blob);
  },
  open: async (place, sealed) => {
    const blob = JSON.parse(sealed) as SealedBlob;
    if (JSON.stringify(sorted(blob.origin)) !== JSON.stringify(sorted(originOf(place))))
      throw new MailMisplaced('A mail in the folder is not the one that its name says.');
    const [values] = await vault.open([blob]);
    return values === undefined || values === erased ? erased : (values as unknown as MailContent);
  },
});

const sorted = (origin: Origin): readonly (readonly [string, string])[] =>
  Object.entries(origin).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, string][];

const hostOf = (url: string): string =>
  (URL.canParse(url) ? new URL(url).hostname : '') || 'localhost';

/** Opens the way out for mails. The folder is made with the first mail that is laid into it. */
export const openMailing = (
  { smtpUrl, from, publicUrl }: MailSettings,
  { folder: dataFolder, vault }: { readonly folder: string; readonly vault: Vault },
): Mailing => {
  const folder = openMailFolder({ folder: join(dataFolder, 'mail'), sealing: sealingBy(vault) });
  const host = (): string => hostOf(publicUrl());
  const transport =
    smtpUrl === undefined ? folder : openSmtp({ url: smtpUrl, from: from ?? `no-reply@${host()}` });
  return {
    transport,
    folder,
    publicUrl,
    host,
    removeMailsOf: (organisationId, personId, applicationId) =>
      applicationId === undefined
        ? folder.removePerson(organisationId, personId)
        : folder.removeScope(organisationId, personId, dossierScope(applicationId)),
    close: () => transport.close(),
  };
};
