/** A refusal that a rule gives: a value, not an exception. An exception is a bug. */
export interface Rejection<Code extends string = string> {
  readonly rejected: Code;
  /** What is wrong, in one sentence without any value that was sent. */
  readonly message: string;
  /** What the caller can do about it. */
  readonly remedy: string;
  /** Facts that help, never a personal value. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface RejectionText {
  readonly message: string;
  readonly remedy: string;
}

export type RejectionSet<Texts extends Readonly<Record<string, RejectionText>>> = {
  readonly [Code in keyof Texts & string]: (
    details?: Readonly<Record<string, unknown>>,
  ) => Rejection<Code>;
};

/** The union of the refusals of a set. */
export type RejectionsOf<Set> =
  Set extends Readonly<Record<string, (...args: never[]) => infer R>> ? R : never;

const known = new Map<string, RejectionText>();

/**
 * Declares the refusals of one aggregate, once: their codes, what they say and what to do. A code is
 * the same from the decider to GraphQL's `extensions.code`.
 */
export const defineRejections = <const Texts extends Readonly<Record<string, RejectionText>>>(
  texts: Texts,
): RejectionSet<Texts> =>
  Object.fromEntries(
    Object.entries(texts).map(([code, text]) => {
      known.set(code, text);
      return [
        code,
        (details?: Readonly<Record<string, unknown>>): Rejection => ({
          rejected: code,
          ...text,
          ...(details && { details }),
        }),
      ];
    }),
  ) as unknown as RejectionSet<Texts>;

/** Every refusal declared so far, by code: the catalogue that is published. */
export const declaredRejections = (): ReadonlyMap<string, RejectionText> => known;

export const isRejection = (outcome: unknown): outcome is Rejection =>
  typeof outcome === 'object' && outcome !== null && 'rejected' in outcome;
