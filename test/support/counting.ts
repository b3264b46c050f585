import type { House } from '@vivier/server';

type Method = (...args: unknown[]) => unknown;

/**
 * Counts what a server's stores are asked for, from outside: each method of the log, the read models,
 * the vault, the files and the accounts tells its name before it does its work.
 */
export const counting = (
  house: House,
): (<Result>(
  work: () => Promise<Result>,
) => Promise<{ result: Result; calls: readonly string[] }>) => {
  let heard: string[] = [];
  const wrapped = new WeakSet<object>();
  const wrap = (port: object, name: string): void => {
    if (wrapped.has(port)) return;
    wrapped.add(port);
    const names = new Set<string>();
    for (
      let level: object | null = port;
      level !== null && level !== Object.prototype;
      level = Object.getPrototypeOf(level) as object | null
    )
      for (const key of Object.getOwnPropertyNames(level)) names.add(key);
    const target = port as Record<string, unknown>;
    for (const key of names) {
      const method = target[key];
      if (typeof method !== 'function' || key === 'constructor') continue;
      Object.defineProperty(port, key, {
        configurable: true,
        writable: true,
        value: (...args: unknown[]): unknown => {
          heard.push(`${name}.${key}`);
          const answer = (method as Method).apply(port, args);
          // A collection is a port of its own; it is asked, not the one that handed it out.
          if (key === 'collection' && typeof answer === 'object' && answer !== null)
            wrap(answer, `${name}.${String(args[1])}`);
          return answer;
        },
      });
    }
  };
  wrap(house.store, 'log');
  wrap(house.readStore, 'readModels');
  wrap(house.vault, 'vault');
  wrap(house.vault.claims, 'claims');
  wrap(house.files, 'files');
  wrap(house.identity, 'identity');
  return async (work) => {
    heard = [];
    const result = await work();
    return { result, calls: heard };
  };
};
