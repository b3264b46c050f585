import { expect } from '@jest/globals';
import { Sealed, type Document, type Projection, type Recorded } from '@vivier/kernel';
import { packDocument, unpackDocument, type PackedDocument } from '@vivier/kernel/sealing';
import { MemoryVault } from './memory-vault.ts';
import { opened } from './open-givens.ts';
import { Past, type PastEvent } from './past.ts';
import { inClear, type Clear } from './told.ts';

/** A stored document: nothing but JSON survives between two events. */
interface Held {
  readonly text: string;
  readonly position: number;
}

/** The documents of a projection, as a projector keeps them. */
class Documents<Doc extends Document> {
  readonly #held = new Map<string, Held>();

  constructor(private readonly projection: Projection<Doc>) {}

  get(id: string): Doc | undefined {
    const held = this.#held.get(id);
    return held && unpackDocument<Doc>(JSON.parse(held.text) as PackedDocument);
  }

  /** All documents, by id. */
  all(): readonly (Doc | undefined)[] {
    return [...this.#held.keys()].map((id) => this.get(id));
  }

  contents(): string {
    return JSON.stringify([...this.#held].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  apply(event: Recorded): void {
    const touch = this.projection.on[event.type];
    if (!touch) return;
    const keys = touch.keys(event);
    for (const id of 'where' in keys ? [...this.#find(keys.where), ...(keys.and ?? [])] : keys) {
      const held = this.#held.get(id);
      if (held && held.position >= event.position) continue;
      const document = touch.evolve(this.get(id), event, id);
      if (document)
        this.#held.set(id, {
          text: JSON.stringify(packDocument(document)),
          position: event.position,
        });
      else this.#held.delete(id);
    }
  }

  #find(where: Readonly<Record<string, string>>): readonly string[] {
    for (const field of Object.keys(where))
      expect(this.projection.indexes.map((index) => Object.keys(index)[0])).toContain(field);
    return [...this.#held.keys()].filter((id) => {
      const document = this.get(id) as unknown as Readonly<Record<string, unknown>>;
      return Object.entries(where).every(([field, value]) => document[field] === value);
    });
  }
}

/** The handles in a value, at any depth. */
const personalIn = (value: unknown): readonly Sealed[] => {
  if (value instanceof Sealed) return [value];
  if (Array.isArray(value)) return value.flatMap(personalIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(personalIn);
  return [];
};

export interface ProjectionWords<Doc extends Document> {
  /** The document of this id is exactly this, personal values in clear text; or there is none. */
  readonly then: (id: string, expected: Clear<Doc> | undefined) => ProjectionWords<Doc>;
  /**
   * All that the documents together still say of persons, whatever the fields: exactly this, sorted; what
   * is no text as JSON.
   */
  readonly thenPersonal: (expected: readonly string[]) => ProjectionWords<Doc>;
  /** Every event comes once more, the oldest first. */
  readonly redelivered: () => { readonly thenUnchanged: () => ProjectionWords<Doc> };
}

/** The words for projections: `given(projection, events…).then(id, document)`. */
export const givenProjection = <Doc extends Document>(
  projection: Projection<Doc>,
  ...past: readonly PastEvent[]
): ProjectionWords<Doc> => {
  const close = opened();
  const vault = new MemoryVault();
  const log = new Past(projection.events, vault);
  const events = past.map((event) => log.recorded(event));
  const documents = new Documents(projection);
  for (const event of events) documents.apply(event);

  const words: ProjectionWords<Doc> = {
    then: (id, expected) => {
      // Jest waits for what a test returns if it has a `then`: there is nothing to wait for here.
      if (typeof id === 'function') {
        (id as unknown as (value: undefined) => void)(undefined);
        return words;
      }
      close();
      expect(inClear(vault, documents.get(id))).toEqual(expected);
      return words;
    },
    thenPersonal: (expected) => {
      close();
      expect(
        personalIn(documents.all())
          .map((handle) => inClear(vault, handle))
          .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
          .sort(),
      ).toEqual([...expected].sort());
      return words;
    },
    redelivered: () => {
      const again = opened();
      const before = documents.contents();
      for (const event of events) documents.apply(event);
      return {
        thenUnchanged: () => {
          again();
          close();
          expect(documents.contents()).toBe(before);
          return words;
        },
      };
    },
  };
  return words;
};
