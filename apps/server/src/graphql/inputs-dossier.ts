import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { LanguageLevel } from '@vivier/domain';
import { ApplicationInput, CommandInput, FILE_NAME } from './inputs.ts';
import { Words } from './input-rules.ts';
import { LanguageLevelEnum } from './types/settings.ts';

@InputType()
export class RenameDocumentInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;

  @Field(() => String)
  @Matches(FILE_NAME, { message: 'fileName must not hold control characters' })
  @Words(200)
  fileName!: string;
}

@InputType()
export class RemoveDocumentInput extends CommandInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;
}

@InputType()
export class OwnInformationInput {
  @Field(() => String, { description: 'The field’s key.' })
  @Words(40)
  key!: string;

  @Field(() => String, { description: 'An empty text clears the field.' })
  @IsString()
  @MaxLength(1000)
  value!: string;
}

@InputType()
export class AmendOwnInformationInput extends CommandInput {
  @Field(() => [OwnInformationInput])
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => OwnInformationInput)
  information!: OwnInformationInput[];
}

@InputType()
export class DeselectDocumentInput extends ApplicationInput {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;
}

@InputType()
export class DeclareStatusInput extends ApplicationInput {
  @Field(() => String, { description: 'Such as `self-employed` or `employee`.' })
  @Matches(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  @MaxLength(40)
  status!: string;
}

@InputType()
export class DeclareRequirementInput extends ApplicationInput {
  @Field(() => String, { description: 'The requirement’s key.' })
  @Words(40)
  requirement!: string;

  @Field(() => Boolean, { nullable: true, description: 'Of a claim: whether it is met.' })
  @IsOptional()
  @IsBoolean()
  claim?: boolean;

  @Field(() => LanguageLevelEnum, { nullable: true, description: 'Of a language.' })
  @IsOptional()
  @IsIn(Object.values(LanguageLevelEnum))
  level?: LanguageLevel;

  @Field(() => String, { nullable: true, description: 'Of a question.' })
  @IsOptional()
  @Words(2000)
  answer?: string;
}

@InputType()
export class WithdrawApplicationInput extends ApplicationInput {}

@InputType()
export class ConfirmRequirementInput extends ApplicationInput {
  @Field(() => Int, { description: 'The `revision` of the dossier that you read.' })
  @IsInt()
  @Min(0)
  seenRevision!: number;

  @Field(() => String, { description: 'The requirement’s key.' })
  @Words(40)
  requirement!: string;

  @Field(() => Boolean)
  @IsBoolean()
  confirmed!: boolean;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Words(2000)
  reason?: string;
}

@InputType()
export class AssignReviewerInput extends ApplicationInput {
  @Field(() => ID, { description: 'The account of an operator or an admin.' })
  @IsUUID()
  reviewerId!: string;
}

@InputType()
export class UnassignReviewerInput extends ApplicationInput {}

@InputType()
export class SendMessageInput extends ApplicationInput {
  @Field(() => String)
  @Words(5000)
  text!: string;
}

@InputType()
export class MarkMessagesReadInput extends ApplicationInput {}
