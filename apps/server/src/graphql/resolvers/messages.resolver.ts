import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { applicationRejections, type ApplicationId, type CommandName } from '@vivier/domain';
import type { CommandInputs, MessageId } from '@vivier/domain';
import { dossier, messages } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { ThreadArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { reaches, SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { MarkMessagesReadInput, SendMessageInput } from '../inputs-dossier.ts';
import { lazily } from '../lazily.ts';
import { afterCursor, connectionOf, readCursor } from '../paging.ts';
import { closed, presentActor } from '../present.ts';
import { Refused } from '../refused.ts';
import { MessageConnection, MessagePayload, MessageType } from '../types/messages.ts';

/** The thread on a dossier (*messagerie*, R-024). */
@Resolver()
export class MessagesResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => MessagePayload, { description: 'To the other side of the dossier.' })
  sendMessage(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, text, commandId }: SendMessageInput,
  ): Promise<MessagePayload> {
    const input = { applicationId: applicationId as ApplicationId, text };
    return this.#send(caller, 'SendMessage', input, commandId);
  }

  @Mutation(() => MessagePayload, { description: 'All that the other side wrote so far is read.' })
  markMessagesRead(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, commandId }: MarkMessagesReadInput,
  ): Promise<MessagePayload> {
    const input = { applicationId: applicationId as ApplicationId };
    return this.#send(caller, 'MarkMessagesRead', input, commandId);
  }

  @Query(() => MessageConnection, { description: 'The oldest first.' })
  async messages(
    @SignedIn() asking: Caller,
    @Args() { applicationId, first, after, atLeast }: ThreadArguments,
  ): Promise<MessageConnection> {
    const { organisationId } = asking;
    const found = await this.bus.findOne(organisationId, dossier, applicationId, atLeast);
    if (!found || !reaches(asking, found.candidateId))
      throw new Refused(applicationRejections.ApplicationUnknown());
    const caller = found.restricted ? closed(asking) : asking;
    const rows = await this.bus.find(
      organisationId,
      messages,
      { applicationId, ...(after && afterCursor('position', 'after', readCursor(after))) },
      { sort: { position: 1, _id: 1 }, limit: first + 1 },
      atLeast,
    );
    return connectionOf(
      rows,
      first,
      (row) => [row.position, row._id],
      (row) =>
        lazily<MessageType>({
          messageId: row._id,
          side: row.side,
          by: () => presentActor(row.by, caller),
          at: row.at,
          text: () => caller.opening.text('Message.text', row.text, row.candidateId),
        }),
    );
  }

  async #send<Name extends CommandName>(
    { organisationId, actor: by, role, personId }: Caller,
    name: Name,
    input: CommandInputs[Name],
    id: string | undefined,
  ): Promise<MessagePayload> {
    const commandId = commandIdOf(id);
    const sent = { name, input, organisationId, by, commandId };
    // A candidate's own is in turn with their erasure at a deadline: what they do before it counts.
    const { key, position, events } = await (role === 'candidate'
      ? this.house.forPerson(personId, () => this.bus.send(sent))
      : this.bus.send(sent));
    const data = events[0]?.data as { readonly messageId?: MessageId } | undefined;
    return {
      applicationId: key,
      messageId: data?.messageId ?? null,
      position: position ?? null,
      commandId,
    };
  }
}
