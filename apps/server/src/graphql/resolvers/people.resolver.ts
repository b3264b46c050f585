import { Inject } from '@nestjs/common';
import { Args, Info, Query, Resolver } from '@nestjs/graphql';
import type { Place } from '@vivier/directory';
import type { OrganisationId } from '@vivier/kernel';
import { candidateSpace, type CandidateSpace } from '@vivier/projections';
import type { GraphQLResolveInfo } from 'graphql';
import type { House } from '../../house/house.ts';
import { openAhead } from '../ahead.ts';
import { PeopleArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { directoryFor, nameCursor, placesIn, readNameCursor } from '../by-name.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { connectionOf } from '../paging.ts';
import { presentCandidate } from '../present.ts';
import { isRestricted } from '../restricted.ts';
import { CandidateConnection } from '../types/candidate.ts';

interface Row {
  readonly place: Place;
  readonly space: CandidateSpace;
}

/** So many persons are asked for at once. */
const MOST_AT_ONCE = 500;

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
    const nextPlaces = (from: Place | undefined, limit: number): readonly Place[] =>
      placesIn(directory, { search: search ?? '', after: from, limit });
    const rows = await this.#open(organisationId, nextPlaces, place, first + 1);
    const spaces = rows.slice(0, first).map(({ space }) => space);
    await openAhead(info, ['edges', 'node'], spaces, caller);
    return connectionOf(
      rows,
      first,
      (row) => nameCursor(row.place, ''),
      ({ space }) => presentCandidate(space, caller),
    );
  }

  /**
   * The first people of a listing. Who is restricted is left out, also of cursors: a place in the
   * order of names, or being found by one, tells it. Asks once, and again for more where many are left out.
   */
  async #open(
    organisationId: OrganisationId,
    nextPlaces: (from: Place | undefined, limit: number) => readonly Place[],
    after: Place | undefined,
    wanted: number,
  ): Promise<readonly Row[]> {
    const found: Row[] = [];
    for (let many = wanted, from = after; found.length < wanted;) {
      const places = nextPlaces(from, many);
      const ids = places.map(({ personId }) => personId);
      const spaces = await this.bus.find(organisationId, candidateSpace, { _id: { $in: ids } });
      const byId = new Map<string, CandidateSpace>(spaces.map((space) => [space._id, space]));
      for (const place of places) {
        const space = byId.get(place.personId);
        if (space && !isRestricted(space)) found.push({ place, space });
      }
      if (places.length < many) break;
      from = places.at(-1);
      many = Math.min(many * 2, MOST_AT_ONCE);
    }
    return found.slice(0, wanted);
  }
}
