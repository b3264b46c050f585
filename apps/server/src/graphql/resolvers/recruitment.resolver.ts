import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  candidateRejections,
  currentConsentText,
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
import { CreateInvitationInput, SetChecklistInput, SetLegalBasisInput } from '../inputs.ts';
import { Refused } from '../refused.ts';
import {
  CreateInvitationPayload,
  InvitationType,
  SetChecklistPayload,
  SetLegalBasisPayload,
} from '../types/payloads.ts';

@Resolver()
export class RecruitmentResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    @Inject(PUBLIC_URL) private readonly publicUrl: () => string,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => SetChecklistPayload, {
    description: 'Applications that have started keep the checklist that they started with.',
  })
  async setChecklist(
    @SignedIn() { organisationId, actor }: Caller,
    @Args('input') { items, commandId: given }: SetChecklistInput,
  ): Promise<SetChecklistPayload> {
    const commandId = commandIdOf(given);
    const { position } = await this.bus.send({
      name: 'SetChecklist',
      input: { items: items.map(({ key, label, required }) => ({ key, label, required })) },
      organisationId,
      by: actor,
      commandId,
    });
    const { checklist, checklistVersion } = await this.#module(organisationId);
    return { position: position ?? null, commandId, checklistVersion, items: [...checklist] };
  }

  @Mutation(() => SetLegalBasisPayload, {
    description: 'Whether a consent is required at submission: it is where the basis is consent.',
  })
  async setLegalBasis(
    @SignedIn() { organisationId, actor }: Caller,
    @Args('input') { legalBasis, commandId: given }: SetLegalBasisInput,
  ): Promise<SetLegalBasisPayload> {
    const commandId = commandIdOf(given);
    const { position } = await this.bus.send({
      name: 'SetLegalBasis',
      input: { legalBasis },
      organisationId,
      by: actor,
      commandId,
    });
    const settings = await this.#module(organisationId);
    return { position: position ?? null, commandId, legalBasis: settings.legalBasis };
  }

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

  @Query(() => InvitationType, { description: 'What an invitation link leads to.' })
  async invitation(@Args() { token }: InvitationArguments): Promise<InvitationType> {
    const { vault, identity } = this.house;
    const isKnown = async (id: OrganisationId): Promise<boolean> =>
      (await identity.organisation(id)) !== undefined;
    const invited = await readInvitationToken(vault, isKnown, token);
    if (!invited) throw new Refused(candidateRejections.InvitationUnknown());
    return this.#invitation(invited);
  }

  async #module(organisationId: OrganisationId): Promise<RecruitmentModuleState> {
    const { state } = await this.house.load(organisationId, recruitmentModule, organisationId);
    return state as RecruitmentModuleState;
  }

  async #invitation(invited: Invited): Promise<InvitationType> {
    const { organisationId, invitationId } = invited;
    const campaign = (await this.#module(organisationId)).invitations[invitationId];
    const organisation = await this.house.identity.organisation(organisationId);
    if (campaign === undefined || !organisation)
      throw new Refused(candidateRejections.InvitationUnknown());
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
