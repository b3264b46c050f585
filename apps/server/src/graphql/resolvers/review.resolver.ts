import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  applicationRejections,
  type ApplicationId,
  type CommandInputs,
  type CommandName,
  type DocumentId,
} from '@vivier/domain';
import type { AccountId } from '@vivier/identity';
import { reviewSynthesis } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { AsOfArguments, thenOf } from '../as-of.ts';
import { Bus, HOUSE } from '../bus.ts';
import { reaches, SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { given } from '../given.ts';
import {
  AssignReviewerInput,
  ConfirmRequirementInput,
  UnassignReviewerInput,
} from '../inputs-dossier.ts';
import {
  AcceptApplicationInput,
  AcceptDocumentInput,
  CommentOnDocumentInput,
  RefuseDocumentInput,
  RejectApplicationFinallyInput,
  ReturnApplicationInput,
} from '../inputs.ts';
import { presentSynthesis } from '../present.ts';
import { Refused } from '../refused.ts';
import { ReviewPayload } from '../types/payloads.ts';
import { ReviewSynthesisType } from '../types/review.ts';

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
    const { validUntil } = input;
    const command = { ...idsOf(input), ...documentOf(input), ...given({ validUntil }) };
    return this.#send(caller, 'AcceptDocument', command, input);
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

  @Mutation(() => ReviewPayload, {
    description: 'What a candidate declared, looked into; in both directions.',
  })
  confirmRequirement(
    @SignedIn() caller: Caller,
    @Args('input') input: ConfirmRequirementInput,
  ): Promise<ReviewPayload> {
    const { requirement, confirmed, reason } = input;
    const command = { ...idsOf(input), requirement, confirmed, ...given({ reason }) };
    return this.#send(caller, 'ConfirmRequirement', command, input);
  }

  @Mutation(() => ReviewPayload, { description: 'Who looks after this dossier.' })
  async assignReviewer(
    @SignedIn() caller: Caller,
    @Args('input') input: AssignReviewerInput,
  ): Promise<ReviewPayload> {
    const { reviewerId } = input;
    const [account] = await this.house.identity.accountsByIds(caller.organisationId, [
      reviewerId as AccountId,
    ]);
    const reviews = account?.role === 'operator' || account?.role === 'admin';
    if (!reviews || account.disabledAt !== null)
      throw new Refused(applicationRejections.ReviewerUnknown());
    return this.#send(caller, 'AssignReviewer', { ...idsOf(input), reviewerId }, input);
  }

  @Mutation(() => ReviewPayload)
  unassignReviewer(
    @SignedIn() caller: Caller,
    @Args('input') input: UnassignReviewerInput,
  ): Promise<ReviewPayload> {
    return this.#send(caller, 'UnassignReviewer', idsOf(input), input);
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
