import type { AnyEventSet, DomainEvent, EventOf, Recorded } from './events.ts';
import type { PersonId, Scope } from './ids.ts';
import { Sealed } from './sealed.ts';

/** A read document: facts and handles. `_id` is unique within organisation and collection. */
export interface Document {
  readonly _id: string;
}

/** Which documents an event touches: ids, or all that a declared index finds and some ids besides. */
export type Keys =
  | readonly string[]
  | { readonly where: Readonly<Record<string, string>>; readonly and?: readonly string[] };

/** One event's effect on the documents that it touches; `undefined` removes a document. */
export interface Touch<Doc extends Document, Event extends DomainEvent> {
  readonly keys: (event: Recorded<Event>) => Keys;
  readonly evolve: (
    document: Doc | undefined,
    event: Recorded<Event>,
    id: string,
  ) => Doc | undefined;
}

type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (
  i: infer I,
) => void
  ? I
  : never;

/** The events of several sets, by name. */
export type Merged<Sets extends readonly AnyEventSet[]> = UnionToIntersection<Sets[number]>;

type Handlers<Doc extends Document, Sets extends readonly AnyEventSet[]> = {
  readonly [Name in keyof Merged<Sets>]?: Touch<
    Doc,
    EventOf<Pick<Merged<Sets>, Name>> & DomainEvent
  >;
};

export interface Projection<Doc extends Document = Document> {
  /** Names the question that it answers. */
  readonly name: string;
  /**
   * Raising it builds a new collection beside the old one, which answers nothing any more, since this
   * program might not know its shape: until the new one has caught up, queries are refused and the
   * program is not ready.
   */
  readonly version: number;
  readonly indexes: readonly Readonly<Record<string, 1 | -1>>[];
  readonly events: readonly AnyEventSet[];
  readonly on: Readonly<Record<string, Touch<Doc, DomainEvent> | undefined>>;
}

/**
 * Declares a read model: `projection<Doc>()({ name, version, indexes, events, on })`. Pure: document
 * in, document out. The runner reads and writes in batches and owns positions.
 */
export const projection =
  <Doc extends Document>() =>
  <const Sets extends readonly AnyEventSet[]>(definition: {
    readonly name: string;
    readonly version: number;
    readonly indexes: Projection['indexes'];
    readonly events: Sets;
    readonly on: Handlers<Doc, Sets>;
  }): Projection<Doc> =>
    definition as unknown as Projection<Doc>;

/** The event touches the one document that has the id of its stream's thing. */
export const ofItsStream = (event: Recorded): Keys => [event.key];

/** The name of a version's first collection; rebuilt ones say their number behind it. */
export const collectionName = (of: Pick<Projection, 'name' | 'version'>): string =>
  `${of.name}_${of.version}`;

/**
 * A copy of a document without the handles of a person (or of one scope of theirs): null stands where
 * they were. The keys are gone already; this is cleaning, not protection.
 */
export const withoutHandles = <Doc>(
  document: Doc,
  of: { readonly personId: PersonId; readonly scope?: Scope },
): Doc => {
  const theirs = (handle: Sealed): boolean => {
    const content = Sealed.contentOf(handle);
    if (content.kind === 'joined') return content.parts.some(theirs);
    if (content.kind === 'pending') return false;
    const { origin } = content.blob;
    return origin.personId === of.personId && (of.scope === undefined || origin.scope === of.scope);
  };
  const walk = (value: unknown): unknown => {
    if (value instanceof Sealed) return theirs(value) ? null : value;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner)]));
    return value;
  };
  return walk(document) as Doc;
};
