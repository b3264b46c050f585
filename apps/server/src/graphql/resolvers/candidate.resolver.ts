import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { candidateRejections, type CandidateId, type Dossier } from '@vivier/domain';
import type { CommandId } from '@vivier/kernel';
import { candidateSpace } from '@vivier/projections';
import { commandRejections, type Execute } from '@vivier/runtime';
import type { House } from '../../house/house.ts';
import { dossiersOfPerson } from '../../house/own-dossiers.ts';
import { registerCandidate } from '../../house/registration.ts';
import { SpaceArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { reaches, SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { PASSWORD_COST } from '../query-limits.ts';
import { GrantConsentInput, RegisterCandidateInput } from '../inputs.ts';
import { AmendOwnInformationInput } from '../inputs-dossier.ts';
import { presentSpace } from '../present.ts';
import { acceptedOf, Refused } from '../refused.ts';
import { CandidateSpaceType } from '../types/candidate.ts';
import {
  CandidateSpacePayload,
  GrantConsentPayload,
  RegisterCandidatePayload,
} from '../types/payloads.ts';

/** What was sent is complete, and stays so. */
const isWithOrganisation = ({ status }: Dossier): boolean =>
  status === 'submitted' || status === 'accepted';

@Resolver()
export class CandidateResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => RegisterCandidatePayload, {
    description: 'Follows an invitation.',
    complexity: PASSWORD_COST,
  })
  async registerCandidate(
    @Args('input') input: RegisterCandidateInput,
  ): Promise<RegisterCandidatePayload> {
    const { invitation, fullName, email, password, locale } = input;
    const commandId = commandIdOf(input.commandId);
    const send: Execute = (envelope) => this.bus.try(envelope);
    const registration = {
      ...{ invitation, fullName, email, password, commandId },
      ...(locale && { locale }),
    };
    const { key, position } = acceptedOf(await registerCandidate(this.house, registration, send));
    return { candidateId: key, position: position ?? null, commandId };
  }

  @Mutation(() => CandidateSpacePayload, {
    description: '*Mes infos*: sets the fields that are sent, the others stay.',
  })
  async amendOwnInformation(
    @SignedIn() caller: Caller,
    @Args('input') { information, commandId: given }: AmendOwnInformationInput,
  ): Promise<CandidateSpacePayload> {
    const { organisationId, actor: by, personId } = caller;
    const commandId: CommandId = commandIdOf(given);
    const values = Object.fromEntries(information.map(({ key, value }) => [key, value.trim()]));
    const fields = Object.keys(values);
    const cleared = fields.filter((field) => values[field] === '');
    const input = { fields, cleared, values };
    const sent = { name: 'AmendOwnInformation', input, organisationId, by, commandId } as const;
    const { position } = await this.house.forPerson(personId, async () => {
      if (cleared.length > 0) {
        const dossiers = await dossiersOfPerson(this.house, organisationId, personId);
        const kept = dossiers.filter(isWithOrganisation).flatMap(({ information }) => information);
        const missing = cleared.filter((field) =>
          kept.some(({ key, mandatory }) => mandatory && key === field),
        );
        if (missing.length > 0)
          throw new Refused(candidateRejections.InformationMandatory({ fields: missing }));
      }
      return this.bus.send(sent);
    });
    const space = await this.bus.afterwards(organisationId, candidateSpace, personId, position);
    return {
      candidateSpace: space ? presentSpace(space, caller) : null,
      position: position ?? null,
      commandId,
    };
  }

  @Mutation(() => GrantConsentPayload, {
    description: 'Where consent is the legal basis, an application is submitted only after it.',
  })
  async grantConsent(
    @SignedIn() caller: Caller,
    @Args('input') { purpose, textVersion, commandId: given }: GrantConsentInput,
  ): Promise<GrantConsentPayload> {
    const { organisationId, actor: by, personId } = caller;
    const commandId: CommandId = commandIdOf(given);
    const { key, position } = await this.bus.send({
      name: 'GrantConsent',
      // What a candidate grants here reached the organisation online, whatever they say.
      input: { purpose, textVersion, channel: 'online' },
      organisationId,
      by,
      commandId,
    });
    const space = await this.bus.afterwards(organisationId, candidateSpace, personId, position);
    const consent = space?.consents.find(({ consentId }) => consentId === key) ?? null;
    return { consent, position: position ?? null, commandId };
  }

  @Query(() => CandidateSpaceType, {
    description: 'A candidate’s own space, or for staff anyone’s.',
  })
  async candidateSpace(
    @SignedIn() caller: Caller,
    @Args() { candidateId, atLeast }: SpaceArguments,
  ): Promise<CandidateSpaceType> {
    const { organisationId, relation, personId } = caller;
    if (!candidateId && relation === 'organisation')
      throw new Refused(
        commandRejections.InvalidInput({ fields: { candidateId: 'must be given by staff' } }),
      );
    const id = (candidateId ?? personId) as CandidateId;
    const space = await this.bus.findOne(organisationId, candidateSpace, id, atLeast);
    // Somebody else's space and an absent one are one answer, after the same work.
    if (!space || !reaches(caller, id)) throw new Refused(candidateRejections.CandidateUnknown());
    return presentSpace(space, caller);
  }
}
