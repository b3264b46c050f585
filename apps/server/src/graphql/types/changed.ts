import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { Position } from '@vivier/kernel';
import { PositionScalar } from '../scalars.ts';

@ObjectType({ isAbstract: true })
export class Changed {
  @Field(() => PositionScalar, {
    nullable: true,
    description:
      'Where the change lies; null where nothing had to change. Hand it on as `atLeast`.',
  })
  position!: Position | null;

  @Field(() => ID, { description: 'Send the same id again to get this answer again.' })
  commandId!: string;
}
