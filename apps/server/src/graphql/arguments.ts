import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
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
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { Position } from '@vivier/kernel';
import { DEFAULT_PAGE, LARGEST_PAGE } from './paging.ts';
import { PositionScalar } from './scalars.ts';
import { DossierOrderEnum, QueueEnum, type DossierOrderValue } from './types/dossier.ts';
import { DossierStateEnum, type DossierStateValue } from './types/review.ts';

@ArgsType()
export class AtLeastArguments {
  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Waits, at most 2 s, until the answer shows the change at this position.',
  })
  @IsOptional()
  @IsInt()
  atLeast?: Position;
}

@ArgsType()
export class PageArguments extends AtLeastArguments {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE, description: `At most ${LARGEST_PAGE}.` })
  @IsInt()
  @Min(1)
  @Max(LARGEST_PAGE)
  first!: number;

  @Field(() => String, { nullable: true, description: 'A cursor of this list.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  after?: string;
}

@InputType()
export class DossierFilter {
  @Field(() => DossierStateEnum, { nullable: true })
  @IsOptional()
  @IsIn(Object.values(DossierStateEnum))
  state?: DossierStateValue;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(80)
  campaign?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Words of the person’s name or their beginnings; not for compliance.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;
}

@ArgsType()
export class DossiersArguments extends PageArguments {
  @Field(() => DossierFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => DossierFilter)
  filter?: DossierFilter;

  @Field(() => DossierOrderEnum, {
    defaultValue: DossierOrderEnum.CHANGED_AT,
    description: 'By `NAME` not for compliance.',
  })
  @IsIn(Object.values(DossierOrderEnum))
  orderBy!: DossierOrderValue;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'With `CHANGED_AT`: the least recently changed first; default: the most recently changed.',
  })
  @IsBoolean()
  oldestFirst!: boolean;
}

@ArgsType()
export class PeopleArguments extends PageArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'Words of the name or their beginnings, in any order, with or without accents and capitals.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;
}

@ArgsType()
export class ApplicationArguments extends AtLeastArguments {
  @Field(() => ID)
  @IsUUID()
  applicationId!: string;
}

@ArgsType()
export class ThreadArguments extends PageArguments {
  @Field(() => ID)
  @IsUUID()
  applicationId!: string;
}

@ArgsType()
export class QueueArguments extends PageArguments {
  @Field(() => QueueEnum)
  @IsIn(Object.values(QueueEnum))
  queue!: keyof typeof QueueEnum;

  @Field(() => ID, { nullable: true, description: 'Assigned to this account.' })
  @IsOptional()
  @IsUUID()
  reviewerId?: string;

  @Field(() => Boolean, { nullable: true, description: 'Assigned to nobody.' })
  @IsOptional()
  @IsBoolean()
  unassigned?: boolean;
}

@ArgsType()
export class SpaceArguments extends AtLeastArguments {
  @Field(() => ID, { nullable: true, description: 'For staff; a candidate has only their own.' })
  @IsOptional()
  @IsUUID()
  candidateId?: string;
}

@ArgsType()
export class InvitationArguments {
  @Field(() => String, { description: 'The token at the end of the link.' })
  @IsString()
  @MaxLength(200)
  token!: string;
}

@ArgsType()
export class FeedArguments {
  @Field(() => PositionScalar, {
    nullable: true,
    description: 'The position of the last event that you have; left out: from the beginning.',
  })
  @IsOptional()
  @IsInt()
  after?: Position;

  @Field(() => [String], {
    nullable: true,
    description: 'Names of events, without their version; left out: all.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  types?: string[];
}
