/** A promise that a test settles by hand. */
export interface Later<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

export function later<Value = void>(): Later<Value> {
  let [resolve, reject]: [Later<Value>['resolve'], Later<Value>['reject']] = [() => {}, () => {}];
  const promise = new Promise<Value>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
