import type { PersonId } from '@vivier/kernel';
import { PlaceGone, type Directory, type Listing, type NamedPerson, type Place } from './port.ts';
import { SortedList } from './sorted-list.ts';
import { WordIndex } from './word-index.ts';
import { wordsOf } from './words.ts';

export interface DirectoryOptions {
  /** Whose alphabet orders the names, a BCP 47 tag; default `fr`. */
  readonly locale?: string;
}

interface Entry {
  /** Handed out as it is: it holds no name. */
  readonly place: Place;
  readonly name: string;
  /** Its number in the word index. */
  readonly slot: number;
}

/**
 * Opens an empty directory. Names and words lie in plain arrays of this process: a full-text index of
 * SQLite would be a second copy of every name, in memory that no heap snapshot shows.
 */
export const openDirectory = ({ locale = 'fr' }: DirectoryOptions = {}): Directory =>
  new MemoryDirectory(new Intl.Collator(locale));

class MemoryDirectory implements Directory {
  readonly #collator: Intl.Collator;
  #entries = new Map<PersonId, Entry>();
  #order: SortedList<Entry>;
  #words = new WordIndex();
  /** The next number that no entry ever had, and those that were given back. */
  #nextSlot = 0;
  #freeSlots: number[] = [];

  constructor(collator: Intl.Collator) {
    this.#collator = collator;
    this.#order = this.#emptyOrder();
  }

  get size(): number {
    return this.#entries.size;
  }

  put(people: readonly NamedPerson[]): void {
    const last = new Map(people.map((person) => [person.personId, person]));
    const fresh: Entry[] = [];
    for (const { personId, namedBy, name } of last.values()) {
      const known = this.#entries.get(personId);
      if (known?.place.namedBy === namedBy && known.name === name) continue;
      if (known) this.remove(personId);
      const slot = this.#freeSlots.pop() ?? this.#nextSlot++;
      fresh.push({ place: { personId, namedBy }, name, slot });
    }
    for (const entry of fresh) this.#entries.set(entry.place.personId, entry);
    this.#order.add(fresh);
    this.#words.add(fresh.map(({ slot, name }) => ({ slot, words: wordsOf(name) })));
  }

  remove(personId: PersonId): void {
    const entry = this.#entries.get(personId);
    if (!entry) return;
    this.#order.delete(entry);
    this.#words.remove(entry.slot, wordsOf(entry.name));
    this.#entries.delete(personId);
    this.#freeSlots.push(entry.slot);
  }

  clear(): void {
    this.#entries = new Map();
    this.#order = this.#emptyOrder();
    this.#words = new WordIndex();
    this.#nextSlot = 0;
    this.#freeSlots = [];
  }

  list({ search, after, from, limit = Infinity }: Listing = {}): readonly Place[] {
    const inOrder = this.#order.items;
    const start = Math.max(from ? this.#at(from) : 0, after ? this.#at(after) + 1 : 0);
    const words = search === undefined ? [] : wordsOf(search);
    if (words.length === 0) return inOrder.slice(start, start + limit).map(({ place }) => place);
    const found = this.#words.matching(words, this.#nextSlot);
    const places: Place[] = [];
    for (let at = start; at < inOrder.length && places.length < limit; at += 1) {
      const { slot, place } = inOrder[at]!;
      if (found[slot]) places.push(place);
    }
    return places;
  }

  #at({ personId, namedBy }: Place): number {
    const entry = this.#entries.get(personId);
    if (entry?.place.namedBy !== namedBy) throw new PlaceGone();
    return this.#order.indexOf(entry);
  }

  #emptyOrder(): SortedList<Entry> {
    const { compare } = this.#collator;
    return new SortedList((a, b) => {
      const byName = compare(a.name, b.name);
      if (byName !== 0 || a === b) return byName;
      return a.place.personId < b.place.personId ? -1 : 1;
    });
  }
}
