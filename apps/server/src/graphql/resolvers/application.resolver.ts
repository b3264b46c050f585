import { Inject } from '@nestjs/common';
import { Args, Info, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  applicationRejections,
  invitationRejections,
  type ApplicationId,
  type CommandName,
  type CommandInputs,
  type DocumentId,
} from '@vivier/domain';
import { candidateSpace, dossier, type DossierDocument } from '@vivier/projections';
import type { GraphQLResolveInfo } from 'graphql';
import type { House } from '../../house/house.ts';
import { readInvitationToken } from '../../house/invitation-links.ts';
import { loadAhead } from '../ahead.ts';
import { DossiersArguments } from '../arguments.ts';
import { AsOfArguments, thenOf } from '../as-of.ts';
import { Bus, HOUSE } from '../bus.ts';
import { directoryFor, nameCursor } from '../by-name.ts';
import { reaches, SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import { dossiersByName, dossiersOfNamed } from '../dossier-lists.ts';
import { given } from '../given.ts';
import {
  DeclareRequirementInput,
  DeclareStatusInput,
  DeselectDocumentInput,
  WithdrawApplicationInput,
} from '../inputs-dossier.ts';
import { SelectDocumentInput, StartApplicationInput, SubmitApplicationInput } from '../inputs.ts';
import { afterCursor, connectionOf, readCursor, type Cursor } from '../paging.ts';
import { presentDossier } from '../present.ts';
import { Refused } from '../refused.ts';
import { DossierConnection, DossierOrderEnum, DossierType } from '../types/dossier.ts';
import { DossierPayload } from '../types/payloads.ts';

const idsOf = ({ applicationId }: { readonly applicationId: string }) => ({
  applicationId: applicationId as ApplicationId,
});

const cursorOf = (row: DossierDocument): Cursor => [row.changedAt, row._id];

@Resolver()
export class ApplicationResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => DossierPayload, { description: 'One application for each invitation.' })
  async startApplication(
    @SignedIn() caller: Caller,
    @Args('input') { invitation, commandId }: StartApplicationInput,
  ): Promise<DossierPayload> {
    const own = (id: string): Promise<boolean> => Promise.resolve(id === caller.organisationId);
    const invited = await readInvitationToken(this.house.vault, own, invitation);
    if (!invited) throw new Refused(invitationRejections.InvitationUnknown());
    const { invitationId } = invited;
    return this.#send(caller, 'StartApplication', { invitationId }, commandId);
  }

  @Mutation(() => DossierPayload, {
    description: 'Puts the newest version of a document of one’s own in a place of the checklist.',
  })
  selectDocument(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, item, documentId, commandId }: SelectDocumentInput,
  ): Promise<DossierPayload> {
    const input = {
      applicationId: applicationId as ApplicationId,
      item,
      documentId: documentId as DocumentId,
    };
    return this.#send(caller, 'SelectDocument', input, commandId);
  }

  @Mutation(() => DossierPayload, {
    description: 'Takes a document out of its place; it stays in the vault.',
  })
  deselectDocument(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, documentId, commandId }: DeselectDocumentInput,
  ): Promise<DossierPayload> {
    const input = { ...idsOf({ applicationId }), documentId: documentId as DocumentId };
    return this.#send(caller, 'DeselectDocument', input, commandId);
  }

  @Mutation(() => DossierPayload, { description: 'The checklist follows the status.' })
  declareStatus(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, status, commandId }: DeclareStatusInput,
  ): Promise<DossierPayload> {
    return this.#send(caller, 'DeclareStatus', { ...idsOf({ applicationId }), status }, commandId);
  }

  @Mutation(() => DossierPayload, { description: 'What is asked for, as the candidate sees it.' })
  declareRequirement(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, requirement, commandId, ...said }: DeclareRequirementInput,
  ): Promise<DossierPayload> {
    const input = { ...idsOf({ applicationId }), requirement, ...given(said) };
    return this.#send(caller, 'DeclareRequirement', input, commandId);
  }

  @Mutation(() => DossierPayload, { description: 'It can be begun anew later.' })
  withdrawApplication(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, commandId }: WithdrawApplicationInput,
  ): Promise<DossierPayload> {
    return this.#send(caller, 'WithdrawApplication', idsOf({ applicationId }), commandId);
  }

  @Mutation(() => DossierPayload)
  submitApplication(
    @SignedIn() caller: Caller,
    @Args('input') { applicationId, commandId }: SubmitApplicationInput,
  ): Promise<DossierPayload> {
    const input = { applicationId: applicationId as ApplicationId };
    return this.#send(caller, 'SubmitApplication', input, commandId);
  }

  @Query(() => DossierType)
  async dossier(@SignedIn() caller: Caller, @Args() asked: AsOfArguments): Promise<DossierType> {
    const then = await thenOf(this.house, caller, asked);
    if (then) return presentDossier(then.dossier, then.caller);
    const { applicationId, atLeast } = asked;
    const found = await this.bus.findOne(caller.organisationId, dossier, applicationId, atLeast);
    if (!found || !reaches(caller, found.candidateId))
      throw new Refused(applicationRejections.ApplicationUnknown());
    return presentDossier(found, caller);
  }

  @Query(() => DossierConnection, { description: 'The most recently changed first, or by name.' })
  async dossiers(
    @SignedIn() caller: Caller,
    @Args() { first, after, filter, orderBy, oldestFirst, atLeast }: DossiersArguments,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DossierConnection> {
    const { organisationId } = caller;
    const { state, campaign, name } = filter ?? {};
    const byName = orderBy === DossierOrderEnum.NAME;
    const facts = { ...(state && { state }), ...(campaign && { campaign }) };
    const ahead = (shown: readonly DossierDocument[]): Promise<void> =>
      loadAhead(
        info,
        shown.slice(0, first).map(({ candidateId }) => candidateId),
        caller,
      );
    if (!byName && !name) {
      const rows = await this.bus.find(
        organisationId,
        dossier,
        {
          ...facts,
          ...(after &&
            afterCursor('changedAt', oldestFirst ? 'after' : 'before', readCursor(after))),
        },
        {
          sort: oldestFirst ? { changedAt: 1, _id: 1 } : { changedAt: -1, _id: -1 },
          limit: first + 1,
        },
        atLeast,
      );
      await ahead(rows);
      return connectionOf(rows, first, cursorOf, (row) => presentDossier(row, caller));
    }
    // An order by names, and who is found by one, tell of names.
    caller.opening.allow('Candidate.fullName');
    const reads = [dossier, candidateSpace];
    const directory = await directoryFor(this.house, organisationId, reads, atLeast);
    const { readStore } = this.house;
    const listing = {
      organisationId,
      facts,
      name: name ?? '',
      rows: first + 1,
      after: after ?? undefined,
    };
    if (byName) {
      const rows = await dossiersByName({ bus: this.bus, readStore, directory }, listing);
      await ahead(rows.map(({ dossier: shown }) => shown));
      return connectionOf(
        rows,
        first,
        ({ place, dossier: { _id } }) => nameCursor(place, _id),
        (row) => presentDossier(row.dossier, caller),
      );
    }
    const rows = await dossiersOfNamed({ bus: this.bus, directory }, { ...listing, oldestFirst });
    await ahead(rows);
    return connectionOf(rows, first, cursorOf, (row) => presentDossier(row, caller));
  }

  async #send<Name extends CommandName>(
    caller: Caller,
    name: Name,
    input: CommandInputs[Name],
    id: string | undefined,
  ): Promise<DossierPayload> {
    const { organisationId, actor: by } = caller;
    const commandId = commandIdOf(id);
    const sent = { name, input, organisationId, by, commandId };
    // In turn with their erasure at a deadline: what they do before it counts.
    const { key, position } = await this.house.forPerson(caller.personId, () =>
      this.bus.send(sent),
    );
    const found = await this.bus.afterwards(organisationId, dossier, key, position);
    return {
      applicationId: key,
      dossier: found ? presentDossier(found, caller) : null,
      position: position ?? null,
      commandId,
    };
  }
}
