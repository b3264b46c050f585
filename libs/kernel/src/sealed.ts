import type { EventId, OrganisationId, PersonId, Scope, StreamName } from './ids.ts';

/**
 * Where a sealed blob was made. It is the blob's additional data: moved to another event, person,
 * scope or organisation the blob does not open. The revision is not part of it, because it is not
 * known before the append.
 */
export interface Origin {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly scope: Scope;
  readonly stream: StreamName;
  readonly eventId: EventId;
  /** The event's name, without its stored version. */
  readonly type: string;
}

/** All personal values of one person in one event, sealed together. `bytes` is base64. */
export interface SealedBlob {
  readonly origin: Origin;
  readonly bytes: string;
}

/** The answer of an opening whose key is gone: the person or the scope was erased. */
export const erased: unique symbol = Symbol('erased');
export type Erased = typeof erased;

/** @internal What a handle stands for; only codecs and the vault's callers look (see `sealing.ts`). */
export type SealedContent =
  | { readonly kind: 'pending'; readonly value: unknown }
  | { readonly kind: 'stored'; readonly blob: SealedBlob; readonly field: string }
  | {
      readonly kind: 'joined';
      readonly separator: string;
      readonly parts: readonly Sealed<string>[];
    };

declare const opensTo: unique symbol;

/**
 * A personal value that nobody can read in passing. It can be carried, copied into a document, and
 * joined with others; it prints and serialises as `[sealed]`, and only the edge opens it, for a caller
 * who may see it.
 */
export class Sealed<T = unknown> {
  declare readonly [opensTo]: T;
  readonly #content: SealedContent;

  private constructor(content: SealedContent) {
    this.#content = content;
  }

  /** @internal */
  static of<T>(content: SealedContent): Sealed<T> {
    return new Sealed<T>(content);
  }

  /** @internal */
  static contentOf(handle: Sealed): SealedContent {
    return handle.#content;
  }

  toString(): string {
    return '[sealed]';
  }

  toJSON(): string {
    return '[sealed]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[sealed]';
  }
}

/**
 * One sealed text made of several, resolved when it is opened: what an upcast needs to turn a first
 * and a last name into a full name without reading either. Erased as soon as one part is.
 */
export const joined = (separator: string, ...parts: Sealed<string>[]): Sealed<string> =>
  Sealed.of<string>({ kind: 'joined', separator, parts });
