import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  recruitmentModule,
  type AfterFinalRejection,
  type CommandInputs,
  type CommandName,
  type Requirement,
  type RecruitmentModuleState,
} from '@vivier/domain';
import type { OrganisationId, Position } from '@vivier/kernel';
import type { House } from '../../house/house.ts';
import { AtLeastArguments } from '../arguments.ts';
import { visible } from '../at-least.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { given } from '../given.ts';
import {
  SetAcceptedStatusesInput,
  SetChecklistInput,
  SetFinalRejectionPolicyInput,
  SetIncompleteDeletionInput,
  SetInformationFieldsInput,
  SetLegalBasisInput,
  SetRequirementsInput,
  SwitchRecruitmentModuleOffInput,
  SwitchRecruitmentModuleOnInput,
} from '../inputs-settings.ts';
import {
  RecruitmentModulePayload,
  RecruitmentModuleType,
  SetChecklistPayload,
  SetLegalBasisPayload,
} from '../types/settings.ts';

const present = ({ invitations, ...settings }: RecruitmentModuleState): RecruitmentModuleType => ({
  ...settings,
  acceptedStatuses: settings.acceptedStatuses ?? null,
  invitations: Object.entries(invitations).map(([invitationId, invitation]) => ({
    invitationId,
    ...invitation,
  })),
});

/** What only some kinds of requirements have; the domain refuses what does not fit. */
const requirementOf = (input: SetRequirementsInput['requirements'][number]): Requirement =>
  given({
    ...(input.kind !== 'question' && { confirmedByReviewer: false }),
    ...given({ ...input }),
  }) as Requirement;

/** The settings of the recruitment module. */
@Resolver()
export class SettingsResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Query(() => RecruitmentModuleType, { description: 'The settings in force.' })
  async recruitmentModule(
    @SignedIn() { organisationId }: Caller,
    @Args() { atLeast }: AtLeastArguments,
  ): Promise<RecruitmentModuleType> {
    await visible(this.house, [], atLeast);
    return present(await this.#settings(organisationId));
  }

  @Mutation(() => SetChecklistPayload, {
    description: 'Applications that have started keep the checklist that they started with.',
  })
  async setChecklist(
    @SignedIn() caller: Caller,
    @Args('input') { items, commandId: id }: SetChecklistInput,
  ): Promise<SetChecklistPayload> {
    const { organisationId } = caller;
    const command = { items: items.map((item) => given({ ...item })) };
    const { position, commandId } = await this.#send(caller, 'SetChecklist', command, id);
    const { checklist, checklistVersion } = await this.#settings(organisationId);
    return { position, commandId, checklistVersion, items: [...checklist] };
  }

  @Mutation(() => SetLegalBasisPayload, {
    description: 'Whether a consent is required at submission: it is where the basis is consent.',
  })
  async setLegalBasis(
    @SignedIn() caller: Caller,
    @Args('input') { legalBasis, commandId: id }: SetLegalBasisInput,
  ): Promise<SetLegalBasisPayload> {
    const sent = await this.#send(caller, 'SetLegalBasis', { legalBasis }, id);
    return { ...sent, legalBasis: (await this.#settings(caller.organisationId)).legalBasis };
  }

  @Mutation(() => RecruitmentModulePayload, {
    description: 'What *mes infos* asks for; applications that have started keep theirs.',
  })
  setInformationFields(
    @SignedIn() caller: Caller,
    @Args('input') { fields, commandId }: SetInformationFieldsInput,
  ): Promise<RecruitmentModulePayload> {
    const command = { fields: fields.map((field) => ({ ...field })) };
    return this.#settle(caller, 'SetInformationFields', command, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, {
    description: 'What is asked before submission; applications that have started keep theirs.',
  })
  setRequirements(
    @SignedIn() caller: Caller,
    @Args('input') { requirements, commandId }: SetRequirementsInput,
  ): Promise<RecruitmentModulePayload> {
    const command = { requirements: requirements.map(requirementOf) };
    return this.#settle(caller, 'SetRequirements', command, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, { description: 'At least one status is accepted.' })
  setAcceptedStatuses(
    @SignedIn() caller: Caller,
    @Args('input') { statuses, commandId }: SetAcceptedStatusesInput,
  ): Promise<RecruitmentModulePayload> {
    return this.#settle(caller, 'SetAcceptedStatuses', { statuses }, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, {
    description:
      'Running dossiers follow it at once, none before the whole time of the reminder has passed.',
  })
  async setIncompleteDeletion(
    @SignedIn() caller: Caller,
    @Args('input') { deleteAfterDays, remindBeforeDays, commandId }: SetIncompleteDeletionInput,
  ): Promise<RecruitmentModulePayload> {
    const organisation = await this.house.identity.organisation(caller.organisationId);
    const zone = organisation?.zone ?? 'Europe/Paris';
    const command = { deleteAfterDays, remindBeforeDays, zone };
    return this.#settle(caller, 'SetIncompleteDeletion', command, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, { description: 'Holds for rejections from now on.' })
  setFinalRejectionPolicy(
    @SignedIn() caller: Caller,
    @Args('input') { kind, period, commandId }: SetFinalRejectionPolicyInput,
  ): Promise<RecruitmentModulePayload> {
    const afterFinalRejection = given({ kind, period }) as AfterFinalRejection;
    return this.#settle(caller, 'SetFinalRejectionPolicy', { afterFinalRejection }, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, {
    description: 'Clocks that were paused go on with what was left.',
  })
  switchRecruitmentModuleOn(
    @SignedIn() caller: Caller,
    @Args('input') { commandId }: SwitchRecruitmentModuleOnInput,
  ): Promise<RecruitmentModulePayload> {
    return this.#settle(caller, 'SwitchRecruitmentModuleOn', {}, commandId);
  }

  @Mutation(() => RecruitmentModulePayload, {
    description: 'Links lead nowhere and clocks pause until it is switched on again.',
  })
  switchRecruitmentModuleOff(
    @SignedIn() caller: Caller,
    @Args('input') { commandId }: SwitchRecruitmentModuleOffInput,
  ): Promise<RecruitmentModulePayload> {
    return this.#settle(caller, 'SwitchRecruitmentModuleOff', {}, commandId);
  }

  async #settings(organisationId: OrganisationId): Promise<RecruitmentModuleState> {
    const { state } = await this.house.load(organisationId, recruitmentModule, organisationId);
    return state as RecruitmentModuleState;
  }

  async #send<Name extends CommandName>(
    { organisationId, actor: by }: Caller,
    name: Name,
    input: CommandInputs[Name],
    id: string | undefined,
  ): Promise<{ readonly position: Position | null; readonly commandId: string }> {
    const commandId = commandIdOf(id);
    const { position } = await this.bus.send({ name, input, organisationId, by, commandId });
    return { position: position ?? null, commandId };
  }

  async #settle<Name extends CommandName>(
    caller: Caller,
    name: Name,
    input: CommandInputs[Name],
    id: string | undefined,
  ): Promise<RecruitmentModulePayload> {
    const sent = await this.#send(caller, name, input, id);
    return { ...sent, recruitmentModule: present(await this.#settings(caller.organisationId)) };
  }
}
