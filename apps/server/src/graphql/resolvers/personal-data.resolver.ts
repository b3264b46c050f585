import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { candidateRejections, type CandidateId } from '@vivier/domain';
import { candidateSpace, reviewSynthesis } from '@vivier/projections';
import type { CandidateSpace, ReviewSynthesis } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { OpenPersonalDataInput } from '../inputs.ts';
import { lazily } from '../lazily.ts';
import { Refused } from '../refused.ts';
import { edgeRejections } from '../rejections.ts';
import {
  OpenPersonalDataPayload,
  type RestrictedDecisionType,
  type RestrictedVerdictType,
} from '../types/payloads.ts';

/** How long the same command, sent again after a lost answer, shows what it opened, in ms. */
const SHOWN_FOR = 10 * 60_000;

@Resolver()
export class PersonalDataResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  /** The reason is durable before anything is opened. */
  @Mutation(() => OpenPersonalDataPayload, {
    description:
      'For compliance: a person’s name and address, and why they were finally rejected where that is restricted, for a reason that the log keeps.',
  })
  async openPersonalData(
    @SignedIn() caller: Caller,
    @Args('input') { candidateId: id, reason, commandId: given }: OpenPersonalDataInput,
  ): Promise<OpenPersonalDataPayload> {
    const { organisationId, actor: by, opening } = caller;
    const candidateId = id as CandidateId;
    const commandId = commandIdOf(given);
    const input = { candidateId, reason };
    const { events, position } = await this.bus.send({
      name: 'OpenPersonalData',
      input,
      organisationId,
      by,
      commandId,
    });
    const [opened] = events;
    // Without a bound one reason would open for ever.
    if (opened && this.house.clock.now() - Date.parse(opened.at) > SHOWN_FOR)
      throw new Refused(edgeRejections.OpeningEnded());
    const space = await this.bus.findOne(organisationId, candidateSpace, candidateId, position);
    if (!space) throw new Refused(candidateRejections.CandidateUnknown());
    return lazily<OpenPersonalDataPayload>({
      candidateId,
      position: position ?? null,
      commandId,
      fullName: () => opening.text('OpenPersonalDataPayload.fullName', space.fullName, candidateId),
      email: () => opening.text('OpenPersonalDataPayload.email', space.email, candidateId),
      decisions: () => this.#decisions(caller, space),
    });
  }

  /** What explains each final rejection that nobody else reads any more. */
  async #decisions(
    { organisationId, opening }: Caller,
    { _id: personId, applications }: CandidateSpace,
  ): Promise<RestrictedDecisionType[]> {
    const campaigns = new Map<string, string>(
      applications.flatMap((one) => (one.restricted ? [[one.applicationId, one.campaign]] : [])),
    );
    if (campaigns.size === 0) return [];
    const filter = { _id: { $in: [...campaigns.keys()] } };
    const decided = await this.bus.find(organisationId, reviewSynthesis, filter);
    const verdictsIn = ({ entries }: ReviewSynthesis): RestrictedVerdictType[] =>
      entries.flatMap(({ item, verdict }) =>
        verdict?.reason
          ? lazily<RestrictedVerdictType>({
              item,
              at: verdict.at,
              reason: () => opening.text('RestrictedVerdict.reason', verdict.reason, personId),
            })
          : [],
      );
    return decided.flatMap((one) => {
      const { decision } = one;
      if (!decision) return [];
      return lazily<RestrictedDecisionType>({
        applicationId: one._id,
        campaign: campaigns.get(one._id) ?? '',
        at: decision.at,
        reason: () => opening.text('RestrictedDecision.reason', decision.reason, personId),
        verdicts: () => verdictsIn(one),
      });
    });
  }
}
