import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Changed } from './changed.ts';

@ObjectType('AccountPayload', {
  description: 'It is done, or the mail with the link is on its way.',
})
export class AccountPayload extends Changed {}

@ObjectType('RequestPasswordResetPayload', {
  description: 'The same whether or not the address is known: the mail alone tells.',
})
export class RequestPasswordResetPayload {
  @Field(() => ID, { description: 'Send the same id again to get this answer again.' })
  commandId!: string;
}
