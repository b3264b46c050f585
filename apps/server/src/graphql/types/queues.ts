import { Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('QueueCounts', { description: 'How many dossiers wait, and where.' })
export class QueueCountsType {
  @Field(() => Int)
  toReview!: number;

  @Field(() => Int)
  waitingForCandidate!: number;

  @Field(() => Int, { description: 'Accepted, and a verdict in them holds no more.' })
  expired!: number;

  @Field(() => Int, { description: 'To review, and assigned to whoever asks.' })
  mine!: number;

  @Field(() => Int, { description: 'To review, and assigned to nobody.' })
  unassigned!: number;
}
