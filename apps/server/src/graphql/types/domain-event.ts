import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Position } from '@vivier/kernel';
import { EventDataScalar, PositionScalar } from '../scalars.ts';

@ObjectType('DomainEventActor', { description: 'Who caused an event, in which role.' })
export class DomainEventActorType {
  @Field(() => String, { description: '`account`, `anonymous`, `saga` or `system`.' })
  kind!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => String)
  role!: string;
}

@ObjectType('DomainEvent', { description: 'Something that happened; it never changes.' })
export class DomainEventType {
  @Field(() => ID, { description: 'Seen twice, it is the same event.' })
  eventId!: string;

  @Field(() => String)
  type!: string;

  @Field(() => Int, { description: 'Which schema `data` has; stored older ones are lifted to it.' })
  version!: number;

  @Field(() => String, { description: 'The kind of thing that it happened to.' })
  aggregate!: string;

  @Field(() => ID, { description: 'Which thing.' })
  key!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => DomainEventActorType)
  by!: DomainEventActorType;

  @Field(() => ID)
  commandId!: string;

  @Field(() => ID, { description: 'The event or command that led to it.' })
  causationId!: string;

  @Field(() => ID)
  correlationId!: string;

  @Field(() => PositionScalar, {
    description: 'Where it lies in the log: keep it, and hand it back as `after`.',
  })
  position!: Position;

  @Field(() => ID, { nullable: true, description: 'Whom it is about, where it is about a person.' })
  personId!: string | null;

  @Field(() => EventDataScalar, {
    description:
      'What it says. Personal values are absent, unless the integrator was granted them; then null where their person was erased.',
  })
  data!: unknown;
}
