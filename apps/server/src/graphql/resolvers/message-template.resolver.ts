import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  messageTemplate,
  templateOf,
  type Locale,
  type MailKind,
  type MessageTemplateState,
} from '@vivier/domain';
import { defineRejections, type OrganisationId } from '@vivier/kernel';
import {
  checkTemplate,
  defaultTemplates,
  mailKinds,
  mailLocales,
  previewMail,
  variablesOf,
} from '@vivier/mail';
import type { House } from '../../house/house.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { PreviewArguments, SetMessageTemplateInput } from '../inputs-mail.ts';
import { Refused } from '../refused.ts';
import {
  MessageTemplatePreview,
  MessageTemplateType,
  SetMessageTemplatePayload,
} from '../types/mail.ts';

const templateRejections = defineRejections({
  TemplateInvalid: {
    message: 'This text cannot be used for mails.',
    remedy: 'Correct every problem in the details; `previewMessageTemplate` shows them as well.',
  },
});

const present = (
  kind: MailKind,
  locale: Locale,
  state: MessageTemplateState,
): MessageTemplateType => ({
  kind,
  locale,
  templateVersion: 0,
  ...(templateOf(state, kind, locale) ?? defaultTemplates[kind][locale]),
  variables: variablesOf(kind),
});

@Resolver()
export class MessageTemplateResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Query(() => [MessageTemplateType], {
    description: 'The texts in force, of each kind of mail in each language.',
  })
  async messageTemplates(@SignedIn() { organisationId }: Caller): Promise<MessageTemplateType[]> {
    const state = await this.#state(organisationId);
    return mailKinds.flatMap((kind) => mailLocales.map((locale) => present(kind, locale, state)));
  }

  @Query(() => MessageTemplatePreview, {
    description: 'What a text would come to, with invented values; nothing is kept.',
  })
  async previewMessageTemplate(
    @SignedIn() { organisationId }: Caller,
    @Args() { mailKind, locale, subject, body }: PreviewArguments,
  ): Promise<MessageTemplatePreview> {
    const template = { subject, body };
    const problems = await checkTemplate(mailKind, template);
    if (problems.length > 0)
      return {
        ...{ subject: null, text: null, html: null },
        problems: problems.map((problem) => ({ line: null, ...problem })),
      };
    const organisation = await this.house.identity.organisation(organisationId);
    const known = organisation && { organisation: organisation.name };
    return { ...(await previewMail(mailKind, locale, template, known)), problems: [] };
  }

  /** The text is checked here: rules of the domain do not read templates. */
  @Mutation(() => SetMessageTemplatePayload, {
    description: 'The organisation’s own text from now on; mails that left keep what they had.',
  })
  async setMessageTemplate(
    @SignedIn() { organisationId, actor: by }: Caller,
    @Args('input')
    { mailKind: kind, locale, commandId: given, ...template }: SetMessageTemplateInput,
  ): Promise<SetMessageTemplatePayload> {
    const { subject, body } = template;
    const problems = await checkTemplate(kind, { subject, body });
    if (problems.length > 0) throw new Refused(templateRejections.TemplateInvalid({ problems }));
    const commandId = commandIdOf(given);
    const { position } = await this.bus.send({
      name: 'SetMessageTemplate',
      input: { kind, locale, subject, body },
      organisationId,
      by,
      commandId,
    });
    const state = await this.#state(organisationId);
    return { position: position ?? null, commandId, template: present(kind, locale, state) };
  }

  async #state(organisationId: OrganisationId): Promise<MessageTemplateState> {
    const { state } = await this.house.load(organisationId, messageTemplate, organisationId);
    return state as MessageTemplateState;
  }
}
