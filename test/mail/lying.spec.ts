import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { administer } from '@vivier/server';
import { registered, staffed, submitted, type Registered, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let vivier: Running;
let maison: Staff;
beforeEach(async () => {
  vivier = await running();
  maison = await staffed(vivier);
});
afterEach(() => vivier.end());

const ada = { fullName: 'Ada Marqueterie', email: 'ada.marqueterie@example.org' };
const OPEN =
  'query Mail($mailId: ID!) { mail(mailId: $mailId) { mail { kind through } to subject text html } }';

const applied = async (): Promise<Registered & { readonly applicationId: string }> => {
  const invitation = await maison.invite();
  const candidate = await registered(vivier, maison, invitation, ada);
  const { applicationId } = await submitted(candidate.client, invitation);
  await vivier.server.house.settled();
  return { ...candidate, applicationId };
};
/** The confirmation's id. */
const confirmation = async (candidateId: string): Promise<string> => {
  const { mails } = await maison.olu.ask<{
    mails: { edges: readonly { node: { mailId: string; kind: string } }[] };
  }>(
    'query Mails($candidateId: ID!) { mails(candidateId: $candidateId) { edges { node { mailId kind } } } }',
    { candidateId },
  );
  const found = mails.edges.find(({ node }) => node.kind === 'submissionConfirmation');
  return found?.node.mailId ?? 'there is none';
};
const files = async (): Promise<string[]> =>
  (await readdir(join(vivier.folder, 'mail'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('Without a mail server', () => {
  test('a mail lies sealed in the folder, and an admin alone reads it', async () => {
    const { candidateId } = await applied();
    const mailId = await confirmation(candidateId);
    const { mail } = await maison.admin.ask<{ mail: Readonly<Record<string, unknown>> }>(OPEN, {
      mailId,
    });
    expect(mail).toMatchObject({
      mail: { kind: 'submissionConfirmation', through: 'folder' },
      to: ada.email,
      subject: 'Nous avons reçu votre candidature',
    });
    expect(mail['text']).toContain(`Bonjour ${ada.fullName},`);
    expect(mail['html']).toContain(`<p>Bonjour ${ada.fullName},</p>`);
    for (const other of [maison.olu, maison.compliance])
      expect(await other.refused(OPEN, { mailId })).toMatchObject({ code: 'NotAllowed' });
  });

  test('no byte of the folder names anybody, and nobody but its owner reads it', async () => {
    await applied();
    const found = await files();
    expect(found.length).toBeGreaterThan(0);
    for (const file of found) {
      const text = await readFile(file, 'utf8');
      const clear = Buffer.from((JSON.parse(text) as { bytes: string }).bytes, 'base64');
      for (const bytes of [text, clear.toString('latin1'), file])
        expect(bytes).not.toMatch(/marqueterie|bonjour|candidature/i);
      expect((await stat(file)).mode & 0o077).toBe(0);
    }
  });

  test('the command line lists and shows what lies there', async () => {
    const { candidateId, applicationId } = await applied();
    const mailId = await confirmation(candidateId);
    const { house } = vivier.server;
    const listed = await administer(house, { do: 'listMails' });
    expect(listed).toMatchObject({
      done: {
        [mailId]: expect.stringContaining(`${candidateId} application-${applicationId}`) as string,
      },
    });
    expect(JSON.stringify(listed)).not.toMatch(/marqueterie/i);
    expect(await administer(house, { do: 'showMail', mailId })).toMatchObject({
      done: { to: ada.email, subject: 'Nous avons reçu votre candidature' },
    });
    expect(await administer(house, { do: 'showMail', mailId: '../x' })).toMatchObject({
      rejected: 'MailUnknown',
    });
  });

  test('what lies there can be read as long as its key is there, and is removed on request', async () => {
    const { candidateId, applicationId } = await applied();
    const mailId = await confirmation(candidateId);
    const { house } = vivier.server;
    const [place] = (await house.mailing.folder.list()).filter((one) => one.mailId === mailId);
    if (!place) throw new Error('The mail is not there.');
    await house.vault.destroyScope(place.organisationId, place.personId, place.scope);
    const { mail } = await maison.admin.ask<{ mail: object }>(OPEN, { mailId });
    expect(mail).toMatchObject({ to: null, subject: null, text: null, html: null });
    const { organisationId, personId } = place;
    const before = await files();
    expect(await house.mailing.removeMailsOf(organisationId, personId, applicationId)).toBe(1);
    expect(await files()).toHaveLength(before.length - 1);
    await house.mailing.removeMailsOf(organisationId, personId);
    expect(await files()).toEqual([]);
  });
});

describe('The organisation’s own texts', () => {
  const set = (input: object) =>
    maison.admin.tries('setMessageTemplate', {
      ...{ mailKind: 'activation', locale: 'fr', subject: 'Bonjour', body: '{{ link }}' },
      ...input,
    });

  test('are refused with every problem at once, and nothing is kept', async () => {
    const { code, details } = await set({
      subject: 'Bonjour {{ nom }}',
      body: '<script>alert(1)</script>\n{% include "x" %}',
    });
    expect(code).toBe('TemplateInvalid');
    const problems = details?.['problems'] as readonly { part: string; problem: string }[];
    expect(problems.map(({ part, problem }) => `${part} ${problem}`)).toEqual([
      'subject VariableUnknown',
      'body Html',
      'body TagNotAllowed',
    ]);
    const { messageTemplates } = await maison.admin.ask<{
      messageTemplates: readonly { templateVersion: number }[];
    }>('{ messageTemplates { templateVersion } }');
    expect(messageTemplates).toHaveLength(14);
    expect(messageTemplates.every(({ templateVersion }) => templateVersion === 0)).toBe(true);
  });

  test('can be looked at before they are kept, with invented values', async () => {
    const ask = (subject: string, body: string) =>
      maison.admin.ask<{ previewMessageTemplate: Readonly<Record<string, unknown>> }>(
        'query Preview($subject: String!, $body: String!) { previewMessageTemplate(mailKind: activation, locale: "fr", subject: $subject, body: $body) { subject text html problems { part problem message line } } }',
        { subject, body },
      );
    const { previewMessageTemplate: shown } = await ask('Chez {{ organisation }}', '{{ link }}');
    expect(shown).toMatchObject({ subject: 'Chez The house maison', problems: [] });
    expect(shown['text']).toMatch(/^https:\/\//);
    expect(shown['html']).toContain('<a href="https://');
    const { previewMessageTemplate: wrong } = await ask('Hello', 'Hello');
    expect(wrong).toMatchObject({
      subject: null,
      problems: [{ part: 'body', problem: 'LinkMissing', line: null }],
    });
  });

  test('are versions, one after another, of one kind and language each', async () => {
    const text = { mailKind: 'activation', locale: 'fr', subject: 'Bonjour', body: '{{ link }}' };
    const first = await maison.admin.do('setMessageTemplate', text);
    expect(first.template).toMatchObject({ templateVersion: 1, subject: 'Bonjour' });
    const next = await maison.admin.do('setMessageTemplate', { ...text, subject: 'Salut' });
    expect(next.template).toMatchObject({ templateVersion: 2, subject: 'Salut' });
    expect(next.template.variables).toEqual(['name', 'organisation', 'link', 'until']);
    const again = await maison.admin.do('setMessageTemplate', { ...text, subject: 'Salut' });
    expect(again).toMatchObject({ position: next.position, template: { templateVersion: 2 } });
  });
});
