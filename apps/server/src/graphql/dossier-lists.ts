import type { Directory, Place } from '@vivier/directory';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { dossier, type DossierDocument } from '@vivier/projections';
import { documentsOf } from '@vivier/runtime';
import type { House } from '../house/house.ts';
import type { Bus } from './bus.ts';
import { placesIn, readNameCursor } from './by-name.ts';
import { afterCursor, readCursor } from './paging.ts';
import { isAlive, restrictedAmong } from './restricted.ts';

/** What a list of dossiers is asked for; `facts` is the filter without the name. */
export interface DossierListing {
  readonly organisationId: OrganisationId;
  readonly facts: Partial<Pick<DossierDocument, 'state' | 'campaign'>>;
  /** Words of the person's name. */
  readonly name: string;
  /** How many rows are wanted, the one included that tells whether there are more. */
  readonly rows: number;
  readonly after: string | undefined;
}

export interface DossierAtPlace {
  readonly place: Place;
  readonly dossier: DossierDocument;
}

/** The people who come next: a few more than rows on the longest page, since most have a dossier. */
const SOON = 128;
/** So many documents are put in the order of names in memory; so many persons are asked for at once. */
const FEW = 5_000;
/** So many persons, or dossiers, are looked at in one step of a walk. */
const CHUNK = 500;

/** The dossiers of some people in the order of their places, each person's own by id. */
const inOrder = (
  places: readonly Place[],
  documents: readonly DossierDocument[],
  rows: number,
): readonly DossierAtPlace[] => {
  const theirs = new Map<string, DossierDocument[]>();
  for (const document of documents.toSorted((a, b) => (a._id < b._id ? -1 : 1))) {
    const others = theirs.get(document.candidateId) ?? [];
    theirs.set(document.candidateId, others);
    others.push(document);
  }
  const listed: DossierAtPlace[] = [];
  for (const place of places) {
    for (const dossier of theirs.get(place.personId) ?? []) listed.push({ place, dossier });
    if (listed.length >= rows) break;
  }
  return listed.slice(0, rows);
};

/** Those that reviewers open, out of all that their people have. */
const unrestricted = (
  dossiers: readonly DossierDocument[],
  ofTheirPeople: readonly DossierDocument[],
): readonly DossierDocument[] => {
  const people = restrictedAmong(ofTheirPeople);
  return dossiers.filter(({ candidateId, restricted }) => !restricted && !people.has(candidateId));
};

/** The same where the other dossiers of the people are not at hand; they are asked for together. */
const unrestrictedOf = async (
  bus: Pick<Bus, 'find'>,
  organisationId: OrganisationId,
  dossiers: readonly DossierDocument[],
): Promise<readonly DossierDocument[]> => {
  // Whoever has one that is alive is not restricted.
  const doubtful = dossiers.filter(({ state, restricted }) => !restricted && !isAlive(state));
  const people = [...new Set(doubtful.map(({ candidateId }) => candidateId))];
  const theirs =
    people.length === 0
      ? []
      : await bus.find(organisationId, dossier, { candidateId: { $in: people } });
  return unrestricted(dossiers, theirs);
};

/**
 * Dossiers in the order of the persons' names, then by id. What is restricted is left out: its place would
 * tell a name. Asks first about the people who come next.
 * Where that does not fill the page, dossiers that fit the filter are put in order if they are few;
 * otherwise the order is walked on, which ends soon, because many people have one.
 *
 * @throws Refused CursorInvalid, CursorExpired
 */
