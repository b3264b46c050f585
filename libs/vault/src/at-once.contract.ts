import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { erased, type OrganisationId, type PersonId, type SealedBlob } from '@vivier/kernel';
import { account, dossier, newPerson, openOne, originOf, sealOne } from './contract.fixtures.ts';
import { KeyFenced, type Vault } from './port.ts';

/** What a contract is held on, as it stands before each test. */
interface Given {
  readonly vault: Vault;
  readonly organisation: OrganisationId;
  readonly ada: PersonId;
  /** Where several processes share a store. */
  readonly openBeside?: () => Promise<Vault>;
}

/** What every vault must do when it is asked for many things at once, in one process or in two. */
export const atOnce = (given: () => Given): void => {
  describe('twenty at once, in every process that there is,', () => {
    let vaults: Vault[];
    let organisation: OrganisationId;
    let ada: PersonId;
    let vault: Vault;
    const turn = (n: number) => vaults[n % vaults.length]!;
    const twenty = <T>(ask: (n: number) => Promise<T>) =>
      Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
    const outcomeOf = (sealing: Promise<readonly SealedBlob[]>) =>
      sealing.then(
        ([blob]) => blob!,
        (failure: unknown) => failure,
      );

    beforeEach(async () => {
      const on = given();
      ({ vault, organisation, ada } = on);
      vaults = on.openBeside === undefined ? [vault] : [vault, await on.openBeside()];
    });
    afterEach(async () => {
      for (const beside of vaults.slice(1)) await beside.close();
    });

    test('make one key, which all of them seal under', async () => {
      const blobs = await twenty((n) =>
        sealOne(turn(n), originOf(organisation, ada, dossier('1')), { n }),
      );
      const expected = blobs.map((_, n) => ({ n }));
      for (const each of vaults) expect(await each.open(blobs)).toEqual(expected);
    });

    test.each([
      ['a person', (each: Vault, person: PersonId) => each.destroyPerson(organisation, person)],
      [
        'a scope',
        (each: Vault, person: PersonId) => each.destroyScope(organisation, person, account),
      ],
    ])('make and fence the key of %s, and the fence has the last word', async (_, destroy) => {
      for (let round = 0; round < 5; round += 1) {
        const person = newPerson();
        const origin = originOf(organisation, person);
        const makingFirst = round % 2 === 0;
        const outcomes = await twenty((n) =>
          (n % 4 === 0) === makingFirst
            ? outcomeOf(turn(n).seal([{ origin, values: { n } }]))
            : destroy(turn(n), person),
        );
        const sealed = outcomes.filter((outcome) => (outcome as SealedBlob)?.origin === origin);
        for (const outcome of outcomes) {
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(KeyFenced);
        }
        for (const each of vaults) {
          expect(await each.seal([{ origin, values: {} }]).catch((e: unknown) => e)).toBeInstanceOf(
            KeyFenced,
          );
        }
        // Another process may still hold a key for the moment that it promises; the store does not.
        for (const blob of sealed as SealedBlob[]) expect(await openOne(vault, blob)).toBe(erased);
      }
    });

    test('claim an address for a person that is being erased, and no claim is left', async () => {
      const email = 'ada@example.org';
      for (let round = 0; round < 5; round += 1) {
        const person = newPerson();
        await twenty(async (n) =>
          n % 3 === 0
            ? turn(n).destroyPerson(organisation, person)
            : turn(n)
                .claims.claim(organisation, email, person, 0)
                .catch((failure: unknown) => expect(failure).toBeInstanceOf(KeyFenced)),
        );
        for (const each of vaults) {
          expect(await each.claims.holder(organisation, email)).toBeUndefined();
        }
      }
    });

    test('claim an address for twenty people, and one of them has it', async () => {
      const people = Array.from({ length: 20 }, newPerson);
      const outcomes = await twenty((n) =>
        turn(n).claims.claimApart(organisation, 'ada@example.org', () => people[n]!, 0),
      );
      const winners = people.filter((_, n) => outcomes[n] !== undefined);
      expect(winners).toHaveLength(1);
      for (const each of vaults) {
        expect(await each.claims.holder(organisation, 'ADA@example.org')).toBe(winners[0]);
      }
    });
  });
};
