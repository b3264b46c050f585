import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { mailRejections } from '@vivier/domain';
import { erased, type OrganisationId } from '@vivier/kernel';
import type { MailContent } from '@vivier/mail';
import { dossier, mailLog, type MailLogEntry } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { MailArguments, MailsArguments } from '../inputs-mail.ts';
import { lazily } from '../lazily.ts';
import { afterCursor, connectionOf, readCursor } from '../paging.ts';
import { closed } from '../present.ts';
import { Refused } from '../refused.ts';
import { MailConnection, MailTextType, type MailType } from '../types/mail.ts';

const presentMail = ({ _id: mailId, position: _, ...facts }: MailLogEntry): MailType => ({
  mailId,
  ...facts,
});

@Resolver()
export class MailResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Query(() => MailConnection, {
    description: 'The mails to one person, the newest first; empty where there is none.',
  })
  async mails(
    @SignedIn() { organisationId }: Caller,
    @Args() { candidateId, first, after, atLeast }: MailsArguments,
  ): Promise<MailConnection> {
    const rows = await this.bus.find(
      organisationId,
      mailLog,
      { candidateId, ...(after && afterCursor('position', 'before', readCursor(after))) },
      { sort: { position: -1, _id: -1 }, limit: first + 1 },
      atLeast,
    );
    return connectionOf(rows, first, ({ position, _id }) => [position, _id], presentMail);
  }

  @Query(() => MailTextType, {
    description: 'What a mail says, as long as it lies in the folder because no server is set.',
  })
  async mail(
    @SignedIn() caller: Caller,
    @Args() { mailId, atLeast }: MailArguments,
  ): Promise<MailTextType> {
    const { organisationId } = caller;
    const entry = await this.bus.findOne(organisationId, mailLog, mailId, atLeast);
    if (!entry) throw new Refused(mailRejections.MailUnknown());
    const { opening } = (await this.#isRestricted(caller, entry)) ? closed(caller) : caller;
    let opened: Promise<MailContent | undefined> | undefined;
    const content = () => (opened ??= this.#content(organisationId, entry));
    const field = (name: 'to' | 'subject' | 'text' | 'html') => async () => {
      opening.allow(`MailText.${name}`, entry.candidateId);
      const found = await content();
      return (name === 'to' ? found?.to.address : found?.[name]) ?? null;
    };
    return lazily<MailTextType>({
      mail: presentMail(entry),
      to: field('to'),
      subject: field('subject'),
      text: field('text'),
      html: field('html'),
    });
  }

  /** Whether it is to a person, or about a dossier, that only compliance opens. */
  async #isRestricted(
    { organisationId, opening }: Caller,
    { candidateId, applicationId }: MailLogEntry,
  ): Promise<boolean> {
    const [people, about] = await Promise.all([
      opening.restrictedAmong([candidateId]),
      applicationId === null ? undefined : this.bus.findOne(organisationId, dossier, applicationId),
    ]);
    return people.has(candidateId) || about?.restricted === true;
  }

  /** Undefined where it is not in the folder, or where its key is gone. */
  async #content(
    organisationId: OrganisationId,
    { _id: mailId, candidateId: personId }: MailLogEntry,
  ): Promise<MailContent | undefined> {
    const { folder } = this.house.mailing;
    const places = await folder.list({ organisationId, personId });
    const place = places.find((one) => one.mailId === mailId);
    const content = place && (await folder.read(place));
    return content === erased ? undefined : content;
  }
}
