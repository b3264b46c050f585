import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { HALF_AN_HOUR, houseOfLinks, kinds } from '../support/account-links.ts';
import type { Running } from '../support/running.ts';

const WEEK = 7 * 24 * 3_600_000;

let ground: Awaited<ReturnType<typeof houseOfLinks>>;
let house: Running;
let organisationId: OrganisationId;
beforeAll(async () => {
  ground = await houseOfLinks();
  ({ house, organisationId } = ground);
});
afterAll(() => house.end());

describe('Each link', () => {
  test.each(kinds)('is good once: %s', async (kind) => {
    const { tokens } = await ground.withLinks();
    expect(await ground.follow(kind, tokens[kind])).toBe('done');
    expect(await ground.follow(kind, tokens[kind])).toBe('LinkUsed');
  });

  test.each(kinds)('is good to one of ten who follow it at once: %s', async (kind) => {
    const { person, tokens } = await ground.withLinks();
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => ground.follow(kind, tokens[kind])),
    );
    expect(codes.sort()).toEqual([...Array.from({ length: 9 }, () => 'LinkUsed'), 'done']);
    const done = /^(AccountConfirmed|PasswordReset|LoginEmailChanged)$/;
    expect((await ground.typesOf(person)).filter((type) => done.test(type))).toHaveLength(1);
  });

  test.each([
    ['activation', WEEK],
    ['passwordReset', HALF_AN_HOUR],
    ['addressChange', HALF_AN_HOUR],
  ] as const)('ends in time: %s', async (kind, lasts) => {
    const { person, tokens } = await ground.withLinks();
    house.clock.advance(lasts);
    expect(await ground.follow(kind, tokens[kind])).toBe('LinkExpired');
    expect(await ground.signedIn(person.email)).toBe('signed in');
  });

  test('is none of another kind, of another person or another link', async () => {
    const { person, tokens } = await ground.withLinks();
    const other = await ground.withLinks();
    for (const kind of kinds) {
      for (const wrong of kinds.filter((one) => one !== kind))
        expect(await ground.follow(kind, tokens[wrong])).toBe('LinkUnknown');
      expect(await ground.follow(kind, await ground.tokenFor(person, kind, randomUUID()))).toBe(
        'LinkUnknown',
      );
      const mixed = Buffer.from(tokens[kind], 'base64url');
      Buffer.from(other.tokens[kind], 'base64url').copy(mixed, 16, 16, 48);
      expect(await ground.follow(kind, mixed.toString('base64url'))).toBe('LinkUnknown');
    }
  });

  test('that was altered, or made up, leads nowhere and makes no key', async () => {
    const { tokens } = await ground.withLinks();
    const mac = jest.spyOn(house.server.house.vault, 'mac');
    const bytes = Buffer.from(tokens.activation, 'base64url');
    for (const index of [0, 16, 32, 48, 63]) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(await ground.follow('activation', altered.toString('base64url'))).toBe('LinkUnknown');
      const nobody = index === 16 ? altered.subarray(16, 32).toString('hex') : '';
      const asked = mac.mock.calls.map(([, personId]) => personId.replaceAll('-', ''));
      expect(asked).not.toContain(nobody);
    }
    expect(mac).toHaveBeenCalled();
    mac.mockRestore();
    for (const token of ['x', 'A'.repeat(86), ground.invitation])
      expect(await ground.follow('activation', token)).toBe('LinkUnknown');
  });

  test('GDPR 17: leads nowhere once the keys of its person are destroyed', async () => {
    const { person, tokens } = await ground.withLinks();
    await house.server.house.vault.destroyPerson(organisationId, person.candidateId as PersonId);
    for (const kind of kinds) expect(await ground.follow(kind, tokens[kind])).toBe('LinkUnknown');
  });
});
