import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Queue } from '@vivier/projections';
import { ActorType } from './actor.ts';
import { CandidateType, DocumentVersionType } from './candidate.ts';
import { DeletionWarningType } from './deletion-warning.ts';
import { pageOf } from './page.ts';
import { DossierStateEnum, ReviewStateEnum } from './review.ts';
import {
  ChecklistItemType,
  InformationFieldType,
  LanguageLevelEnum,
  RequirementType,
} from './settings.ts';

export const DossierOrderEnum = { CHANGED_AT: 'CHANGED_AT', NAME: 'NAME' } as const;
export type DossierOrderValue = keyof typeof DossierOrderEnum;
registerEnumType(DossierOrderEnum, {
  name: 'DossierOrder',
  description: 'What a list of dossiers is ordered by.',
  valuesMap: {
    CHANGED_AT: { description: 'The most recently changed first, or the other way round.' },
    NAME: {
      description: 'The name of the person. Who was erased has none: their dossiers are left out.',
    },
  },
});

export const QueueEnum = {
  toReview: 'toReview',
  waitingForCandidate: 'waitingForCandidate',
  expired: 'expired',
} as const satisfies { readonly [Name in Queue]: Name };
registerEnumType(QueueEnum, {
  name: 'Queue',
  description: 'Where a dossier waits.',
  valuesMap: {
    toReview: { description: 'For a reviewer.' },
    waitingForCandidate: { description: 'For its candidate, who completes or corrects it.' },
    expired: { description: 'Accepted, and a verdict in it holds no more.' },
  },
});

@ObjectType('DossierItem', {
  description: 'One document that lies in a place of the checklist, or a place where none lies.',
})
export class DossierItemType extends ChecklistItemType {
  @Field(() => Boolean, { description: 'Whether the declared status asks for it.' })
  asked!: boolean;

  @Field(() => ReviewStateEnum)
  state!: string;

  @Field(() => ID, { nullable: true })
  documentId!: string | null;

  @Field(() => String, { nullable: true, description: 'Until when its verdict holds.' })
  validUntil!: string | null;

  @Field(() => DocumentVersionType, { nullable: true, description: 'The version in the dossier.' })
  document!: DocumentVersionType | null;
}

@ObjectType('DossierRequirement', { description: 'What is asked, and what was declared about it.' })
export class DossierRequirementType {
  @Field(() => RequirementType)
  asked!: RequirementType;

  @Field(() => String, { nullable: true, description: '`met`, `unmet` or `answered`.' })
  outcome!: string | null;

  @Field(() => LanguageLevelEnum, { nullable: true })
  level!: string | null;

  @Field(() => String, { nullable: true, description: 'Of a question.' })
  answer!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'By a reviewer.' })
  confirmed!: boolean | null;
}

@ObjectType('Unread', { description: 'Messages that a side has not read.' })
export class UnreadType {
  @Field(() => Int)
  candidate!: number;

  @Field(() => Int)
  organisation!: number;
}

@ObjectType('Dossier', { description: 'One application with what lies in it.' })
export class DossierType {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => CandidateType, { nullable: true })
  candidate!: CandidateType | null;

  @Field(() => String)
  campaign!: string;

  @Field(() => DossierStateEnum)
  state!: string;

  @Field(() => Int, { description: 'Send it back as `seenRevision` with a decision.' })
  revision!: number;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  startedAt!: string;

  @Field(() => String, { nullable: true, description: 'ISO-8601 instant.' })
  submittedAt!: string | null;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  changedAt!: string;

  @Field(() => Int, { description: 'The checklist in force when it was started.' })
  checklistVersion!: number;

  @Field(() => [DossierItemType])
  items!: DossierItemType[];

  @Field(() => [InformationFieldType], { description: 'What *mes infos* must hold for it.' })
  information!: readonly InformationFieldType[];

  @Field(() => [String], { nullable: true, description: 'Null: no status is asked for.' })
  acceptedStatuses!: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'As the candidate declared it.' })
  workerStatus!: string | null;

  @Field(() => [DossierRequirementType])
  requirements!: DossierRequirementType[];

  @Field(() => QueueEnum, { nullable: true, description: 'Null where nobody has to do anything.' })
  queue!: string | null;

  @Field(() => String, { description: 'ISO-8601 instant: since when it is where it is.' })
  waitingSince!: string;

  @Field(() => ActorType, { nullable: true, description: 'Who looks after it.' })
  reviewer!: ActorType | null;

  @Field(() => UnreadType)
  unread!: UnreadType;

  @Field(() => Boolean, {
    description: 'Finally rejected and kept: words and names are open to compliance alone.',
  })
  restricted!: boolean;

  @Field(() => DeletionWarningType, {
    nullable: true,
    description: 'Null where nothing of it disappears by itself.',
  })
  deletionWarning!: DeletionWarningType | null;

  @Field(() => String, { nullable: true, description: 'Of the last decision on the whole.' })
  reason!: string | null;
}

@ObjectType('DossierConnection')
export class DossierConnection extends pageOf(DossierType, 'Dossier') {}
