import { Field, ID, InputType, Int } from '@nestjs/graphql';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import { IsAddress, Words } from './input-rules.ts';

/** No control characters and no broken ones: a name that every system can show. */
export const FILE_NAME = /^[^\p{Cc}\p{Cs}]*$/u;

const TOKEN = /^[\w.-]+$/;

@InputType({ isAbstract: true })
export abstract class CommandInput {
  @Field(() => ID, {
    nullable: true,
    description:
      'A UUID of your own. The same id again gives the first answer again; left out, one is made.',
  })
  @IsOptional()
  @IsUUID()
  commandId?: string;
}

@InputType()
export class SignInInput {
  @Field(() => String, { description: 'The organisation’s slug.' })
  @Words(60)
  organisation!: string;

  @Field(() => String)
  @IsString()
  @MaxLength(254)
  email!: string;

  @Field(() => String)
  @IsString()
  @MaxLength(256)
  password!: string;
}

@InputType()
export class RefreshSignInInput {
  @Field(() => String)
  @Matches(TOKEN)
  @MaxLength(200)
  refreshToken!: string;
}

@InputType()
export class CreateInvitationInput extends CommandInput {
  @Field(() => String, { defaultValue: 'general', description: 'One link for each campaign.' })
  @Words(80)
  campaign!: string;
}

@InputType()
export class RevokeInvitationInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  invitationId!: string;
}

@InputType()
export class RegisterCandidateInput extends CommandInput {
  @Field(() => String, { description: 'The token of the invitation’s link.' })
  @Matches(TOKEN)
  @MaxLength(200)
  invitation!: string;

  @Field(() => String)
  @Words(200)
  fullName!: string;

  @Field(() => String)
  @IsAddress()
  @MaxLength(254)
  email!: string;

  @Field(() => String, { description: 'At least 12 characters.' })
  @IsString()
  @MaxLength(256)
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: '`fr` or `en`: the language of mails; left out: French.',
  })
  @IsOptional()
  @IsIn(['fr', 'en'])
  locale?: 'fr' | 'en';
}

@InputType()
export class GrantConsentInput extends CommandInput {
  @Field(() => String, { defaultValue: 'recruitment' })
  @IsIn(['recruitment'])
  purpose!: 'recruitment';

  @Field(() => String, { description: 'The version of the text that was shown.' })
  @Words(60)
  textVersion!: string;
}

@InputType()
export class StartApplicationInput extends CommandInput {
  @Field(() => String, { description: 'The token of the invitation’s link.' })
  @Matches(TOKEN)
  @MaxLength(200)
  invitation!: string;
}

@InputType()
export class RequestUploadInput extends CommandInput {}

@InputType()
export class RequestDownloadInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;

  @Field(() => Int)
  @IsInt()
  @Min(1)
  version!: number;

  @Field(() => ID, { nullable: true, description: 'For reviewers: the application that holds it.' })
  @IsOptional()
  @IsUUID()
  applicationId?: string;
}

@InputType()
export class AddDocumentInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  uploadId!: string;

  @Field(() => String)
  @Matches(FILE_NAME, { message: 'fileName must not hold control characters' })
  @Words(200)
  fileName!: string;
}

@InputType()
export class ReplaceDocumentInput extends AddDocumentInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;
}

@InputType()
export class ApplicationInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  applicationId!: string;
}

@InputType()
export class SelectDocumentInput extends ApplicationInput {
  @Field(() => String, { description: 'The checklist item’s key.' })
  @Words(40)
  item!: string;

  @Field(() => ID)
  @IsUUID()
  documentId!: string;
}

@InputType()
export class SubmitApplicationInput extends ApplicationInput {}

@InputType({ isAbstract: true })
abstract class DecisionInput extends ApplicationInput {
  @Field(() => Int, { description: 'The `revision` of the dossier that you read.' })
  @IsInt()
  @Min(0)
  seenRevision!: number;
}

@InputType({ isAbstract: true })
abstract class DocumentDecisionInput extends DecisionInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  @IsInt()
  @Min(1)
  version!: number;
}

@InputType()
export class AcceptDocumentInput extends DocumentDecisionInput {
  @Field(() => String, {
    nullable: true,
    description: 'The last day on which the verdict holds, YYYY-MM-DD; left out: as the item says.',
  })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/)
  validUntil?: string;
}

@InputType()
export class RefuseDocumentInput extends DocumentDecisionInput {
  @Field(() => String)
  @Words(2000)
  reason!: string;
}

@InputType()
export class CommentOnDocumentInput extends ApplicationInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;

  @Field(() => Int)
  @IsInt()
  @Min(1)
  version!: number;

  @Field(() => String)
  @Words(2000)
  comment!: string;
}

@InputType()
export class AcceptApplicationInput extends DecisionInput {
  @Field(() => String, {
    nullable: true,
    description: 'Why the whole is accepted although not every document is valid.',
  })
  @IsOptional()
  @Words(2000)
  overrideReason?: string;
}

@InputType()
export class ReturnApplicationInput extends DecisionInput {
  @Field(() => String)
  @Words(2000)
  reason!: string;
}

@InputType()
export class RejectApplicationFinallyInput extends ReturnApplicationInput {}

@InputType()
export class OpenPersonalDataInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  candidateId!: string;

  @Field(() => String, { description: 'Why; kept with who opened it and when.' })
  @Words(2000)
  reason!: string;
}

@InputType({ isAbstract: true })
abstract class PersonalFeedInput extends CommandInput {
  @Field(() => ID, { description: 'The id of an account with the role `integrator`.' })
  @IsUUID()
  integratorId!: string;

  @Field(() => String, { description: 'Why; kept with who decided it and when.' })
  @Words(2000)
  reason!: string;
}

@InputType()
export class GrantPersonalFeedInput extends PersonalFeedInput {}

@InputType()
export class WithdrawPersonalFeedInput extends PersonalFeedInput {}
