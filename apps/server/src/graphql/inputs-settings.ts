import { Field, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { AfterFinalRejection, DocumentType, LanguageLevel } from '@vivier/domain';
import { CommandInput } from './inputs.ts';
import { Words } from './input-rules.ts';
import {
  AfterFinalRejectionEnum,
  DocumentTypeEnum,
  LanguageLevelEnum,
  RequirementKindEnum,
} from './types/settings.ts';

const KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/;

@InputType({ isAbstract: true })
abstract class KeyedInput {
  @Field(() => String, {
    description: 'Lower-case words joined by hyphens, for example `cover-letter`.',
  })
  @Matches(KEY)
  @MaxLength(40)
  key!: string;

  @Field(() => String)
  @Words(120)
  label!: string;
}

@InputType()
export class ChecklistItemInput extends KeyedInput {
  @Field(() => Boolean)
  @IsBoolean()
  required!: boolean;

  @Field(() => [String], { nullable: true, description: 'Left out: asked of everybody.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @Matches(KEY, { each: true })
  statuses?: string[];

  @Field(() => [DocumentTypeEnum], {
    nullable: true,
    description: 'Left out: all that are taken in.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(5)
  @IsIn(Object.values(DocumentTypeEnum), { each: true })
  types?: DocumentType[];

  @Field(() => Int, { nullable: true, description: 'How many documents; left out: one.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(20)
  maximum?: number;

  @Field(() => String, {
    nullable: true,
    description: 'How long a verdict holds, such as `P3M`; left out: for ever.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  validFor?: string;

  @Field(() => String, { nullable: true, description: 'Told to the candidate.' })
  @IsOptional()
  @Words(500)
  hint?: string;
}

@InputType()
export class SetChecklistInput extends CommandInput {
  @Field(() => [ChecklistItemInput])
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ChecklistItemInput)
  items!: ChecklistItemInput[];
}

@InputType()
export class InformationFieldInput extends KeyedInput {
  @Field(() => Boolean)
  @IsBoolean()
  mandatory!: boolean;

  @Field(() => String, { description: 'Why it is asked for; shown to the candidate.' })
  @Words(500)
  justification!: string;
}

@InputType()
export class SetInformationFieldsInput extends CommandInput {
  @Field(() => [InformationFieldInput])
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => InformationFieldInput)
  fields!: InformationFieldInput[];
}

@InputType()
export class RequirementInput extends KeyedInput {
  @Field(() => Boolean)
  @IsBoolean()
  mandatory!: boolean;

  @Field(() => RequirementKindEnum)
  @IsIn(Object.values(RequirementKindEnum))
  kind!: keyof typeof RequirementKindEnum;

  @Field(() => Boolean, { nullable: true, description: 'Of a claim or a language; default: no.' })
  @IsOptional()
  @IsBoolean()
  confirmedByReviewer?: boolean;

  @Field(() => String, { nullable: true, description: 'ISO 639-1, of a language.' })
  @IsOptional()
  @Matches(/^[a-z]{2}$/)
  language?: string;

  @Field(() => LanguageLevelEnum, { nullable: true, description: 'Of a language.' })
  @IsOptional()
  @IsIn(Object.values(LanguageLevelEnum))
  level?: LanguageLevel;
}

@InputType()
export class SetRequirementsInput extends CommandInput {
  @Field(() => [RequirementInput])
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => RequirementInput)
  requirements!: RequirementInput[];
}

@InputType()
export class SetAcceptedStatusesInput extends CommandInput {
  @Field(() => [String], { description: 'Such as `self-employed` and `employee`; at least one.' })
  @IsArray()
  @ArrayMaxSize(20)
  @Matches(KEY, { each: true })
  @MaxLength(40, { each: true })
  statuses!: string[];
}

@InputType()
export class SetIncompleteDeletionInput extends CommandInput {
  @Field(() => Int, { description: 'Days since the last own action; 0: never.' })
  @IsInt()
  @Min(0)
  @Max(3650)
  deleteAfterDays!: number;

  @Field(() => Int, { description: 'Days before the deletion; 0: no reminder.' })
  @IsInt()
  @Min(0)
  @Max(3650)
  remindBeforeDays!: number;
}

@InputType()
export class SetFinalRejectionPolicyInput extends CommandInput {
  @Field(() => AfterFinalRejectionEnum)
  @IsIn(Object.values(AfterFinalRejectionEnum))
  kind!: AfterFinalRejection['kind'];

  @Field(() => String, { nullable: true, description: 'Of a restriction, such as `P3M`.' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  period?: string;
}

@InputType()
export class SwitchRecruitmentModuleOnInput extends CommandInput {}

@InputType()
export class SwitchRecruitmentModuleOffInput extends CommandInput {}

@InputType()
export class SetLegalBasisInput extends CommandInput {
  @Field(() => String, { description: '`consent`, `legitimate-interest` or `pre-contract`.' })
  @IsIn(['consent', 'legitimate-interest', 'pre-contract'])
  legalBasis!: 'consent' | 'legitimate-interest' | 'pre-contract';
}
