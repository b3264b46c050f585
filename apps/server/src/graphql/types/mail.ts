import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { mailKind, type MailKind } from '@vivier/domain';
import { Changed } from './changed.ts';
import { pageOf } from './page.ts';

export const MailKindEnum = mailKind.enum;
registerEnumType(MailKindEnum, {
  name: 'MailKind',
  valuesMap: {
    activation: { description: 'The link that confirms an account.' },
    correctionRequest: { description: 'The application was returned for correction.' },
    finalRejection: { description: 'The application was finally rejected.' },
    submissionConfirmation: { description: 'The application has arrived.' },
    incompleteReminder: { description: 'A dossier that is not complete will be deleted.' },
    passwordReset: { description: 'The link by which another password is chosen.' },
    addressChange: { description: 'The link that confirms another address, sent there.' },
  },
});

export const MailStateEnum = { sent: 'sent', notSent: 'notSent' } as const;
registerEnumType(MailStateEnum, {
  name: 'MailState',
  valuesMap: {
    sent: { description: 'Handed over to the mail server, or laid into the folder.' },
    notSent: { description: 'Given up for good, or not wanted any more.' },
  },
});

const LOCALE = '`fr` or `en`.';
const VERSION = '0 is the product’s own text.';

@ObjectType('Mail', { description: 'What became of one mail: facts.' })
export class MailType {
  @Field(() => ID)
  mailId!: string;

  @Field(() => ID)
  candidateId!: string;

  @Field(() => ID, { nullable: true })
  applicationId!: string | null;

  @Field(() => MailKindEnum)
  kind!: MailKind;

  @Field(() => String, { description: LOCALE })
  locale!: string;

  @Field(() => Int, { description: VERSION })
  templateVersion!: number;

  @Field(() => MailStateEnum)
  state!: 'sent' | 'notSent';

  @Field(() => String, {
    nullable: true,
    description: '`smtp` or `folder`; null where it did not leave.',
  })
  through!: string | null;

  @Field(() => String, { nullable: true, description: 'A kind of failure.' })
  failure!: string | null;

  @Field(() => Int)
  attempts!: number;

  @Field(() => String, {
    description: 'ISO-8601 instant at which it left, or was given up.',
  })
  at!: string;

  @Field(() => ID, { description: 'The event that asked for it.' })
  about!: string;
}

@ObjectType('MailConnection')
export class MailConnection extends pageOf(MailType, 'Mail') {}

@ObjectType('MailText', {
  description:
    'What a mail in the folder says; null what a mail server took away, and what was erased.',
})
export class MailTextType {
  @Field(() => MailType)
  mail!: MailType;

  @Field(() => String, { nullable: true })
  to!: string | null;

  @Field(() => String, { nullable: true })
  subject!: string | null;

  @Field(() => String, { nullable: true })
  text!: string | null;

  @Field(() => String, { nullable: true })
  html!: string | null;
}

@ObjectType('MessageTemplate', {
  description: 'The text that mails of a kind are made of, in one language.',
})
export class MessageTemplateType {
  @Field(() => MailKindEnum)
  kind!: MailKind;

  @Field(() => String, { description: LOCALE })
  locale!: string;

  @Field(() => Int, { description: VERSION })
  templateVersion!: number;

  @Field(() => String)
  subject!: string;

  @Field(() => String)
  body!: string;

  @Field(() => [String], { description: 'What can stand in it between `{{` and `}}`.' })
  variables!: readonly string[];
}

@ObjectType('TemplateProblem')
export class TemplateProblemType {
  @Field(() => String, { description: '`subject` or `body`.' })
  part!: string;

  @Field(() => String, { description: 'A word for it that stays the same.' })
  problem!: string;

  @Field(() => String, { description: 'What to do.' })
  message!: string;

  @Field(() => Int, { nullable: true, description: '1 for the first.' })
  line!: number | null;
}

@ObjectType('MessageTemplatePreview', {
  description: 'A mail with invented values; nothing but problems where there are some.',
})
export class MessageTemplatePreview {
  @Field(() => String, { nullable: true })
  subject!: string | null;

  @Field(() => String, { nullable: true })
  text!: string | null;

  @Field(() => String, { nullable: true })
  html!: string | null;

  @Field(() => [TemplateProblemType])
  problems!: TemplateProblemType[];
}

@ObjectType('SetMessageTemplatePayload')
export class SetMessageTemplatePayload extends Changed {
  @Field(() => MessageTemplateType)
  template!: MessageTemplateType;
}
