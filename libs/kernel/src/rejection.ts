/**
 * Whether the same request, with the same `commandId`, may succeed when it is sent again unchanged:
 * `now` at once, `later` after a while, `never` before something was changed.
 */
export type Retry = 'now' | 'later' | 'never';

/** A refusal that a rule gives: a value, not an exception. An exception is a bug. */
export interface Rejection<Code extends string = string> {
  readonly rejected: Code;
  /** What is wrong, in one sentence without any value that was sent. */
  readonly message: string;
  /** What the caller can do about it. */
  readonly remedy: string;
  readonly retry: Retry;
  /** Facts that help, never a personal value. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface RejectionText {
  readonly message: string;
  readonly remedy: string;
  /** Default: never. */
  readonly retry?: Retry;
}

export type RejectionSet<Texts extends Readonly<Record<string, RejectionText>>> = {
  readonly [Code in keyof Texts & string]: (
    details?: Readonly<Record<string, unknown>>,
  ) => Rejection<Code>;
};

/** The union of the refusals of a set. */
export type RejectionsOf<Set> =
  Set extends Readonly<Record<string, (...args: never[]) => infer R>> ? R : never;

const known = new Map<string, Required<RejectionText>>();

/**
 * Declares the refusals of one aggregate, once: their codes, what they say and what to do. A code is
 * the same from the decider to GraphQL's `extensions.code`.
 *
 * @throws TypeError when another set gives the same code another meaning
 */
export const defineRejections = <const Texts extends Readonly<Record<string, RejectionText>>>(
  texts: Texts,
): RejectionSet<Texts> =>
  Object.fromEntries(
    Object.entries(texts).map(([code, { message, remedy, retry = 'never' }]) => {
      const text = { message, remedy, retry };
      const other = known.get(code);
      if (other && JSON.stringify(other) !== JSON.stringify(text))
        throw new TypeError(`The refusal ${code} is declared twice and says two things.`);
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
export const declaredRejections = (): ReadonlyMap<string, Required<RejectionText>> => known;

export const isRejection = (outcome: unknown): outcome is Rejection =>
  typeof outcome === 'object' && outcome !== null && 'rejected' in outcome;
