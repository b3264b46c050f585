import { Inject, Injectable } from '@nestjs/common';
import {
  Command,
  CommandBus,
  CommandHandler,
  Query,
  QueryBus,
  QueryHandler,
  type ICommandHandler,
  type IQueryHandler,
} from '@nestjs/cqrs';
import type { CommandInputs, CommandName } from '@vivier/domain';
import type { Actor, CommandId, Position, Projection, Rejection } from '@vivier/kernel';
import type { OrganisationId } from '@vivier/kernel';
import { unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import type { FindOptions, ReadDocument, ReadFilter } from '@vivier/read-store';
import { documentsOf, type CommandEnvelope, type Done } from '@vivier/runtime';
import type { House } from '../house/house.ts';
import { progressOf, visible } from './at-least.ts';
import { acceptedOf, Refused } from './refused.ts';

/** The token under which the house is injected. */
export const HOUSE = Symbol('house');

/** One command on Nest's bus; what it means is decided behind `execute`. */
export class SendCommand extends Command<Done | Rejection> {
  constructor(readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(SendCommand)
export class SendCommandHandler implements ICommandHandler<SendCommand> {
  constructor(@Inject(HOUSE) private readonly house: House) {}

  execute({ envelope }: SendCommand): Promise<Done | Rejection> {
    return this.house.execute(envelope);
  }
}

/** One question to a read model. */
export class FindDocuments extends Query<readonly ReadDocument[]> {
  constructor(
    readonly organisationId: OrganisationId,
    readonly projection: Projection,
    readonly filter: ReadFilter,
    readonly options: FindOptions,
    readonly atLeast: Position | undefined,
  ) {
    super();
  }
}

@QueryHandler(FindDocuments)
export class FindDocumentsHandler implements IQueryHandler<FindDocuments> {
  constructor(@Inject(HOUSE) private readonly house: House) {}

  async execute(query: FindDocuments): Promise<readonly ReadDocument[]> {
    await visible(this.house, [progressOf(this.house, query.projection)], query.atLeast);
    const { organisationId, projection, filter, options } = query;
    const documents = documentsOf(this.house.readStore, organisationId, projection);
    const found = await documents.find(filter, options);
    return found.map((document) => unpackDocument(document as PackedDocument));
  }
}

/** What a mutation needs to send a command. */
export interface Sending<Name extends CommandName> {
  readonly name: Name;
  readonly input: CommandInputs[Name];
  readonly organisationId: OrganisationId;
  readonly by: Actor;
  readonly commandId: CommandId;
  readonly seen?: number;
}

/** Commands and questions, typed, over Nest's buses. */
@Injectable()
export class Bus {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Sends a command as it is; a refusal is a value. */
  try(envelope: CommandEnvelope): Promise<Done | Rejection> {
    return this.commands.execute(new SendCommand(envelope));
  }

  /** Sends a command; a refusal is thrown with its code. */
  async send<Name extends CommandName>(sending: Sending<Name>): Promise<Done> {
    return acceptedOf(await this.try(sending));
  }

  async find<Doc extends { readonly _id: string }>(
    organisationId: OrganisationId,
    projection: Projection<Doc>,
    filter: ReadFilter,
    options: FindOptions = {},
    atLeast?: Position,
  ): Promise<readonly Doc[]> {
    const found = await this.queries.execute(
      new FindDocuments(
        organisationId,
        projection as unknown as Projection,
        filter,
        options,
        atLeast,
      ),
    );
    return found as unknown as readonly Doc[];
  }

  async findOne<Doc extends { readonly _id: string }>(
    organisationId: OrganisationId,
    projection: Projection<Doc>,
    id: string,
    atLeast?: Position,
  ): Promise<Doc | undefined> {
    const [found] = await this.find(organisationId, projection, { _id: id }, { limit: 1 }, atLeast);
    return found;
  }

  /**
   * The document after one's own change: a late read model gives undefined, since the change itself
   * has succeeded.
   */
  async afterwards<Doc extends { readonly _id: string }>(
    organisationId: OrganisationId,
    projection: Projection<Doc>,
    id: string,
    position: Position | undefined,
  ): Promise<Doc | undefined> {
    try {
      return await this.findOne(organisationId, projection, id, position);
    } catch (error) {
      if (error instanceof Refused && error.extensions['code'] === 'NotYetVisible')
        return undefined;
      throw error;
    }
  }
}
