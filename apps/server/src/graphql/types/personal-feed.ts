import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ActorType } from './actor.ts';
import { Changed } from './changed.ts';

@ObjectType('PersonalFeedAccess', {
  description: 'Whether an integrator’s feed has personal values, and who decided it last.',
})
export class PersonalFeedAccessType {
  @Field(() => ID)
  integratorId!: string;

  @Field(() => Boolean)
  granted!: boolean;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => ActorType)
  by!: ActorType;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;
}

@ObjectType('PersonalFeedPayload')
export class PersonalFeedPayload extends Changed {
  @Field(() => ID)
  integratorId!: string;

  @Field(() => PersonalFeedAccessType, {
    nullable: true,
    description: 'Null where nothing was ever granted, or where it is not visible yet.',
  })
  access!: PersonalFeedAccessType | null;
}
