import { mailRejections } from '@vivier/domain';
import { erased, type Rejection } from '@vivier/kernel';
import type { House } from '../house.ts';

/** Newest mails first, no more than somebody reads. */
const MOST_LISTED = 1_000;

/** Mails in the folder by id, with facts alone; one whose key is gone is left out. */
export const listMails = async ({
  mailing: { folder },
}: Pick<House, 'mailing'>): Promise<Readonly<Record<string, string>>> => {
  const mails: { readonly mailId: string; readonly at: number; readonly whose: string }[] = [];
  for (const place of await folder.list()) {
    const content = await folder.read(place);
    if (content === undefined || content === erased) continue;
    const { mailId, organisationId, personId, scope } = place;
    mails.push({ mailId, at: content.at, whose: `${organisationId} ${personId} ${scope}` });
  }
  return Object.fromEntries(
    mails
      .sort((a, b) => b.at - a.at)
      .slice(0, MOST_LISTED)
      .map(({ mailId, at, whose }) => [mailId, `${new Date(at).toISOString()} ${whose}`]),
  );
};

/** What a mail in the folder says, for whoever owns the folder and its keys. */
export const showMail = async (
  { mailing: { folder } }: Pick<House, 'mailing'>,
  mailId: string,
): Promise<Readonly<Record<string, string>> | Rejection> => {
  const place = (await folder.list()).find((one) => one.mailId === mailId);
  const content = place && (await folder.read(place));
  if (content === undefined || content === erased) return mailRejections.MailUnknown();
  const { to, subject, text } = content;
  return { to: to.address, subject, text };
};
