import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CandidateType, DocumentVersionType } from './candidate.ts';
import { pageOf } from './page.ts';
import { DossierStateEnum } from './review.ts';

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

@ObjectType('DossierItem')
export class DossierItemType {
  @Field(() => String)
  key!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Boolean)
  required!: boolean;

  @Field(() => ID, { nullable: true })
  documentId!: string | null;

  @Field(() => DocumentVersionType, { nullable: true, description: 'The version in the dossier.' })
  document!: DocumentVersionType | null;
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

  @Field(() => String, { nullable: true, description: 'Of the last decision on the whole.' })
  reason!: string | null;
}

@ObjectType('DossierConnection')
export class DossierConnection extends pageOf(DossierType, 'Dossier') {}