export const dossiersByName = async (
  {
    bus,
    readStore,
    directory,
  }: Pick<House, 'readStore'> & { bus: Pick<Bus, 'find'>; directory: Directory },
  { organisationId, facts, name, rows, after }: DossierListing,
): Promise<readonly DossierAtPlace[]> => {
  const from = after === undefined ? undefined : readNameCursor(after);
  const isAhead = ({ candidateId, _id }: DossierDocument): boolean =>
    candidateId !== from?.place.personId || _id > from.id;
  const dossiersOf = async (people: readonly Place[]): Promise<readonly DossierDocument[]> => {
    const candidateId = { $in: people.map(({ personId }) => personId) };
    const theirs = await bus.find(organisationId, dossier, { candidateId });
    // Asked for a state too, a store might go through everybody's dossiers in that state.
    return unrestricted(theirs, theirs).filter(
      ({ state, campaign }) =>
        (facts.state === undefined || state === facts.state) &&
        (facts.campaign === undefined || campaign === facts.campaign),
    );
  };
  /** From the last one's person on, who may have more dossiers. */
  const placesFrom = (limit = Infinity): readonly Place[] =>
    placesIn(directory, { search: name, from: from?.place, limit });

  const next = placesFrom(SOON);
  const soon = (await dossiersOf(next)).filter(isAhead);
  if (soon.length >= rows || next.length < SOON) return inOrder(next, soon, rows);

  const places = placesFrom();
  const all = documentsOf(readStore, organisationId, dossier);
  if ((await all.countDocuments(facts)) <= FEW) {
    const few = await bus.find(organisationId, dossier, facts);
    const open = await unrestrictedOf(bus, organisationId, few.filter(isAhead));
    return inOrder(places, open, rows);
  }
  const found = [...soon];
  for (let at = next.length; at < places.length && found.length < rows; at += CHUNK)
    found.push(...(await dossiersOf(places.slice(at, at + CHUNK))));
  return inOrder(places, found, rows);
};

/**
 * Dossiers of the people whom a search finds, in the order in which they changed. Few people are asked
 * for together; where there are many, the dossiers are walked and those of others left out. So is what is
 * restricted: being found would tell a name.
 *
 * @throws Refused CursorInvalid
 */
export const dossiersOfNamed = async (
  { bus, directory }: { bus: Pick<Bus, 'find'>; directory: Directory },
  listing: DossierListing & { readonly oldestFirst: boolean },
): Promise<readonly DossierDocument[]> => {
  const { organisationId, facts, name, rows, after, oldestFirst } = listing;
  const sort = oldestFirst
    ? ({ changedAt: 1, _id: 1 } as const)
    : ({ changedAt: -1, _id: -1 } as const);
  const direction = oldestFirst ? 'after' : 'before';
  const people = new Set(placesIn(directory, { search: name }).map(({ personId }) => personId));
  let beyond = after === undefined ? {} : afterCursor('changedAt', direction, readCursor(after));
  if (people.size <= FEW) {
    const page = (): Promise<readonly DossierDocument[]> => {
      const candidateId = { $in: [...people] };
      const filter = { ...facts, ...beyond, candidateId, restricted: { $ne: true } };
      return bus.find(organisationId, dossier, filter, { sort, limit: rows });
    };
    const next = await page();
    if ((await unrestrictedOf(bus, organisationId, next)).length === next.length) return next;
    // Rarely: a restricted person withdrew another dossier. All such people go, and the page is asked anew.
    const kept = { candidateId: { $in: [...people] }, restricted: true };
    const restricted = await bus.find(organisationId, dossier, kept);
    const doubtful = [...new Set(restricted.map(({ candidateId }) => candidateId))];
    const theirs = await bus.find(organisationId, dossier, { candidateId: { $in: doubtful } });
    for (const personId of restrictedAmong(theirs)) people.delete(personId as PersonId);
    return page();
  }
  const found: DossierDocument[] = [];
  for (;;) {
    const filter = { ...facts, ...beyond };
    const chunk = await bus.find(organisationId, dossier, filter, { sort, limit: CHUNK });
    const theirs = chunk.filter(({ candidateId }) => people.has(candidateId));
    found.push(...(await unrestrictedOf(bus, organisationId, theirs)));
    const last = chunk.at(-1);
    if (found.length >= rows || !last || chunk.length < CHUNK) return found.slice(0, rows);
    beyond = afterCursor('changedAt', direction, [last.changedAt, last._id]);
  }
};
