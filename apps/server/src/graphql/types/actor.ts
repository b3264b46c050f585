import { Field, ID, ObjectType } from '@nestjs/graphql';

@ObjectType('Actor', { description: 'Who did something, in which role.' })
export class ActorType {
  @Field(() => String, { description: '`account`, `anonymous`, `saga` or `system`.' })
  kind!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => String)
  role!: string;

  @Field(() => String, { nullable: true, description: 'Null where the person was erased.' })
  name!: string | null;
}
