import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { overallState, reviewState } from '@vivier/domain';
import { ActorType } from './actor.ts';
import { DocumentVersionType } from './candidate.ts';

/** The words of the domain, as GraphQL wants an enum: each name is its own value. */
export const ReviewStateEnum = reviewState.enum;
registerEnumType(ReviewStateEnum, {
  name: 'ReviewState',
  description: 'Where one place of the checklist stands in its review.',
});

export const DossierStateEnum = {
  ...overallState.enum,
  forgotten: 'forgotten',
  erased: 'erased',
} as const;
export type DossierStateValue = (typeof DossierStateEnum)[keyof typeof DossierStateEnum];
registerEnumType(DossierStateEnum, {
  name: 'DossierState',
  description: 'Where the whole dossier stands; forgotten and erased dossiers keep their facts.',
});

@ObjectType('Verdict')
export class VerdictType {
  @Field(() => ActorType)
  by!: ActorType;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => String, { nullable: true })
  reason!: string | null;
}

@ObjectType('Comment')
export class CommentType {
  @Field(() => ActorType)
  by!: ActorType;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => Int, { description: 'The version of the document that it is about.' })
  version!: number;

  @Field(() => String, { nullable: true })
  comment!: string | null;
}

@ObjectType('ReviewEntry', {
  description: 'One document to review, or a place of the checklist where none lies.',
})
export class ReviewEntryType {
  @Field(() => String, { description: 'The checklist item’s key.' })
  item!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Boolean)
  required!: boolean;

  @Field(() => Boolean, { description: 'Whether the declared status asks for it.' })
  asked!: boolean;

  @Field(() => ReviewStateEnum)
  state!: string;

  @Field(() => String, { nullable: true, description: 'Until when its verdict holds.' })
  validUntil!: string | null;

  @Field(() => ID, { nullable: true })
  documentId!: string | null;

  @Field(() => Int, { nullable: true })
  version!: number | null;

  @Field(() => String, { nullable: true })
  contentHash!: string | null;

  @Field(() => DocumentVersionType, { nullable: true })
  document!: DocumentVersionType | null;

  @Field(() => VerdictType, {
    nullable: true,
    description: 'About the version that lies there now.',
  })
  verdict!: VerdictType | null;

  @Field(() => [CommentType], {
    nullable: true,
    description: 'For reviewers; not for the candidate.',
  })
  comments!: CommentType[] | null;
}

@ObjectType('ReviewSynthesis', {
  description: 'Where a dossier stands, place by place and as a whole.',
})
export class ReviewSynthesisType {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => DossierStateEnum)
  state!: string;

  @Field(() => Int, { description: 'Send it back as `seenRevision` with a decision.' })
  revision!: number;

  @Field(() => [ReviewEntryType])
  entries!: ReviewEntryType[];

  @Field(() => VerdictType, { nullable: true, description: 'The decision on the whole.' })
  decision!: VerdictType | null;
}
