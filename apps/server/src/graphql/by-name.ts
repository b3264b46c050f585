import { PlaceGone, type Directory, type Listing, type Place } from '@vivier/directory';
import type { OrganisationId, PersonId, Position, Projection } from '@vivier/kernel';
import type { House } from '../house/house.ts';
import { LONGEST_WAIT_MS, progressOf, refuseUnknown, visible } from './at-least.ts';
import { readCursor, type Cursor } from './paging.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';

/**
 * The organisation's directory, once all of its people are in it and it shows, like everything else
 * that the query reads, the change at a position. Waits 2 s at most for all of that together.
 *
 * @throws Refused PositionUnknown, DirectoryNotReady, NotYetVisible
 */
export const directoryFor = async (
  house: House,
  organisationId: OrganisationId,
  reads: readonly Pick<Projection, 'name' | 'version'>[],
  atLeast: Position | null | undefined,
): Promise<Directory> => {
  await refuseUnknown(house, atLeast);
  const inTime = AbortSignal.timeout(LONGEST_WAIT_MS);
  const directory = await house.directory.of(organisationId, inTime);
  if (!directory) throw new Refused(edgeRejections.DirectoryNotReady());
  // Who is found by name is then also found in the read models, unless one of these stands still.
  const found = house.directory.progress.position;
  const progress = reads.map((projection) => progressOf(house, projection));
  await Promise.all(progress.map(async (one) => one?.reached(found, inTime)));
  await visible(house, [house.directory.progress, ...progress], atLeast, inTime);
  return directory;
};

/**
 * The places of a listing.
 *
 * @throws Refused CursorExpired
 */
export const placesIn = (directory: Directory, listing: Listing): readonly Place[] => {
  try {
    return directory.list(listing);
  } catch (error) {
    if (error instanceof PlaceGone) throw new Refused(edgeRejections.CursorExpired());
    throw error;
  }
};

const PLACE = /^name:([0-9a-f-]{36}):([0-9a-f+-]{36,})$/;

/** A place as a cursor: ids only, of the person, of what gave them their name, of the thing listed. */
export const nameCursor = ({ personId, namedBy }: Place, id: string): Cursor => [
  `name:${personId}:${namedBy}`,
  id,
];

/** @throws Refused CursorInvalid */
export const readNameCursor = (text: string): { readonly place: Place; readonly id: string } => {
  const [value, id] = readCursor(text);
  const [, personId, namedBy] = PLACE.exec(String(value)) ?? [];
  if (personId === undefined || namedBy === undefined)
    throw new Refused(edgeRejections.CursorInvalid());
  return { place: { personId: personId as PersonId, namedBy }, id };
};
