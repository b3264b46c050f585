import { staffed, type Staff } from '../support/people.ts';
import { passUntil, settled } from '../support/passing.ts';
import { running, type Running } from '../support/running.ts';
import { completed, configured, decide, newcomer } from './support.ts';

let house: Running;
let maison: Staff;
let candidateId: string;
let applicationId: string;
let cv: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
  const ada = await newcomer(house, maison, { fullName: 'Ada Exemple', campaign: 'Spring' });
  const { client } = ada;
  ({ candidateId } = ada);
  ({ applicationId, cv } = await completed(client, ada.invitation));
  await client.do('amendOwnInformation', { information: [{ key: 'phone', value: '=06 99' }] });
  await client.do('declareStatus', { applicationId, status: 'employee' });
  await client.do('declareStatus', { applicationId, status: 'self-employed' });
  await client.do('renameDocument', { documentId: cv, fileName: 'Ada, “CV”.pdf' });
  const { dossier } = await client.do('submitApplication', { applicationId });
  const document = { applicationId, documentId: cv, version: 1 };
  await maison.olu.do('acceptDocument', { ...document, seenRevision: dossier?.revision });
  await maison.olu.do('commentOnDocument', { ...document, comment: 'Very "good", says Noor.' });
  await maison.noor.do('assignReviewer', { applicationId, reviewerId: maison.ids.olu });
  house.clock.advance(3_600_000);
  await client.do('sendMessage', { applicationId, text: 'Any news?' });
  await decide(maison.olu, 'returnApplication', applicationId);
  await settled(house);
});
afterAll(() => house.end());

interface Entry {
  readonly event: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly by: { readonly id: string; readonly role: string; readonly name: string | null };
  readonly words: readonly { readonly name: string; readonly text: string | null }[] | null;
  readonly reason: string | null;
}
const trail = async (of: string, filter = '', reader = maison.olu): Promise<readonly Entry[]> => {
  const { data, text } = await reader.send<{ auditTrail: { edges: readonly { node: Entry }[] } }>(
    `{ auditTrail(${of}: "${of === 'candidateId' ? candidateId : applicationId}", first: 100${filter && `, filter: { ${filter} }`}) {
       edges { node { event from to by { id role name } words { name text } reason } } } }`,
  );
  if (!data) throw new Error(text);
  return data.auditTrail.edges.map(({ node }) => node);
};
const events = (entries: readonly Entry[]) => entries.map(({ event }) => event);

test('R-026: everything that happened to a dossier is told, with before and after, by whom and why', async () => {
  const told = await trail('applicationId');
  expect(
    told.flatMap(({ event, from, to, by }) =>
      by.role === 'system' ? [] : [[event, from, to, by.name]],
    ),
  ).toEqual([
    ['ApplicationStarted', null, 'draft', 'Ada Exemple'],
    ['StatusDeclared', null, 'self-employed', 'Ada Exemple'],
    ['ChecklistRecomputed', null, 'self-employed', 'Ada Exemple'],
    ['RequirementDeclared', null, 'met', 'Ada Exemple'],
    ['RequirementDeclared', null, 'met', 'Ada Exemple'],
    ['DocumentSelected', 'missing', 'submitted', 'Ada Exemple'],
    ['DocumentSelected', 'missing', 'submitted', 'Ada Exemple'],
    ['StatusDeclared', 'self-employed', 'employee', 'Ada Exemple'],
    ['ChecklistRecomputed', null, 'employee', 'Ada Exemple'],
    ['DocumentMarkedNotApplicable', 'submitted', 'notApplicable', 'Ada Exemple'],
    ['StatusDeclared', 'employee', 'self-employed', 'Ada Exemple'],
    ['ChecklistRecomputed', null, 'self-employed', 'Ada Exemple'],
    ['DocumentVerdictReset', 'notApplicable', 'submitted', 'Ada Exemple'],
    ['ApplicationSubmitted', 'draft', 'submitted', 'Ada Exemple'],
    ['DocumentAccepted', 'submitted', 'valid', 'Olu of maison'],
    ['DocumentCommented', null, null, 'Olu of maison'],
    ['ReviewerAssigned', null, maison.ids.olu, 'Noor of maison'],
    ['MessageSent', null, null, 'Ada Exemple'],
    ['ApplicationReturned', 'submitted', 'returned', 'Olu of maison'],
  ]);
});

