import { connect, createServer, type AddressInfo } from 'node:net';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import { smtpForTests, type SmtpForTests } from './contract.ts';
import { MailRefused, type MailTransport, type OutgoingMail } from './port.ts';
import { openSmtp } from './smtp.ts';

const mail: OutgoingMail = {
  place: {
    organisationId: '0a900000-0000-4000-8000-000000000001' as OrganisationId,
    personId: 'ada00000-0000-4000-8000-000000000001' as PersonId,
    scope: 'account' as Scope,
    mailId: 'a11e0000-0000-4000-8000-000000000001',
  },
  to: { name: 'Zoë Éloïse', address: 'zoe@example.org' },
  fromName: 'Maison d’Été',
  at: Date.parse('2026-03-02T09:00:00.000Z'),
  messageId: 'e1@recruit.example.org',
  subject: 'Votre dossier a été reçu à 10 h',
  text: 'Bonjour Zoë,\n\nÇa y est : « été ».',
  html: '<p>Bonjour Zoë,</p>\n<p>Ça y est : « été ».</p>',
};

let server: SmtpForTests;
let transports: MailTransport[] = [];
beforeEach(async () => {
  server = await smtpForTests();
});
afterEach(async () => {
  for (const transport of transports) await transport.close();
  transports = [];
  await server.close();
});

const smtp = (url = server.url): MailTransport => {
  const transport = openSmtp({ url, from: 'jobs@recruit.example.org' });
  transports.push(transport);
  return transport;
};
/** What it was refused with, as kinds. */
const refusal = async (sending: Promise<void>): Promise<string> => {
  try {
    await sending;
  } catch (error) {
    expect((error as Error).message).not.toMatch(/zoe|No\./);
    return error instanceof MailRefused ? `for good: ${error.kind}` : (error as Error).name;
  }
  return 'taken';
};

