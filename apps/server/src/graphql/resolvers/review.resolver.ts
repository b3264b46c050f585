import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  applicationRejections,
  type ApplicationId,
  type CommandInputs,
  type CommandName,
  type DocumentId,
} from '@vivier/domain';
import { documentAuditTrail, reviewSynthesis } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { TrailArguments } from '../arguments.ts';
import { AsOfArguments, thenOf } from '../as-of.ts';
import { Bus, HOUSE } from '../bus.ts';
import { reaches, SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import {
  AcceptApplicationInput,
  AcceptDocumentInput,
  CommentOnDocumentInput,
  RefuseDocumentInput,
  RejectApplicationFinallyInput,
  ReturnApplicationInput,
} from '../inputs.ts';
import { afterCursor, connectionOf, readCursor } from '../paging.ts';
import { presentSynthesis, presentTrailEntry } from '../present.ts';
import { Refused } from '../refused.ts';
import { ReviewPayload } from '../types/payloads.ts';
import { ReviewSynthesisType } from '../types/review.ts';
import { TrailConnection } from '../types/trail.ts';

/** The ids of a review's input, as the domain names them. */
const idsOf = <Input extends { readonly applicationId: string }>({ applicationId }: Input) => ({
  applicationId: applicationId as ApplicationId,
});

const documentOf = <Input extends { readonly documentId: string; readonly version: number }>({
  documentId,
  version,
}: Input) => ({ documentId: documentId as DocumentId, version });

@Resolver()
export class ReviewResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => ReviewPayload)
  acceptDocument(
    @SignedIn() caller: Caller,
    @Args('input') input: AcceptDocumentInput,
  ): Promise<ReviewPayload> {
    return this.#send(caller, 'AcceptDocument', { ...idsOf(input), ...documentOf(input) }, input);
  }

  @Mutation(() => ReviewPayload)
  refuseDocument(
    @SignedIn() caller: Caller,
    @Args('input') input: RefuseDocumentInput,
  ): Promise<ReviewPayload> {
    const { reason } = input;
    const command = { ...idsOf(input), ...documentOf(input), reason };
    return this.#send(caller, 'RefuseDocument', command, input);
  }

  @Mutation(() => ReviewPayload)
  commentOnDocument(
    @SignedIn() caller: Caller,
    @Args('input') input: CommentOnDocumentInput,
  ): Promise<ReviewPayload> {
    const { comment } = input;
    const command = { ...idsOf(input), ...documentOf(input), comment };
    return this.#send(caller, 'CommentOnDocument', command, input);
  }

  @Mutation(() => ReviewPayload, {
    description: 'Where a document is not valid, only with a reason, which the history keeps.',
  })
  acceptApplication(
    @SignedIn() caller: Caller,
    @Args('input') input: AcceptApplicationInput,
  ): Promise<ReviewPayload> {
    const { overrideReason } = input;
    const command = { ...idsOf(input), ...(overrideReason && { overrideReason }) };
    return this.#send(caller, 'AcceptApplication', command, input);
  }

  @Mutation(() => ReviewPayload, {
    description: 'For correction: the candidate can send it again.',
  })
  returnApplication(
    @SignedIn() caller: Caller,
    @Args('input') input: ReturnApplicationInput,
  ): Promise<ReviewPayload> {
    const { reason } = input;
    return this.#send(caller, 'ReturnApplication', { ...idsOf(input), reason }, input);
  }

  @Mutation(() => ReviewPayload)
  rejectApplicationFinally(
    @SignedIn() caller: Caller,
    @Args('input') input: RejectApplicationFinallyInput,
  ): Promise<ReviewPayload> {
    const { reason } = input;
    return this.#send(caller, 'RejectApplicationFinally', { ...idsOf(input), reason }, input);
  }

  @Query(() => ReviewSynthesisType, { description: 'One entry for each document to review.' })
  async reviewSynthesis(
    @SignedIn() caller: Caller,
    @Args() asked: AsOfArguments,
  ): Promise<ReviewSynthesisType> {
    const then = await thenOf(this.house, caller, asked);
    if (then) return presentSynthesis(then.synthesis, then.caller);
    const { applicationId, atLeast } = asked;
    const { organisationId } = caller;
    const found = await this.bus.findOne(organisationId, reviewSynthesis, applicationId, atLeast);
    if (!found || !reaches(caller, found.candidateId))
      throw new Refused(applicationRejections.ApplicationUnknown());
    return presentSynthesis(found, caller);
  }

  @Query(() => TrailConnection, {
    description:
      'All that ever happened to a document, the oldest first; empty where there is none.',
  })
  async documentAuditTrail(
    @SignedIn() caller: Caller,
    @Args() { documentId, first, after, atLeast }: TrailArguments,
  ): Promise<TrailConnection> {
    const rows = await this.bus.find(
      caller.organisationId,
      documentAuditTrail,
      {
        documentId,
        ...(after && afterCursor('position', 'after', readCursor(after))),
      },
      { sort: { position: 1, _id: 1 }, limit: first + 1 },
      atLeast,
    );
    return connectionOf(
      rows,
      first,
      (row) => [row.position, row._id],
      (row) => presentTrailEntry(row, caller),
    );
  }

  async #send<Name extends CommandName>(
    caller: Caller,
    name: Name,
    input: CommandInputs[Name],
    sent: { readonly commandId?: string; readonly seenRevision?: number },
  ): Promise<ReviewPayload> {
    const { organisationId, actor: by } = caller;
    const commandId = commandIdOf(sent.commandId);
    const { key, position, revision } = await this.bus.send({
      name,
      input,
      organisationId,
      by,
      commandId,
      ...(typeof sent.seenRevision === 'number' && { seen: sent.seenRevision }),
    });
    const found = await this.bus.afterwards(organisationId, reviewSynthesis, key, position);
    return {
      applicationId: key,
      revision,
      reviewSynthesis: found ? presentSynthesis(found, caller) : null,
      position: position ?? null,
      commandId,
    };
  }
}
