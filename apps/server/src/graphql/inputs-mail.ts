import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import type { Locale, MailKind } from '@vivier/domain';
import { IsIn, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageArguments, AtLeastArguments } from './arguments.ts';
import { CommandInput } from './inputs.ts';
import { MailKindEnum } from './types/mail.ts';

/** Of a part of a template as it may be sent; how long one may be, its check says. */
const MOST_SENT = 50_000;

@ArgsType()
export class MailsArguments extends PageArguments {
  @Field(() => ID)
  @IsUUID()
  candidateId!: string;
}

@ArgsType()
export class MailArguments extends AtLeastArguments {
  @Field(() => ID)
  @IsUUID()
  mailId!: string;
}

@ArgsType()
export class PreviewArguments {
  @Field(() => MailKindEnum)
  @IsIn(Object.values(MailKindEnum))
  mailKind!: MailKind;

  @Field(() => String, { description: '`fr` or `en`.' })
  @IsIn(['fr', 'en'])
  locale!: Locale;

  @Field(() => String)
  @IsString()
  @MaxLength(MOST_SENT)
  subject!: string;

  @Field(() => String)
  @IsString()
  @MaxLength(MOST_SENT)
  body!: string;
}

@InputType()
export class SetMessageTemplateInput extends CommandInput {
  @Field(() => MailKindEnum)
  @IsIn(Object.values(MailKindEnum))
  mailKind!: MailKind;

  @Field(() => String, { description: '`fr` or `en`.' })
  @IsIn(['fr', 'en'])
  locale!: Locale;

  @Field(() => String, { description: 'Plain text on one line, at most 200 characters.' })
  @IsString()
  @MaxLength(MOST_SENT)
  subject!: string;

  @Field(() => String, {
    description:
      'Plain text, at most 10000 characters, with `{{ variable }}` and `{% if variable %}…{% endif %}`.',
  })
  @IsString()
  @MaxLength(MOST_SENT)
  body!: string;
}
