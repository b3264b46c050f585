import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ActorType } from './actor.ts';
import { Changed } from './changed.ts';
import { pageOf } from './page.ts';

@ObjectType('Message', { description: 'One message of a dossier’s thread.' })
export class MessageType {
  @Field(() => ID)
  messageId!: string;

  @Field(() => String, { description: '`candidate` or `organisation`.' })
  side!: string;

  @Field(() => ActorType)
  by!: ActorType;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  text!: string | null;
}

@ObjectType('MessageConnection')
export class MessageConnection extends pageOf(MessageType, 'Message') {}

@ObjectType('MessagePayload')
export class MessagePayload extends Changed {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => ID, { nullable: true, description: 'Of the message that was sent.' })
  messageId!: string | null;
}
