import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { documentType, languageLevel } from '@vivier/domain';
import { Changed } from './changed.ts';

export const DocumentTypeEnum = documentType.enum;
registerEnumType(DocumentTypeEnum, {
  name: 'DocumentFileType',
  description: 'Told by a file’s content, never by its name.',
});

export const LanguageLevelEnum = languageLevel.enum;
registerEnumType(LanguageLevelEnum, { name: 'LanguageLevel', description: 'The least first.' });

export const RequirementKindEnum = {
  claim: 'claim',
  language: 'language',
  question: 'question',
} as const;
registerEnumType(RequirementKindEnum, {
  name: 'RequirementKind',
  valuesMap: {
    claim: { description: 'Declared as met or not.' },
    language: { description: 'Declared with a level.' },
    question: { description: 'Answered freely; the answer is sealed.' },
  },
});

export const AfterFinalRejectionEnum = {
  eraseNow: 'erase-now',
  restrict: 'restrict',
  archive: 'archive',
} as const;
registerEnumType(AfterFinalRejectionEnum, {
  name: 'AfterFinalRejectionKind',
  valuesMap: {
    eraseNow: { description: 'The person, or the dossier alone where another one lives.' },
    restrict: { description: 'Open to compliance alone for a period, then erased.' },
    archive: { description: 'Open to compliance alone.' },
  },
});

@ObjectType('ChecklistItem')
export class ChecklistItemType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Boolean)
  required!: boolean;

  @Field(() => [String], { nullable: true, description: 'Null: asked of everybody.' })
  statuses?: readonly string[] | null | undefined;

  @Field(() => [DocumentTypeEnum], { nullable: true, description: 'Null: all that are taken in.' })
  types?: readonly string[] | null | undefined;

  @Field(() => Int, { nullable: true, description: 'How many documents; null: one.' })
  maximum?: number | null | undefined;

  @Field(() => String, { nullable: true, description: 'How long a verdict holds, ISO-8601.' })
  validFor?: string | null | undefined;

  @Field(() => String, { nullable: true, description: 'Told to the candidate.' })
  hint?: string | null | undefined;
}

@ObjectType('InformationField', { description: 'One thing that *mes infos* asks for.' })
export class InformationFieldType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Boolean)
  mandatory!: boolean;

  @Field(() => String, { description: 'Why it is asked for.' })
  justification!: string;
}

@ObjectType('Requirement', { description: 'What is asked before an application is submitted.' })
export class RequirementType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Boolean)
  mandatory!: boolean;

  @Field(() => RequirementKindEnum)
  kind!: string;

  @Field(() => Boolean, { nullable: true, description: 'Null for a question.' })
  confirmedByReviewer?: boolean | null | undefined;

  @Field(() => String, { nullable: true, description: 'ISO 639-1, of a language.' })
  language?: string | null | undefined;

  @Field(() => LanguageLevelEnum, { nullable: true, description: 'The least that is enough.' })
  level?: string | null | undefined;
}

@ObjectType('IncompleteDeletion', { description: 'When an incomplete dossier disappears.' })
export class IncompleteDeletionType {
  @Field(() => Int, { description: 'Since the last own action; 0: never.' })
  deleteAfterDays!: number;

  @Field(() => Int, { description: '0: no reminder.' })
  remindBeforeDays!: number;

  @Field(() => String, { description: 'Where the days begin.' })
  zone!: string;
}

@ObjectType('AfterFinalRejection')
export class AfterFinalRejectionType {
  @Field(() => AfterFinalRejectionEnum)
  kind!: string;

  @Field(() => String, { nullable: true, description: 'ISO-8601, of a restriction.' })
  period?: string | null | undefined;
}

@ObjectType('InvitationSummary')
export class InvitationSummaryType {
  @Field(() => ID)
  invitationId!: string;

  @Field(() => String)
  campaign!: string;

  @Field(() => Boolean)
  revoked!: boolean;
}

@ObjectType('RecruitmentModule', { description: 'How an organisation recruits, as it is now.' })
export class RecruitmentModuleType {
  @Field(() => Boolean)
  on!: boolean;

  @Field(() => Int, { description: '0 before the first.' })
  checklistVersion!: number;

  @Field(() => [ChecklistItemType])
  checklist!: readonly ChecklistItemType[];

  @Field(() => Int)
  informationVersion!: number;

  @Field(() => [InformationFieldType])
  information!: readonly InformationFieldType[];

  @Field(() => Int)
  requirementsVersion!: number;

  @Field(() => [RequirementType])
  requirements!: readonly RequirementType[];

  @Field(() => [String], { nullable: true, description: 'Null: nobody’s status is asked for.' })
  acceptedStatuses!: readonly string[] | null;

  @Field(() => String)
  legalBasis!: string;

  @Field(() => IncompleteDeletionType)
  incompleteDeletion!: IncompleteDeletionType;

  @Field(() => AfterFinalRejectionType)
  afterFinalRejection!: AfterFinalRejectionType;

  @Field(() => [InvitationSummaryType])
  invitations!: readonly InvitationSummaryType[];
}

@ObjectType('RecruitmentModulePayload')
export class RecruitmentModulePayload extends Changed {
  @Field(() => RecruitmentModuleType)
  recruitmentModule!: RecruitmentModuleType;
}

@ObjectType('SetChecklistPayload')
export class SetChecklistPayload extends Changed {
  @Field(() => Int)
  checklistVersion!: number;

  @Field(() => [ChecklistItemType])
  items!: ChecklistItemType[];
}

@ObjectType('SetLegalBasisPayload')
export class SetLegalBasisPayload extends Changed {
  @Field(() => String)
  legalBasis!: string;
}
