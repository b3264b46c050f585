import { describe, expect, test } from '@jest/globals';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { newPerson } from './contract.fixtures.ts';
import { KeyFenced, type Vault } from './port.ts';

const email = 'ada@example.org';
const minutes = (count: number) => count * 60_000;

/** What claims must do while somebody changes to another address. */
export const changedAddress = (of: {
  readonly vault: () => Vault;
  readonly organisation: () => OrganisationId;
  readonly ada: () => PersonId;
}): void => {
  describe('of a person who changes to another address', () => {
    const moved = 'ada@new.example';
    const registered = async (): Promise<void> => {
      await of.vault().claims.claim(of.organisation(), email, of.ada(), 0);
      await of.vault().claims.confirm(of.organisation(), of.ada());
    };
    const holders = async () => [
      await of.vault().claims.holder(of.organisation(), email),
      await of.vault().claims.holder(of.organisation(), moved),
    ];

    test('are both theirs until the change is settled, and then the new one alone', async () => {
      const { claims } = of.vault();
      await registered();
      expect(await claims.claim(of.organisation(), moved, of.ada(), minutes(1))).toBe('claimed');
      expect(await holders()).toEqual([of.ada(), of.ada()]);
      expect(await claims.settle(of.organisation(), moved, of.ada(), minutes(2))).toBe('settled');
      expect(await claims.settle(of.organisation(), moved, of.ada(), minutes(3))).toBe('settled');
      expect(await holders()).toEqual([undefined, of.ada()]);
      const grace = newPerson();
      expect(await claims.claim(of.organisation(), email, grace, minutes(4))).toBe('claimed');
      expect(await claims.claim(of.organisation(), moved, grace, minutes(1e6))).toBe('taken');
    });

    test('are as before where the change never came', async () => {
      const { claims } = of.vault();
      await registered();
      await claims.claim(of.organisation(), moved, of.ada(), minutes(1));
      await claims.confirm(of.organisation(), of.ada());
      expect(await claims.unconfirmed(minutes(1))).toContainEqual({
        organisationId: of.organisation(),
        personId: of.ada(),
      });
      await claims.release(of.organisation(), of.ada());
      expect(await holders()).toEqual([of.ada(), undefined]);
    });

    test('are settled though nothing was claimed before, and not where somebody else was first', async () => {
      const { claims } = of.vault();
      await registered();
      const grace = newPerson();
      await claims.claim(of.organisation(), moved, grace, minutes(1));
      expect(await claims.settle(of.organisation(), moved, of.ada(), minutes(2))).toBe('taken');
      expect(await holders()).toEqual([of.ada(), grace]);
      await claims.release(of.organisation(), grace);
      expect(await claims.settle(of.organisation(), moved, of.ada(), minutes(3))).toBe('settled');
      expect(await holders()).toEqual([undefined, of.ada()]);
    });

    test('go together with the person, who changes to nothing any more', async () => {
      const { claims } = of.vault();
      await registered();
      await claims.claim(of.organisation(), moved, of.ada(), minutes(1));
      await of.vault().destroyPerson(of.organisation(), of.ada());
      expect(await holders()).toEqual([undefined, undefined]);
      await expect(claims.settle(of.organisation(), moved, of.ada(), minutes(2))).rejects.toThrow(
        KeyFenced,
      );
      expect(await holders()).toEqual([undefined, undefined]);
    });
  });
};
