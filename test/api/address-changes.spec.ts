import { randomUUID } from 'node:crypto';
import type { AccountId } from '@vivier/identity';
import type { CommandId, OrganisationId, PersonId } from '@vivier/kernel';
import { houseOfLinks, type Person } from '../support/account-links.ts';
import { registered, type Staff } from '../support/people.ts';
import type { Running } from '../support/running.ts';

let ground: Awaited<ReturnType<typeof houseOfLinks>>;
let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
beforeAll(async () => {
  ground = await houseOfLinks();
  ({ house, maison, organisationId } = ground);
});
afterAll(() => house.end());

describe('A changed address', () => {
  const changed = async (): Promise<Person & { readonly moved: string }> => {
    const person = await ground.somebody();
    const moved = `moved-${person.email}`;
    await person.client.do('requestAddressChange', { email: moved });
    return { ...person, moved };
  };
  const holders = ({ email, moved }: { email: string; moved: string }) => {
    const { claims } = house.server.house.vault;
    return Promise.all([email, moved].map((one) => claims.holder(organisationId, one)));
  };

  test('is the one to sign in with once its mail was answered, and every login session ends', async () => {
    const person = await changed();
    const { email, moved, candidateId } = person;
    expect(await ground.signedIn(moved)).toBe('SignInFailed');
    expect(await ground.follow('addressChange', await ground.mailed(person, 'addressChange'))).toBe(
      'done',
    );
    expect(await ground.isSignedIn(person.client)).toBe(false);
    expect(await ground.signedIn(email)).toBe('SignInFailed');
    expect(await ground.signedIn(moved)).toBe('signed in');
    expect(await holders(person)).toEqual([undefined, candidateId]);
    await house.server.house.settled();
    expect(await holders(person)).toEqual([undefined, candidateId]);
    const heir = { fullName: 'Another Body', email };
    expect((await registered(house, maison, ground.invitation, heir)).candidateId).not.toBe(
      candidateId,
    );
  });

  test('that another person has is refused to whoever reads its mail, and all stays', async () => {
    const person = await ground.somebody();
    const other = await ground.somebody();
    for (const taken of [other.email, 'noor@maison.example']) {
      await person.client.do('requestAddressChange', { email: taken });
      const token = await ground.mailed(person, 'addressChange');
      expect(await ground.follow('addressChange', token)).toBe('AddressTaken');
      // It stays good: the address may become free.
      expect(await ground.follow('addressChange', token)).toBe('AddressTaken');
    }
    expect(await ground.isSignedIn(person.client)).toBe(true);
    const { claims } = house.server.house.vault;
    expect(await claims.holder(organisationId, other.email)).toBe(other.candidateId);
    expect(await claims.holder(organisationId, 'noor@maison.example')).toBeUndefined();
    expect(await claims.holder(organisationId, person.email)).toBe(person.candidateId);
  });

  test('comes back to what the log says where the change broke off, and nobody repeats it', async () => {
    const person = await changed();
    const { email, moved, candidateId } = person;
    const { vault, identity, clock, ticker } = house.server.house;
    await vault.claims.claim(organisationId, moved, candidateId as PersonId, clock.now());
    await identity.changeAddress(organisationId, candidateId as AccountId, moved);
    expect(await holders(person)).toEqual([candidateId, candidateId]);
    house.clock.advance(16 * 60_000);
    await ticker.tick();
    expect(await holders(person)).toEqual([candidateId, undefined]);
    expect(await ground.signedIn(moved)).toBe('SignInFailed');
    expect(await ground.signedIn(email)).toBe('signed in');
  });

  test('is completed where the change broke off, when the link is followed again', async () => {
    const person = await changed();
    const { moved, candidateId } = person;
    const { vault, identity, clock } = house.server.house;
    await vault.claims.claim(organisationId, moved, candidateId as PersonId, clock.now());
    await identity.changeAddress(organisationId, candidateId as AccountId, moved);
    expect(await ground.follow('addressChange', await ground.mailed(person, 'addressChange'))).toBe(
      'done',
    );
    expect(await holders(person)).toEqual([undefined, candidateId]);
    expect(await ground.signedIn(moved)).toBe('signed in');
  });

  test('is completed by itself where only the log had it', async () => {
    const person = await changed();
    const { email, moved, candidateId } = person;
    const linkId = await ground.newest(person, 'addressChange');
    await house.server.house.execute({
      name: 'ConfirmAddressChange',
      organisationId,
      by: { kind: 'anonymous', id: linkId, role: 'anonymous' },
      commandId: randomUUID() as CommandId,
      input: { candidateId, linkId, email: moved },
    });
    await house.server.house.settled();
    await house.server.house.ticker.tick();
    expect(await holders(person)).toEqual([undefined, candidateId]);
    expect(await ground.signedIn(email)).toBe('SignInFailed');
    expect(await ground.signedIn(moved)).toBe('signed in');
  });

  test('is done once by one command, however often that is sent', async () => {
    const person = await changed();
    const sent = { token: await ground.mailed(person, 'addressChange'), commandId: randomUUID() };
    const first = await house.anybody.do('confirmAddressChange', sent);
    expect(await house.anybody.do('confirmAddressChange', sent)).toEqual(first);
  });
});
