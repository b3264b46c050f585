import type { PersonId } from '@vivier/kernel';

/** A place in the order by name, without the name: what a cursor may hold. */
export interface Place {
  readonly personId: PersonId;
  /** What gave the person the name that stands there: a later name makes the place a gone one. */
  readonly namedBy: string;
}

export interface NamedPerson extends Place {
  readonly name: string;
}

export interface Listing {
  /**
   * Words or beginnings of words, in any order, whatever their accents and their case: each must begin
   * a word of the name. What has neither letter nor digit in it leaves nobody out.
   */
  readonly search?: string | undefined;
  /** Only what comes after this place. */
  readonly after?: Place | undefined;
  /** Only from this place on: its person too. */
  readonly from?: Place | undefined;
  /** At most so many; default: all. */
  readonly limit?: number;
}

/**
 * The people of one organisation by name and words. Names lie here in clear: in this process's memory
 * and nowhere else, and never longer than the person's keys (GDPR 17).
 */
export interface Directory {
  readonly size: number;
  /** Takes people in. Who is there under another name gets the new one; the same again changes nothing. */
  put(people: readonly NamedPerson[]): void;
  /** Forgets somebody; nothing here holds a piece of their name afterwards. */
  remove(personId: PersonId): void;
  /** Forgets everybody. */
  clear(): void;
  /**
   * The places of those who are asked for, in the order of their names, then their ids.
   *
   * @throws PlaceGone when nobody stands at the place to go on from any more
   */
  list(listing?: Listing): readonly Place[];
}

/** Whoever stood at a place was erased or renamed: there is no telling what comes after it. */
export class PlaceGone extends Error {
  override readonly name = 'PlaceGone';
  constructor() {
    super('Nobody stands at this place of the directory any more.');
  }
}
