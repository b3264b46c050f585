import { answersContract } from './answers.contract.ts';
import type { OpenReadStore } from './opened.contract.ts';
import { propertiesContract } from './properties.contract.ts';
import { switchingContract } from './switching.contract.ts';
import { writesContract } from './writes.contract.ts';

export type { OpenedReadStore, OpenReadStore } from './opened.contract.ts';

/** What every adapter of the read store must do. */
export const readStoreContract = (name: string, open: OpenReadStore): void => {
  describe(`the read store ${name}`, () => {
    describe('answers', () => answersContract(open));
    describe('keeps what projections write', () => writesContract(open));
    describe('changes over to a collection built beside', () => switchingContract(open));
    describe('agrees with a plain reading of its filters', () => propertiesContract(open));
  });
};
