import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  currentConsentText,
  invitationOf,
  invitationRejections,
  recruitmentModule,
  type InvitationId,
  type RecruitmentModuleState,
} from '@vivier/domain';
import type { OrganisationId } from '@vivier/kernel';
import type { House } from '../../house/house.ts';
import {
  invitationToken,
  readInvitationToken,
  type Invited,
} from '../../house/invitation-links.ts';
import { InvitationArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { PUBLIC_URL } from '../public-url.ts';
import { CreateInvitationInput, RevokeInvitationInput } from '../inputs.ts';
import { Refused } from '../refused.ts';
import {
  CreateInvitationPayload,
  InvitationType,
  RevokeInvitationPayload,
} from '../types/payloads.ts';

@Resolver()
export class RecruitmentResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    @Inject(PUBLIC_URL) private readonly publicUrl: () => string,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => CreateInvitationPayload)
  async createInvitation(
    @SignedIn() { organisationId, actor }: Caller,
    @Args('input') { campaign, commandId: given }: CreateInvitationInput,
  ): Promise<CreateInvitationPayload> {
    const commandId = commandIdOf(given);
    const { position, events } = await this.bus.send({
      name: 'CreateInvitation',
      input: { campaign },
      organisationId,
      by: actor,
      commandId,
    });
    const [created] = events;
    const { invitationId } = created?.data as { readonly invitationId: InvitationId };
    return {
      position: position ?? null,
      commandId,
      invitation: await this.#invitation({ organisationId, invitationId }),
    };
  }

  @Mutation(() => RevokeInvitationPayload, {
    description: 'The link leads nowhere from now on; who followed it keeps their account.',
  })
  async revokeInvitation(
    @SignedIn() { organisationId, actor }: Caller,
    @Args('input') { invitationId: id, commandId: given }: RevokeInvitationInput,
  ): Promise<RevokeInvitationPayload> {
    const commandId = commandIdOf(given);
    const invitationId = id as InvitationId;
    const { position } = await this.bus.send({
      name: 'RevokeInvitation',
      input: { invitationId },
      organisationId,
      by: actor,
      commandId,
    });
    return { position: position ?? null, commandId, invitationId };
  }

  @Query(() => InvitationType, { description: 'What an invitation link leads to.' })
  async invitation(@Args() { token }: InvitationArguments): Promise<InvitationType> {
    const { vault, identity } = this.house;
    const isKnown = async (id: OrganisationId): Promise<boolean> =>
      (await identity.organisation(id)) !== undefined;
    const invited = await readInvitationToken(vault, isKnown, token);
    if (!invited) throw new Refused(invitationRejections.InvitationUnknown());
    const led = invitationOf(await this.#module(invited.organisationId), invited.invitationId);
    if ('rejected' in led) throw new Refused(led);
    return this.#invitation(invited);
  }

  async #module(organisationId: OrganisationId): Promise<RecruitmentModuleState> {
    const { state } = await this.house.load(organisationId, recruitmentModule, organisationId);
    return state as RecruitmentModuleState;
  }

  async #invitation(invited: Invited): Promise<InvitationType> {
    const { organisationId, invitationId } = invited;
    const invitation = (await this.#module(organisationId)).invitations[invitationId];
    const organisation = await this.house.identity.organisation(organisationId);
    if (!invitation || !organisation) throw new Refused(invitationRejections.InvitationUnknown());
    const { campaign } = invitation;
    const token = await invitationToken(this.house.vault, invited);
    const { slug, name } = organisation;
    return {
      invitationId,
      campaign,
      token,
      link: `${this.publicUrl()}/invitations/${token}`,
      organisation: { organisationId, slug, name },
      consentText: currentConsentText(),
    };
  }
}
