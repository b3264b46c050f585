import type { OrganisationId, Position } from '@vivier/kernel';

/** A read document: JSON only; `_id` is unique within its organisation and collection. */
export interface ReadDocument {
  /** Comes first in what is answered, wherever it stood. */
  readonly _id: string;
  /** Any name but `_organisation`, which an adapter may need. */
  readonly [field: string]: unknown;
}

/** Fields in order; 1 ascending, -1 descending. Dotted paths reach into documents, never into arrays. */
export type IndexKey = Readonly<Record<string, 1 | -1>>;

export interface CollectionDeclaration {
  /** `<projection>_<version>`, rebuilt `<projection>_<version>_<generation>`: letters, digits, underscores. */
  readonly name: string;
  /**
   * The organisation stands before each key and `_id` after it, unseen. A key may end in `_id` itself,
   * to say its direction. At an indexed path lies text, a number, a boolean, null, or nothing.
   */
  readonly indexes: readonly IndexKey[];
}

export type Comparable = string | number | boolean | null;

export interface FieldCondition {
  readonly $eq?: Comparable;
  readonly $ne?: Comparable;
  readonly $gt?: string | number;
  readonly $gte?: string | number;
  readonly $lt?: string | number;
  readonly $lte?: string | number;
  readonly $in?: readonly Comparable[];
  readonly $nin?: readonly Comparable[];
  readonly $exists?: boolean;
}

/**
 * A structural subset of the MongoDB driver's `Filter`: only operators on which both adapters agree.
 * They mean what they mean to MongoDB: `null` also finds what is missing, an order condition finds only
 * values of its operand's type, text compares by its UTF-8 bytes, and a list of scalars at the end of a
 * path is found by any of its members. A path that leads through a list, a condition given as
 * `undefined`, and any other operand are refused ({@link UnsupportedQuery}).
 */
export type ReadFilter = {
  readonly [path: string]: Comparable | FieldCondition | readonly ReadFilter[] | undefined;
  readonly $and?: readonly ReadFilter[];
  readonly $or?: readonly ReadFilter[];
};

export interface FindOptions {
  /**
   * `_id`, or the next keys of a declared index, as declared or all reversed, after those that the
   * filter binds by equality; anything else is refused (UndeclaredSort). What is equal is ordered by
   * the index's other keys, then `_id`. Without a sort the order is unspecified.
   */
  readonly sort?: IndexKey;
  /** 0 or more. */
  readonly skip?: number;
  /** 1 or more; default: all. */
  readonly limit?: number;
}

/**
 * A structural subset of the driver's `Collection<T>`, with arrays instead of cursors. Documents are the
 * caller's own copies. Rejects with {@link UnsupportedQuery}, {@link UndeclaredSort},
 * {@link UnknownCollection}.
 */
export interface ReadCollection<T extends ReadDocument> {
  findOne(filter: ReadFilter): Promise<T | null>;
  find(filter: ReadFilter, options?: FindOptions): Promise<T[]>;
  countDocuments(filter: ReadFilter): Promise<number>;
}

export type ReadWrite =
  | {
      readonly organisationId: OrganisationId;
      readonly collection: string;
      readonly put: ReadDocument;
    }
  | {
      readonly organisationId: OrganisationId;
      readonly collection: string;
      readonly remove: string;
    };

/**
 * What its holder shows with each write, so that one who was paused while another took over writes
 * nothing. A store that only one process can open does not look at it.
 */
export interface HeldLease {
  readonly name: string;
  /** Rises with every new holder. */
  readonly number: number;
}

/** What a projection did with one page of the log; all of it becomes visible at once, or nothing. */
export interface ProjectionBatch {
  readonly projection: string;
  /** Refused (PositionMoved) when the stored position is not the one that the batch started from. */
  readonly from: Position;
  readonly to: Position;
  readonly writes: readonly ReadWrite[];
  readonly lease?: HeldLease;
}

/** Where a projection answers from, and how far that has come. */
export interface Shown {
  readonly projection: string;
  readonly collection: string;
  readonly position: Position;
}

/**
 * Documents that answer questions. The organisation goes with every query, so that none can forget it; its
 * id holds no slash (a TypeError).
 * Whatever is written under a lease is refused, having changed nothing, once somebody else holds it
 * ({@link LeaseLost}).
 */
export interface ReadStore {
  /**
   * Makes the collection and its indexes when they are missing. Rejects with {@link DeclarationRefused}
   * where it exists with other indexes.
   */
  declare(declaration: CollectionDeclaration, lease?: HeldLease): Promise<void>;
  collection<T extends ReadDocument>(
    organisationId: OrganisationId,
    name: string,
  ): ReadCollection<T>;
  /** Where a projection stands; START when it has not begun. */
  position(projection: string): Promise<Position>;
  /**
   * Writes a batch and its position together. Rejects, having written nothing, with
   * {@link PositionMoved}, {@link UnknownCollection}, {@link UnstorableDocument}.
   */
  apply(batch: ProjectionBatch): Promise<void>;
  /** Removes a collection and, with it, its position; nothing is answered from it any more. */
  drop(projection: string, lease?: HeldLease): Promise<void>;
  /** The names of all collections, also of those that nobody is answered from; in no order. */
  collections(): Promise<readonly string[]>;
  /** The collection from which a projection answers; undefined before its first one. */
  current(projection: string): Promise<string | undefined>;
  /**
   * What every projection shows that answers, in no order. While one changes over it may be missing, but
   * what is told of it was shown at that moment.
   */
  shown(): Promise<readonly Shown[]>;
  /**
   * Lets a projection answer from a collection from now on, for every reader at once, and removes the
   * one that it answered from before. Whoever still asks that one meets {@link UnknownCollection}. An
   * adapter that cannot do both in one transaction removes afterwards: what a crash leaves there is
   * named by {@link collections} and no longer by {@link current}. Rejects with
   * {@link UnknownCollection}, having changed nothing.
   */
  switchTo(projection: string, collection: string, lease?: HeldLease): Promise<void>;
  close(): Promise<void>;
}

export class UndeclaredSort extends Error {
  override readonly name = 'UndeclaredSort';
  constructor(collection: string, sort: IndexKey) {
    super(`${collection} has no declared index for the order ${JSON.stringify(sort)}.`);
  }
}

export class UnknownCollection extends Error {
  override readonly name = 'UnknownCollection';
  constructor(collection: string) {
    super(`The collection ${collection} was not declared.`);
  }
}

/** A collection cannot be as it is declared; the message says what to do. */
export class DeclarationRefused extends Error {
  override readonly name = 'DeclarationRefused';
}

/** Says which field cannot be kept and why, never what stands in it. */
export class UnstorableDocument extends Error {
  override readonly name = 'UnstorableDocument';
  constructor(collection: string, path: string, reason: string) {
    super(`A document of ${collection} cannot be stored: ${path} ${reason}.`);
  }
}

/** Something that the two adapters would not answer alike. Never repeats a value that was asked for. */
export class UnsupportedQuery extends Error {
  override readonly name = 'UnsupportedQuery';
}

export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
  constructor(
    readonly projection: string,
    readonly stored: Position,
  ) {
    super(`Projection ${projection} stands at ${stored}: somebody else has moved it.`);
  }
}

/** Somebody else has taken the work over: whoever meets this stops writing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(readonly lease: HeldLease) {
    super(`The lease ${lease.name} is no longer held under the number ${lease.number}.`);
  }
}
