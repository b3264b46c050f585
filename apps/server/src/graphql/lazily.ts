/** Each field as it is, or a function that finds it. */
type Found<T> = {
  readonly [K in keyof T]: T[K] | (() => T[K] | Promise<T[K]>);
};

/**
 * An object for the executor, which calls a field that is a function when it is asked for: a personal
 * field is opened only then. Nobody else may read its fields.
 */
export const lazily = <T extends object>(shape: Found<T>): T => shape as T;
