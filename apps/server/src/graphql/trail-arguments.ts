import { ArgsType, Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { AtLeastArguments, PageArguments } from './arguments.ts';
import { IsInstant } from './as-of.ts';

export const TrailFormatEnum = { CSV: 'CSV', JSON: 'JSON' } as const;
registerEnumType(TrailFormatEnum, {
  name: 'TrailFormat',
  valuesMap: {
    CSV: {
      description: 'RFC 4180 in UTF-8 with a byte order mark, safe to open in a spreadsheet.',
    },
    JSON: { description: 'A list of objects.' },
  },
});

@ArgsType()
export class DocumentTrailArguments extends PageArguments {
  @Field(() => ID)
  @IsUUID()
  documentId!: string;
}

@InputType()
export class TrailFilter {
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsUUID()
  documentId?: string;

  @Field(() => ID, { nullable: true, description: 'An account, or the name of a saga.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  actorId?: string;

  @Field(() => [String], { nullable: true, description: 'Names of events.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  events?: string[];

  @Field(() => String, { nullable: true, description: 'ISO-8601 instant, included.' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @Field(() => String, { nullable: true, description: 'ISO-8601 instant, left out.' })
  @IsOptional()
  @IsInstant()
  until?: string;
}

@ArgsType()
export class AuditTrailArguments extends PageArguments {
  @Field(() => ID, { nullable: true, description: 'All of one application.' })
  @IsOptional()
  @IsUUID()
  applicationId?: string;

  @Field(() => ID, { nullable: true, description: 'All of one person, their applications too.' })
  @IsOptional()
  @IsUUID()
  candidateId?: string;

  @Field(() => TrailFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => TrailFilter)
  filter?: TrailFilter;
}

@ArgsType()
export class AuditTrailExportArguments extends AtLeastArguments {
  @Field(() => ID, { nullable: true, description: 'All of one application.' })
  @IsOptional()
  @IsUUID()
  applicationId?: string;

  @Field(() => ID, { nullable: true, description: 'All of one person, their applications too.' })
  @IsOptional()
  @IsUUID()
  candidateId?: string;

  @Field(() => TrailFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => TrailFilter)
  filter?: TrailFilter;

  @Field(() => TrailFormatEnum)
  @IsIn(Object.values(TrailFormatEnum))
  format!: keyof typeof TrailFormatEnum;
}
