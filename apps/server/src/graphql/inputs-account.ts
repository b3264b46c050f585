import { Field, InputType } from '@nestjs/graphql';
import { IsString, Matches, MaxLength } from 'class-validator';
import { IsAddress, Words } from './input-rules.ts';
import { CommandInput } from './inputs.ts';

const TOKEN = /^[\w-]+$/;

@InputType({ isAbstract: true })
abstract class LinkInput extends CommandInput {
  @Field(() => String, { description: 'What stands behind `#` in the link of the mail.' })
  @Matches(TOKEN)
  @MaxLength(200)
  token!: string;
}

@InputType()
export class RequestActivationInput extends CommandInput {}

@InputType()
export class ConfirmAccountInput extends LinkInput {}

@InputType()
export class RequestPasswordResetInput extends CommandInput {
  @Field(() => String, { description: 'The organisation’s slug.' })
  @Words(60)
  organisation!: string;

  @Field(() => String)
  @IsString()
  @MaxLength(254)
  email!: string;
}

@InputType()
export class ResetPasswordInput extends LinkInput {
  @Field(() => String, { description: 'At least 12 characters.' })
  @IsString()
  @MaxLength(256)
  password!: string;
}

@InputType()
export class RequestAddressChangeInput extends CommandInput {
  @Field(() => String, { description: 'The new one, to which the link is sent.' })
  @IsAddress()
  @MaxLength(254)
  email!: string;
}

@InputType()
export class ConfirmAddressChangeInput extends LinkInput {}
