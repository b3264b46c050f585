import { hitsBelow } from '../support/canaries.ts';
import { onServers } from '../support/ground.ts';
import { passUntil, settled } from '../support/passing.ts';
import { deposit, registered, staffed, type Registered, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const MARK = 'Wanda Walksix';
const words = {
  name: MARK,
  address: 'wanda.walksix@example.org',
  file: 'Walksix CV.pdf',
  phone: 'walksix-telephone',
};

let house: Running;
let maison: Staff;
let wanda: Registered;
let applicationId: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await maison.admin.do('setIncompleteDeletion', { deleteAfterDays: 30, remindBeforeDays: 7 });
  await maison.admin.do('setInformationFields', {
    fields: [{ key: 'phone', label: 'Phone', mandatory: true, justification: 'To call back.' }],
  });
});
afterAll(() => house.end());

interface Warned {
  readonly dossier: {
    readonly state: string;
    readonly deletionWarning: { readonly daysLeft: number; readonly warned: boolean } | null;
    readonly candidate: { readonly fullName: string | null } | null;
  };
}
const seen = async (): Promise<Warned['dossier']> =>
  (
    await maison.olu.ask<Warned>(
      'query D($applicationId: ID!) { dossier(applicationId: $applicationId) { state deletionWarning { daysLeft warned } candidate { fullName } } }',
      { applicationId },
    )
  ).dossier;

test('Somebody begins a dossier and does not finish it', async () => {
  const invitation = await maison.invite('Home care');
  const person = { fullName: words.name, email: words.address };
  wanda = await registered(house, maison, invitation, person);
  ({ applicationId } = await wanda.client.do('startApplication', { invitation }));
  await wanda.client.do('amendOwnInformation', {
    information: [{ key: 'phone', value: words.phone }],
  });
  const { documentId } = await deposit(wanda.client, 'CV.pdf');
  await wanda.client.do('renameDocument', { documentId, fileName: words.file });
  await wanda.client.do('selectDocument', { applicationId, item: 'cv', documentId });
  await wanda.client.do('sendMessage', { applicationId, text: `I am ${MARK}, is this enough?` });
  await settled(house);
  expect(await seen()).toEqual({
    state: 'draft',
    deletionWarning: { daysLeft: 30, warned: false },
    candidate: { fullName: MARK },
  });
});

test('A week before the end they are warned, and whoever opens the dossier sees it', async () => {
  await passUntil(house, '2026-03-24T23:00:00.000Z');
  expect((await seen()).deletionWarning).toEqual({ daysLeft: 7, warned: true });
  const { mails } = await maison.admin.ask<{
    mails: { edges: readonly { node: { kind: string } }[] };
  }>(
    'query M($candidateId: ID!) { mails(candidateId: $candidateId) { edges { node { kind } } } }',
    { candidateId: wanda.candidateId },
  );
  expect(mails.edges[0]?.node.kind).toBe('incompleteReminder');
});

test('On the day they are gone, and nothing of theirs can be read anywhere', async () => {
  await passUntil(house, '2026-03-31T22:00:00.000Z');
  expect(await seen()).toEqual({
    state: 'erased',
    deletionWarning: null,
    candidate: { fullName: null },
  });
  await expect(wanda.client.ask('{ me { role } }')).rejects.toThrow();
  if (!onServers) expect((await hitsBelow(house.folder, words)).hits).toEqual([]);
});

interface Trail {
  readonly auditTrail: {
    readonly edges: readonly {
      readonly node: { readonly event: string; readonly at: string; readonly by: { id: string } };
    }[];
  };
}
const trail = async () =>
  (
    await maison.compliance.ask<Trail>(
      'query T($candidateId: ID!) { auditTrail(candidateId: $candidateId, first: 100) { edges { node { event at by { id } } } } }',
      { candidateId: wanda.candidateId },
    )
  ).auditTrail.edges.map(({ node }) => node);

test('What happened is still told: when, by which rule, and that the keys are destroyed', async () => {
  const told = await trail();
  expect(told.map(({ event }) => event)).toEqual(
    expect.arrayContaining([
      'CandidateRegistered',
      'DocumentSelected',
      'DeletionWarned',
      'MailSent',
    ]),
  );
  expect(told.slice(-3)).toEqual([
    { event: 'SubjectErased', at: '2026-03-31T22:00:00.000Z', by: { id: 'incompleteDossier' } },
    expect.objectContaining({ event: 'KeysDestroyed' }),
    expect.objectContaining({ event: 'CopiesCleaned' }),
  ]);
});

test('A rebuild from the log brings nobody back, and tells the same history', async () => {
  const before = await trail();
  await house.server.house.rebuilder.rebuild({});
  expect(await trail()).toEqual(before);
  expect((await seen()).candidate).toEqual({ fullName: null });
  if (!onServers) expect((await hitsBelow(house.folder, words)).hits).toEqual([]);
});
