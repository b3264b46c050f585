import { Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('DeletionWarning', { description: 'When this disappears by itself, and by what rule.' })
export class DeletionWarningType {
  @Field(() => String, { description: 'ISO-8601 instant.' })
  deleteAt!: string;

  @Field(() => Int, { description: 'Whole days from now, in the organisation’s zone.' })
  daysLeft!: number;

  @Field(() => String, { description: '`incomplete` or `finalRejection`.' })
  rule!: string;

  @Field(() => Int, { nullable: true, description: 'What the setting says, of `incomplete`.' })
  deleteAfterDays!: number | null;

  @Field(() => Boolean, { description: 'Whether the candidate was told.' })
  warned!: boolean;
}
