import { afterEach } from '@jest/globals';

const open = new Set<symbol>();

/** Notes a `given` and gives the word that ends it. One that nobody ended fails its test. */
export const opened = (): (() => void) => {
  const given = Symbol('given');
  open.add(given);
  return () => open.delete(given);
};

/** @throws when a `given` was followed by nothing that could fail */
export const refuseOpenGivens = (): void => {
  const { size } = open;
  open.clear();
  if (size > 0) throw new Error('A given stands without a then: this test has tested nothing.');
};

afterEach(refuseOpenGivens);
