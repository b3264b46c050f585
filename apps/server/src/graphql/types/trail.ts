import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { PositionScalar } from '../scalars.ts';
import { ActorType } from './actor.ts';
import { pageOf } from './page.ts';
import { ReviewStateEnum } from './review.ts';

@ObjectType('TrailEntry', {
  description: 'One thing that happened to a document; kept for ever, without words once erased.',
})
export class TrailEntryType {
  @Field(() => ID)
  eventId!: string;

  @Field(() => String, { description: 'The event’s name.' })
  event!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => ActorType)
  by!: ActorType;

  @Field(() => ID)
  documentId!: string;

  @Field(() => ID, { nullable: true, description: 'Null for what happened in the vault itself.' })
  applicationId!: string | null;

  @Field(() => String, { nullable: true, description: 'The checklist item’s key.' })
  item!: string | null;

  @Field(() => Int)
  version!: number;

  @Field(() => String, { description: 'Keyed hash of that version.' })
  contentHash!: string;

  @Field(() => ReviewStateEnum, { nullable: true })
  from!: string | null;

  @Field(() => ReviewStateEnum, { nullable: true })
  to!: string | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => String, { nullable: true })
  comment!: string | null;

  @Field(() => String, { description: 'The command that caused it, by its name.' })
  command!: string;

  @Field(() => ID)
  commandId!: string;

  @Field(() => ID, {
    description: 'What led to the command: itself, or the event a saga followed.',
  })
  causationId!: string;

  @Field(() => PositionScalar, { description: 'Where it lies in the log.' })
  position!: number;
}

@ObjectType('TrailConnection')
export class TrailConnection extends pageOf(TrailEntryType, 'Trail') {}
