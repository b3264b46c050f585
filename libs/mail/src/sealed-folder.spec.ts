import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erased, type OrganisationId, type PersonId, type Scope } from '@vivier/kernel';
import type { MailContent, OutgoingMail } from './port.ts';
import { openMailFolder, type MailFolder, type MailSealing } from './sealed-folder.ts';

const organisationId = '0a900000-0000-4000-8000-000000000001' as OrganisationId;
const otherOrganisation = '0a900000-0000-4000-8000-000000000002' as OrganisationId;
const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const bob = 'b0b00000-0000-4000-8000-000000000002' as PersonId;
const account = 'account' as Scope;
const dossier = 'application-d0551e40-0000-4000-8000-000000000001' as Scope;

const mail = (mailId: string, personId = ada, scope = account): OutgoingMail => ({
  place: { organisationId, personId, scope, mailId },
  to: { name: 'Ada Lovelace', address: 'ada@example.org' },
  fromName: 'The house',
  at: 1,
  messageId: `${mailId}@recruit.example.org`,
  subject: 'Hello',
  text: 'Hello Ada',
  html: '<p>Hello Ada</p>',
});

let folder: string;
let mails: MailFolder;
const gone = new Set<string>();
const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
/** Bytes turned over: what real keys do is not what is looked at here. */
const sealing: MailSealing = {
  seal: async (_, content) => turned(Buffer.from(JSON.stringify(content))).toString('base64'),
  open: async ({ mailId }, sealed) =>
    gone.has(mailId)
      ? erased
      : (JSON.parse(turned(Buffer.from(sealed, 'base64')).toString('utf8')) as MailContent),
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-mails-'));
  mails = openMailFolder({ folder: join(folder, 'mail'), sealing });
  gone.clear();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const files = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const idsOf = async (of = organisationId): Promise<string[]> =>
  (await mails.list({ organisationId: of })).map(({ mailId }) => mailId).sort();

describe('A folder of mails', () => {
  test('is empty before the first, and nobody has to make it', async () => {
    expect(await mails.list()).toEqual([]);
    expect(await mails.read(mail('m1').place)).toBeUndefined();
    expect(await mails.removePerson(organisationId, ada)).toBe(0);
  });

  test('gives each mail back as it was, to its own organisation alone', async () => {
    await mails.handOver(mail('m1'));
    await mails.handOver(mail('m2', bob, dossier));
    expect(await idsOf()).toEqual(['m1', 'm2']);
    const { place, ...content } = mail('m1');
    expect(await mails.read(place)).toEqual(content);
    const elsewhere = { ...place, organisationId: otherOrganisation };
    expect(await mails.read(elsewhere)).toBeUndefined();
    expect(await mails.list({ organisationId, personId: ada })).toEqual([place]);
    expect(await mails.list()).toHaveLength(2);
    expect(await idsOf(otherOrganisation)).toEqual([]);
  });

  test('holds sealed files that their owner alone reads, named by ids', async () => {
    await mails.handOver(mail('m1'));
    const [file = '', ...others] = await files();
    expect(others).toEqual([]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(file).not.toMatch(/ada(?!0{5})/i);
    expect(await readFile(file, 'utf8')).not.toMatch(/Ada|example/);
  });

  test('holds one of a mail that is handed over again, and none that was cut off', async () => {
    await mails.handOver(mail('m1'));
    const [file = ''] = await files();
    await writeFile(`${file}.new`, 'half of');
    expect(await idsOf()).toEqual(['m1']);
    await mails.handOver({ ...mail('m1'), subject: 'Again' });
    expect(await files()).toEqual([file]);
    expect(await mails.read(mail('m1').place)).toMatchObject({ subject: 'Again' });
  });

  test('says of a mail whose key is gone that it was erased', async () => {
    await mails.handOver(mail('m1'));
    gone.add('m1');
    expect(await mails.read(mail('m1').place)).toBe(erased);
  });

  test('loses one dossier’s mails, or one person’s, and no others', async () => {
    await mails.handOver(mail('m1'));
    await mails.handOver(mail('m2', ada, dossier));
    await mails.handOver(mail('m3', bob, dossier));
    expect(await mails.removeScope(organisationId, ada, dossier)).toBe(1);
    expect(await idsOf()).toEqual(['m1', 'm3']);
    expect(await mails.removePerson(organisationId, ada)).toBe(1);
    expect(await mails.removePerson(organisationId, ada)).toBe(0);
    expect(await idsOf()).toEqual(['m3']);
  });

  test('is left by no name', async () => {
    await writeFile(join(folder, 'outside'), 'x');
    await expect(mails.handOver(mail('../../../../outside'))).rejects.toThrow(RangeError);
    await expect(mails.read(mail('../../outside').place)).rejects.toThrow(RangeError);
    expect(() => mails.removePerson(organisationId, '..' as PersonId)).toThrow(RangeError);
    expect(await readFile(join(folder, 'outside'), 'utf8')).toBe('x');
  });
});
