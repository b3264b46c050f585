import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { integratorRejections } from '@vivier/domain';
import type { AccountId } from '@vivier/identity';
import { personalFeedAccess } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { AtLeastArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { GrantPersonalFeedInput, WithdrawPersonalFeedInput } from '../inputs.ts';
import { presentPersonalFeed } from '../present-personal-feed.ts';
import { Refused } from '../refused.ts';
import { PersonalFeedAccessType, PersonalFeedPayload } from '../types/personal-feed.ts';

@Resolver()
export class PersonalFeedResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => PersonalFeedPayload, {
    description: 'From now on this integrator’s feed has personal values. Off by default.',
  })
  grantPersonalFeed(
    @SignedIn() caller: Caller,
    @Args('input') input: GrantPersonalFeedInput,
  ): Promise<PersonalFeedPayload> {
    return this.#decide('GrantPersonalFeed', caller, input);
  }

  @Mutation(() => PersonalFeedPayload, {
    description: 'From now on this integrator’s feed has facts alone, also of the past.',
  })
  withdrawPersonalFeed(
    @SignedIn() caller: Caller,
    @Args('input') input: WithdrawPersonalFeedInput,
  ): Promise<PersonalFeedPayload> {
    return this.#decide('WithdrawPersonalFeed', caller, input);
  }

  @Query(() => [PersonalFeedAccessType], {
    description: 'The integrators that were ever granted personal values.',
  })
  async personalFeedAccess(
    @SignedIn() caller: Caller,
    @Args() { atLeast }: AtLeastArguments,
  ): Promise<PersonalFeedAccessType[]> {
    const { organisationId } = caller;
    const found = await this.bus.find(organisationId, personalFeedAccess, {}, {}, atLeast);
    return found.map((access) => presentPersonalFeed(access, caller));
  }

  async #decide(
    name: 'GrantPersonalFeed' | 'WithdrawPersonalFeed',
    caller: Caller,
    { integratorId: id, reason, commandId: given }: GrantPersonalFeedInput,
  ): Promise<PersonalFeedPayload> {
    const { organisationId, actor: by } = caller;
    const [account] = await this.house.identity.accountsByIds(organisationId, [id as AccountId]);
    // Another organisation's, another role's and an absent one are one answer.
    if (account?.role !== 'integrator') throw new Refused(integratorRejections.IntegratorUnknown());
    const integratorId = account.personId;
    const commandId = commandIdOf(given);
    const input = { integratorId, reason };
    const { position } = await this.bus.send({ name, input, organisationId, by, commandId });
    const access = await this.bus.afterwards(
      organisationId,
      personalFeedAccess,
      integratorId,
      position,
    );
    return {
      position: position ?? null,
      commandId,
      integratorId,
      access: access ? presentPersonalFeed(access, caller) : null,
    };
  }
}