describe('A mail by SMTP', () => {
  test('arrives with its accents, as text and as HTML, under its Message-ID', async () => {
    await smtp().handOver(mail);
    const [arrived, ...others] = server.received;
    expect(others).toEqual([]);
    expect(arrived).toMatchObject({ from: 'jobs@recruit.example.org', to: ['zoe@example.org'] });
    expect(arrived?.email).toMatchObject({
      from: { name: 'Maison d’Été', address: 'jobs@recruit.example.org' },
      to: [{ name: 'Zoë Éloïse', address: 'zoe@example.org' }],
      subject: mail.subject,
      messageId: '<e1@recruit.example.org>',
      date: '2026-03-02T09:00:00.000Z',
    });
    expect(arrived?.email.text?.trim()).toBe(mail.text);
    expect(arrived?.email.html?.trim()).toBe(mail.html);
    expect(arrived?.raw).toContain('Auto-Submitted: auto-generated');
  });

  test('keeps its Message-ID when it is handed over again', async () => {
    const transport = smtp();
    await transport.handOver(mail);
    await transport.handOver(mail);
    expect(new Set(server.received.map(({ email }) => email.messageId))).toEqual(
      new Set(['<e1@recruit.example.org>']),
    );
    expect(server.received).toHaveLength(2);
  });

  test('brings no header in by a name or a subject with line ends', async () => {
    await smtp().handOver({
      ...mail,
      subject: 'Hello\r\nBcc: everybody@example.org',
      fromName: 'Maison\nX-From: 1',
      to: { name: 'Zoë\r\nX-To: 1', address: mail.to.address },
    });
    const [arrived] = server.received;
    expect(arrived?.to).toEqual(['zoe@example.org']);
    const headers = arrived?.email.headers.map(({ key }) => key) ?? [];
    for (const key of ['bcc', 'x-from', 'x-to']) expect(headers).not.toContain(key);
    expect(arrived?.email.subject).toBe('Hello Bcc: everybody@example.org');
  });

  test.each([
    'zoe@example.org, bob@example.org',
    'zoe@example.org>\r\nRCPT TO:<bob@example.org',
    'zoe',
    '"Zoë" <zoe@example.org>',
    '',
  ])('goes to one plain address only: %j is refused for good', async (address) => {
    const sending = smtp().handOver({ ...mail, to: { name: null, address } });
    expect(await refusal(sending)).toBe('for good: AddressInvalid');
    expect(server.connections()).toBe(0);
  });

  test('that its reader’s server refuses is refused for good', async () => {
    server.refuse('RCPT', 550, '5.1.1 No such user');
    expect(await refusal(smtp().handOver(mail))).toBe('for good: Refused550');
    server.refuse('DATA', 554, 'No.');
    expect(await refusal(smtp().handOver(mail))).toBe('for good: Refused554');
  });

  test('that is put off may be taken later', async () => {
    server.refuse('RCPT', 451, 'Greylisted');
    const transport = smtp();
    expect(await refusal(transport.handOver(mail))).toBe('Deferred451');
    server.refuse(undefined);
    expect(await refusal(transport.handOver(mail))).toBe('taken');
  });

  test('waits where the refusal is about who sends it', async () => {
    server.refuse('MAIL', 550, 'Unknown sender');
    expect(await refusal(smtp().handOver(mail))).toBe('Deferred550');
    server.refuse('RCPT', 554, '5.7.1 Relay access denied');
    expect(await refusal(smtp().handOver(mail))).toBe('Deferred554');
  });

  test('whose server goes away in the middle of it was not taken, and may be later', async () => {
    server.vanishInData(true);
    expect(await refusal(smtp().handOver(mail))).toMatch(/^DeferredE/);
    server.vanishInData(false);
    expect(await refusal(smtp().handOver(mail))).toBe('taken');
    expect(server.received).toHaveLength(1);
  });

  test('whose server is not there may be taken later', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(
      new Promise((_, reject) => connect(port, '127.0.0.1').on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
    expect(await refusal(smtp(`smtp://127.0.0.1:${port}`).handOver(mail))).toMatch(/^DeferredE/);
  });
});

test('A server that is silent is left alone for half a minute, so that what else waits can go on', async () => {
  let connections = 0;
  const silent = createServer(() => {
    connections += 1;
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  let now = 0;
  const transport = openSmtp({
    url: `smtp://127.0.0.1:${port}`,
    from: 'jobs@recruit.example.org',
    patience: 200,
    now: () => now,
  });
  transports.push(transport);
  expect(await refusal(transport.handOver(mail))).toBe('DeferredETIMEDOUT');
  now = 29_999;
  expect(await refusal(transport.handOver(mail))).toBe('DeferredSilent');
  expect(connections).toBe(1);
  now = 30_000;
  expect(await refusal(transport.handOver(mail))).toBe('DeferredETIMEDOUT');
  expect(connections).toBe(2);
  await new Promise((resolve) => silent.close(resolve));
});

describe('Encryption', () => {
  test('is used where the server offers it, and may be insisted on', async () => {
    const encrypted = await smtpForTests({ starttls: true });
    // The server for tests has a certificate of its own making.
    await smtp(`${encrypted.url}?tls.rejectUnauthorized=false`).handOver(mail);
    expect(encrypted.received).toMatchObject([{ isEncrypted: true }]);
    expect(await refusal(smtp(encrypted.url).handOver(mail))).toMatch(/^DeferredE/);
    await encrypted.close();

    await smtp().handOver(mail);
    expect(server.received).toMatchObject([{ isEncrypted: false }]);
    expect(await refusal(smtp(`${server.url}?requireTLS=true`).handOver(mail))).toMatch(
      /^Deferred/,
    );
    expect(server.received).toHaveLength(1);
  });
});

test('A connection that is kept carries several mails', async () => {
  const transport = smtp(`${server.url}?pool=true`);
  for (const messageId of ['e1@x.example', 'e2@x.example', 'e3@x.example'])
    await transport.handOver({ ...mail, messageId });
  expect(server.received).toHaveLength(3);
  expect(server.connections()).toBe(1);
});
