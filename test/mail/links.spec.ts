import { smtpForTests, type ReceivedMail, type SmtpForTests } from '@vivier/mail/contract';
import { registered, signIn, staffed, type Registered, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let smtp: SmtpForTests;
let vivier: Running;
let maison: Staff;
let ada: Registered;
beforeEach(async () => {
  smtp = await smtpForTests();
  vivier = await running({ smtpUrl: smtp.url });
  maison = await staffed(vivier);
  ada = await registered(vivier, maison, await maison.invite(), {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  await vivier.server.house.settled();
});
afterEach(async () => {
  await vivier.end();
  await smtp.close();
});

/** What stands behind `#` in the link of the newest mail to an address, which leads to a page. */
const tokenIn = (page: string, to = 'ada@example.org'): string => {
  const mail = smtp.received.findLast((received) => received.to.includes(to));
  const [link = '', token = ''] =
    /https?:\/\/\S+\/account\/\S+#([\w-]+)/.exec(mail?.email.text ?? '') ?? [];
  expect(link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/account/${page}#${token}$`));
  expect(mail?.email.html).toContain(`<a href="${link}">`);
  return token;
};
const NEW_PASSWORD = 'another long password';

test('R-022, R-030: whoever registers gets the link that activates the account, once', async () => {
  expect(smtp.received.map(({ to, email }) => [to, email.subject])).toEqual([
    [['ada@example.org'], 'Activez votre compte chez The house maison'],
  ]);
  const token = tokenIn('activation');
  await vivier.anybody.do('confirmAccount', { token });
  expect(await vivier.anybody.tries('confirmAccount', { token })).toMatchObject({
    code: 'LinkUsed',
  });
});

test('A lost password is chosen anew by the link in a mail; an unknown address gets none', async () => {
  const { slug: organisation } = maison;
  for (const email of ['ada@example.org', 'nobody@example.org'])
    await vivier.anybody.do('requestPasswordReset', { organisation, email });
  await vivier.server.house.settled();
  expect(smtp.received.filter(({ to }) => to.includes('nobody@example.org'))).toEqual([]);
  const token = tokenIn('password');
  await vivier.anybody.do('resetPassword', { token, password: NEW_PASSWORD });
  await signIn(vivier, organisation, 'ada@example.org', NEW_PASSWORD);
});

test('Another address is confirmed by the link in a mail that goes there', async () => {
  await ada.client.do('requestAddressChange', { email: 'ada@new.example' });
  await vivier.server.house.settled();
  const token = tokenIn('address', 'ada@new.example');
  await vivier.anybody.do('confirmAddressChange', { token });
  await vivier.server.house.settled();
  await signIn(vivier, maison.slug, 'ada@new.example');
  // What is written to them from now on goes there.
  await vivier.anybody.do('requestPasswordReset', {
    organisation: maison.slug,
    email: 'ada@new.example',
  });
  await vivier.server.house.settled();
  expect(tokenIn('password', 'ada@new.example')).not.toBe('');
});

test('A link that lapsed while no server could be reached is not sent any more', async () => {
  const mails = (): readonly ReceivedMail[] => smtp.received;
  const before = mails().length;
  smtp.refuse('DATA', 451, 'Not now');
  await vivier.anybody.do('requestPasswordReset', {
    organisation: maison.slug,
    email: 'ada@example.org',
  });
  await vivier.server.house.settled();
  smtp.refuse(undefined);
  vivier.clock.advance(31 * 60_000);
  await vivier.server.house.ticker.tick();
  await vivier.server.house.settled();
  expect(mails()).toHaveLength(before);
  const { mails: listed } = await maison.olu.ask<{
    mails: { edges: readonly { node: { kind: string; state: string; failure: string } }[] };
  }>(
    'query Mails($candidateId: ID!) { mails(candidateId: $candidateId) { edges { node { kind state failure } } } }',
    { candidateId: ada.candidateId },
  );
  expect(listed.edges[0]?.node).toEqual({
    kind: 'passwordReset',
    state: 'notSent',
    failure: 'LinkExpired',
  });
});
