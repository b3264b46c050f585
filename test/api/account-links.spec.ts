import { randomUUID } from 'node:crypto';
import type { AccountId } from '@vivier/identity';
import type { OrganisationId } from '@vivier/kernel';
import { HALF_AN_HOUR, houseOfLinks, NEW_PASSWORD, type Person } from '../support/account-links.ts';
import { counting } from '../support/counting.ts';
import { mutationText } from '../support/operations.ts';
import { PASSWORD, submitted, type Staff } from '../support/people.ts';
import type { Running } from '../support/running.ts';

const WEEK = 7 * 24 * 3_600_000;

let ground: Awaited<ReturnType<typeof houseOfLinks>>;
let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
beforeAll(async () => {
  ground = await houseOfLinks();
  ({ house, maison, organisationId } = ground);
});
afterAll(() => house.end());

describe('R-030: the account is activated', () => {
  const followed = async (person: Person) => ({ token: await ground.mailed(person, 'activation') });

  test('by the link that follows the registration, within seven days', async () => {
    const person = await ground.somebody();
    const token = await ground.mailed(person, 'activation');
    house.clock.advance(WEEK - HALF_AN_HOUR);
    expect(await ground.follow('activation', token)).toBe('done');
    expect(await ground.typesOf(person)).toEqual([
      'CandidateRegistered',
      'ActivationRequested',
      'AccountConfirmed',
    ]);
    expect((await person.client.tries('requestActivation')).code).toBe('AccountAlreadyConfirmed');
  });

  test('by a link that was sent again, which ends the one before', async () => {
    const person = await ground.somebody();
    const old = await ground.mailed(person, 'activation');
    await person.client.do('requestActivation');
    expect(await ground.follow('activation', old)).toBe('LinkUsed');
    expect(await ground.follow('activation', await ground.mailed(person, 'activation'))).toBe(
      'done',
    );
  });

  test.each([
    ['sends a link where it is not', false, 2],
    ['sends none where it is', true, 1],
  ])('already or not: an acceptance %s', async (_, isConfirmed, mails) => {
    const person = await ground.somebody();
    if (isConfirmed) await house.anybody.do('confirmAccount', await followed(person));
    const { applicationId, revision: seenRevision } = await submitted(
      person.client,
      ground.invitation,
    );
    const overrideReason = 'Seen on paper.';
    await maison.olu.do('acceptApplication', { applicationId, seenRevision, overrideReason });
    await house.server.house.settled();
    await house.server.house.ticker.tick();
    const asked = (await ground.typesOf(person)).filter((type) => type === 'ActivationRequested');
    expect(asked).toHaveLength(mails);
    if (!isConfirmed) await house.anybody.do('confirmAccount', await followed(person));
  });
});

describe('A lost password', () => {
  test('is replaced by the link of the mail, and every login session ends', async () => {
    const person = await ground.somebody();
    const { accessToken: _, ...other } = await house.anybody.do('signIn', {
      organisation: maison.slug,
      email: person.email,
      password: PASSWORD,
    });
    await ground.reset(person.email);
    expect(await ground.isSignedIn(person.client)).toBe(true);
    expect(await ground.follow('passwordReset', await ground.mailed(person, 'passwordReset'))).toBe(
      'done',
    );
    expect(await ground.isSignedIn(person.client)).toBe(false);
    const { code } = await house.anybody.tries('refreshSignIn', {
      refreshToken: other.refreshToken,
    });
    expect(code).toBe('SessionEnded');
    expect(await ground.signedIn(person.email)).toBe('SignInFailed');
    expect(await ground.signedIn(person.email, NEW_PASSWORD)).toBe('signed in');
  });

  test('that is too weak is refused, and the link stays good', async () => {
    const person = await ground.somebody();
    await ground.reset(person.email);
    const token = await ground.mailed(person, 'passwordReset');
    const weak = await house.anybody.tries('resetPassword', { token, password: 'short' });
    expect(weak.code).toBe('PasswordTooWeak');
    expect(await ground.follow('passwordReset', token)).toBe('done');
  });

  test('is set once by one command, however often that is sent', async () => {
    const person = await ground.somebody();
    await ground.reset(person.email);
    const token = await ground.mailed(person, 'passwordReset');
    const sent = { token, password: NEW_PASSWORD, commandId: randomUUID() };
    const first = await house.anybody.do('resetPassword', sent);
    await house.server.house.identity.setPassword(
      organisationId,
      person.candidateId as AccountId,
      PASSWORD,
    );
    expect(await house.anybody.do('resetPassword', sent)).toEqual(first);
    expect(await ground.signedIn(person.email)).toBe('signed in');
  });

  test('is set although a crash came before it was noted, when the link is followed again', async () => {
    const person = await ground.somebody();
    await ground.reset(person.email);
    const token = await ground.mailed(person, 'passwordReset');
    await house.server.house.identity.setPassword(
      organisationId,
      person.candidateId as AccountId,
      'what the crash left',
    );
    expect(await ground.follow('passwordReset', token)).toBe('done');
    expect(await ground.signedIn(person.email, NEW_PASSWORD)).toBe('signed in');
  });
});