test('R-026: of a person also what lies beside their dossiers: uploads, names of files, own information, mails', async () => {
  const told = await trail('candidateId');
  expect(events(told)).toEqual(
    expect.arrayContaining(['CandidateRegistered', 'DocumentAdded', 'DocumentRenamed', 'MailSent']),
  );
  const said = told.filter(({ event }) => event === 'OwnInformationAmended');
  // Before and after lie one behind the other.
  expect(said.map(({ words }) => words)).toEqual([
    [{ name: 'values', text: '{"phone":"0601020304"}' }],
    [{ name: 'values', text: '{"phone":"=06 99"}' }],
  ]);
});

test('R-026: it is narrowed by document, by who did it, by what it was and by time', async () => {
  expect(events(await trail('candidateId', `documentId: "${cv}"`))).toEqual([
    ...['DocumentAdded', 'DocumentSelected', 'DocumentRenamed', 'DocumentAccepted'],
    'DocumentCommented',
  ]);
  expect(events(await trail('applicationId', `actorId: "${maison.ids.noor}"`))).toEqual([
    'ReviewerAssigned',
  ]);
  expect(events(await trail('applicationId', 'events: ["ApplicationReturned"]'))).toEqual([
    'ApplicationReturned',
  ]);
  const later = events(await trail('applicationId', 'from: "2026-03-02T10:00:00Z"'));
  expect(later).toEqual(expect.arrayContaining(['MessageSent', 'ApplicationReturned']));
  const earlier = events(await trail('applicationId', 'until: "2026-03-02T10:00:00+00:00"'));
  expect(earlier).not.toContain('MessageSent');
  const bad = await maison.olu.refused(`{ auditTrail(first: 5) { edges { cursor } } }`);
  expect(bad.code).toBe('InvalidInput');
});

const exported = (format: string, reader = maison.olu): Promise<string> =>
  reader
    .ask<{ auditTrailExport: string }>(
      `{ auditTrailExport(candidateId: "${candidateId}", format: ${format}) }`,
    )
    .then(({ auditTrailExport }) => auditTrailExport);

test('R-026, R-007: it leaves as CSV that a spreadsheet opens unharmed, or as JSON', async () => {
  const csv = await exported('CSV');
  expect(csv.startsWith('\u{FEFF}at,event,byKind,')).toBe(true);
  expect(csv).toContain('"Very ""good"", says Noor."');
  expect(csv.split('\r\n').length).toBeGreaterThan(20);
  const json = JSON.parse(await exported('JSON')) as readonly { event: string; words: object }[];
  expect(json.find(({ event }) => event === 'DocumentRenamed')?.words).toEqual({
    fileName: 'Ada, “CV”.pdf',
  });
});

test('Compliance exports every fact and no name or word', async () => {
  const json = await exported('JSON', maison.compliance);
  expect(json).not.toMatch(/Ada|says Noor|06 99|Any news/);
  expect((JSON.parse(json) as readonly { event: string }[]).map(({ event }) => event)).toContain(
    'DocumentCommented',
  );
});

test('X-24: after an erasure the facts stay and the words are gone; nobody edits or removes an entry', async () => {
  const before = events(await trail('candidateId'));
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'eraseNow' });
  await decide(maison.olu, 'rejectApplicationFinally', applicationId);
  await passUntil(house, new Date(house.clock.now() + 60_000).toISOString());
  const after = await trail('candidateId');
  expect(events(after).slice(0, before.length)).toEqual(before);
  expect(JSON.stringify(after)).not.toMatch(/Ada Exemple|06 99|Any news/);
  expect(events(after).slice(-3)).toEqual(['SubjectErased', 'KeysDestroyed', 'CopiesCleaned']);
  const schema = await maison.admin.ask<{
    __schema: { mutationType: { fields: readonly { name: string }[] } };
  }>('{ __schema { mutationType { fields { name } } } }');
  expect(
    schema.__schema.mutationType.fields.filter(({ name }) => /trail|event|log/i.test(name)),
  ).toEqual([]);
});
