import { agreementContract } from './agreement.contract.ts';
import { answersContract } from './answers.contract.ts';
import type { OpenReadStore } from './opened.contract.ts';
import { propertiesContract } from './properties.contract.ts';
import { switchingContract } from './switching.contract.ts';
import { writesContract } from './writes.contract.ts';

export type { OpenedReadStore, OpenReadStore } from './opened.contract.ts';

/**
 * What every adapter of the read store must do.
 *
 * @param runs how many random collections each property is tried on
 */
export const readStoreContract = (name: string, open: OpenReadStore, runs = 250): void => {
  describe(`the read store ${name}`, () => {
    describe('answers', () => answersContract(open));
    describe('means the same everywhere', () => agreementContract(open));
    describe('keeps what projections write', () => writesContract(open));
    describe('changes over to a collection built beside', () => switchingContract(open));
    describe('agrees with a plain reading of its filters', () => propertiesContract(open, runs));
  });
};