describe('Whoever asks for a new password learns nothing:', () => {
  /** How many links for a new password the log holds. */
  const resets = async (): Promise<number> => {
    let found = 0;
    for await (const page of house.server.house.store.readAll())
      found += page.filter(({ type }) => type.startsWith('PasswordResetRequested')).length;
    return found;
  };
  const answerTo = async (email: string, organisation = maison.slug): Promise<string> => {
    const input = { organisation, email, commandId: '0f0f0f0f-0000-4000-8000-000000000011' };
    const { text, status } = await house.anybody.send(mutationText('requestPasswordReset'), {
      input,
    });
    return `${status} ${text}`;
  };

  test('the answer is the same, byte for byte, for a candidate, for staff and for nobody', async () => {
    const person = await ground.somebody();
    const known = await answerTo(person.email);
    expect(await ground.typesOf(person)).toContain('PasswordResetRequested');
    const before = await resets();
    expect(before).toBeGreaterThan(0);
    expect(await answerTo('nobody@example.org')).toBe(known);
    expect(await answerTo('olu@maison.example')).toBe(known);
    expect(await answerTo(person.email, 'nowhere')).toBe(known);
    expect(await answerTo('no address at all')).toBe(known);
    expect(await resets()).toBe(before);
  });

  test('an address is looked up once and two writes are waited for, whoever’s it is', async () => {
    const person = await ground.somebody();
    const watch = counting(house.server.house);
    const asked = async (email: string): Promise<Record<string, number>> => {
      // A mail that is on its way is written down, too, and is nothing that was waited for.
      await house.server.house.settled();
      const { calls } = await watch(() => ground.reset(email));
      const count = (...names: readonly string[]) =>
        calls.filter((call) => names.includes(call)).length;
      return {
        addresses: count('claims.holder'),
        writes: count('log.append', 'identity.countMailAsked'),
      };
    };
    const known = await asked(person.email);
    expect(known).toEqual({ addresses: 1, writes: 2 });
    expect(await asked('nobody-at-all@example.org')).toEqual(known);
    expect(await asked('olu@maison.example')).toEqual(known);
  });

  test('it is refused alike once it was asked too often, and signing in goes on', async () => {
    const person = await ground.somebody();
    const codes = async (email: string): Promise<string[]> => {
      const answers = [];
      for (let n = 0; n < 5; n += 1) {
        const input = { organisation: maison.slug, email };
        const { errors, status } = await house.anybody.send(mutationText('requestPasswordReset'), {
          input,
        });
        answers.push(`${status} ${errors[0]?.extensions.code ?? 'done'}`);
      }
      return answers;
    };
    const known = await codes(person.email);
    expect(known).toEqual([
      ...['200 done', '200 done', '200 done'],
      ...['429 TooManyMailsAsked', '429 TooManyMailsAsked'],
    ]);
    expect(await codes('nobody-either@example.org')).toEqual(known);
    expect(await ground.signedIn(person.email)).toBe('signed in');
    house.clock.advance(HALF_AN_HOUR / 2);
    await ground.reset(person.email);
  });
});
