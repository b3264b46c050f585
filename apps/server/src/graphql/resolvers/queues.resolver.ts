import { Inject } from '@nestjs/common';
import { Args, Info, Query, Resolver } from '@nestjs/graphql';
import { dossier, type DossierDocument } from '@vivier/projections';
import { documentsOf } from '@vivier/runtime';
import type { GraphQLResolveInfo } from 'graphql';
import type { House } from '../../house/house.ts';
import { loadAhead } from '../ahead.ts';
import { AtLeastArguments, QueueArguments } from '../arguments.ts';
import { progressOf, visible } from '../at-least.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { afterCursor, connectionOf, readCursor } from '../paging.ts';
import { presentDossier } from '../present.ts';
import { DossierConnection } from '../types/dossier.ts';
import { QueueCountsType } from '../types/queues.ts';

/** What waits, for whom, and since when. */
@Resolver()
export class QueuesResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Query(() => DossierConnection, { description: 'What has waited longest comes first.' })
  async queue(
    @SignedIn() caller: Caller,
    @Args() { queue, reviewerId, unassigned, first, after, atLeast }: QueueArguments,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DossierConnection> {
    const of = unassigned === true ? '' : reviewerId;
    const rows = await this.bus.find(
      caller.organisationId,
      dossier,
      {
        queue,
        ...(typeof of === 'string' && { reviewerId: of }),
        ...(after && afterCursor('waitingSince', 'after', readCursor(after))),
      },
      { sort: { waitingSince: 1, _id: 1 }, limit: first + 1 },
      atLeast,
    );
    const people = rows.slice(0, first).map(({ candidateId }) => candidateId);
    await loadAhead(info, people, caller);
    return connectionOf(
      rows,
      first,
      (row: DossierDocument) => [row.waitingSince, row._id],
      (row) => presentDossier(row, caller),
    );
  }

  @Query(() => QueueCountsType, { description: 'How many dossiers wait.' })
  async queueCounts(
    @SignedIn() { organisationId, accountId }: Caller,
    @Args() { atLeast }: AtLeastArguments,
  ): Promise<QueueCountsType> {
    await visible(this.house, [progressOf(this.house, dossier)], atLeast);
    const documents = documentsOf(this.house.readStore, organisationId, dossier);
    const toReview = { queue: 'toReview' };
    const [waiting, waitingForCandidate, expired, mine, unassigned] = await Promise.all([
      documents.countDocuments(toReview),
      documents.countDocuments({ queue: 'waitingForCandidate' }),
      documents.countDocuments({ queue: 'expired' }),
      documents.countDocuments({ ...toReview, reviewerId: accountId }),
      documents.countDocuments({ ...toReview, reviewerId: '' }),
    ]);
    return { toReview: waiting, waitingForCandidate, expired, mine, unassigned };
  }
}
