import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { PositionScalar } from '../scalars.ts';
import { ActorType } from './actor.ts';
import { pageOf } from './page.ts';

@ObjectType('TrailFact')
export class TrailFactType {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Text as it is, anything else as JSON.' })
  value!: string;
}

@ObjectType('TrailWords')
export class TrailWordsType {
  @Field(() => String, { description: 'The field’s name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Text as it is, anything else as JSON.' })
  text!: string | null;
}

@ObjectType('TrailEntry', {
  description: 'One thing that happened; kept for ever, without words once erased.',
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
  candidateId!: string;

  @Field(() => ID, { nullable: true, description: 'Null where it is not about one document.' })
  documentId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Null for what happened beside any application.',
  })
  applicationId!: string | null;

  @Field(() => String, { nullable: true, description: 'The checklist item’s key.' })
  item!: string | null;

  @Field(() => Int, { nullable: true })
  version!: number | null;

  @Field(() => String, { nullable: true, description: 'Keyed hash of that version.' })
  contentHash!: string | null;

  @Field(() => String, { nullable: true, description: 'Where it stood before.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'Where it stands after.' })
  to!: string | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => String, { nullable: true })
  comment!: string | null;

  @Field(() => [TrailFactType], { description: 'What else is a fact of it.' })
  facts!: TrailFactType[];

  @Field(() => [TrailWordsType], {
    nullable: true,
    description: 'What else was said in it; texts are null where they were erased.',
  })
  words!: TrailWordsType[] | null;

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
