import { Inject } from '@nestjs/common';
import { Args, Info, Query, Resolver } from '@nestjs/graphql';
import { candidateSpace } from '@vivier/projections';
import type { GraphQLResolveInfo } from 'graphql';
import type { House } from '../../house/house.ts';
import { openAhead } from '../ahead.ts';
import { PeopleArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { directoryFor, nameCursor, placesIn, readNameCursor } from '../by-name.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { writeCursor } from '../paging.ts';
import { presentCandidate } from '../present.ts';
import { CandidateConnection } from '../types/candidate.ts';

@Resolver()
export class PeopleResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Query(() => CandidateConnection, { description: 'The organisation’s people, by name.' })
  async people(
    @SignedIn() caller: Caller,
    @Args() { search, first, after, atLeast }: PeopleArguments,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CandidateConnection> {
    const { organisationId } = caller;
    const place = after ? readNameCursor(after).place : undefined;
    const directory = await directoryFor(this.house, organisationId, [candidateSpace], atLeast);
    const places = placesIn(directory, { search: search ?? '', after: place, limit: first + 1 });
    const page = places.slice(0, first).map(({ personId, namedBy }) => ({
      personId,
      cursor: writeCursor(nameCursor({ personId, namedBy }, '')),
    }));
    const spaces = await this.bus.find(organisationId, candidateSpace, {
      _id: { $in: page.map(({ personId }) => personId) },
    });
    await openAhead(info, ['edges', 'node'], spaces, caller);
    const byId = new Map(spaces.map((space) => [space._id, space]));
    return {
      edges: page.flatMap(({ personId, cursor }) => {
        const space = byId.get(personId);
        return space ? [{ cursor, node: presentCandidate(space, caller) }] : [];
      }),
      pageInfo: {
        hasNextPage: places.length > first,
        endCursor: page.at(-1)?.cursor ?? null,
      },
    };
  }
}
