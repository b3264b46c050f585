import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRequiredArgument, type GraphQLSchema } from 'graphql';
import type { EventId, OrganisationId, PersonId, StreamName } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { administer, type House } from '@vivier/server';
import { asking, rootFields, type Given } from '../support/asking.ts';
import { hitsBelow } from '../support/canaries.ts';
import type { Client } from '../support/client.ts';
import { onServers } from '../support/ground.ts';
import {
  PASSWORD,
  registered,
  sample,
  signIn,
  staffed,
  upload,
  type Staff,
} from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';
import { schemaOf } from '../support/schema.ts';

interface Person {
  /** Stands in every value that is theirs; found nowhere by chance. */
  readonly mark: string;
  readonly client: Client;
  readonly email: string;
  readonly ids: {
    readonly candidateId: string;
    readonly applicationId: string;
    readonly documentId: string;
  };
}

/** What is said of somebody, or by them; each stands before their mark. */
const WORDS = [
  ...['Nom', 'Lebenslauf', 'Urkunde', 'Neu', 'Telefon', 'Antwort', 'Grund', 'Bemerkung'],
  ...['Frage', 'Nachricht', 'Zweifel', 'Rückgabe', 'Anlass'],
] as const;

let day: Running;
let maison: Staff;
let invitation: string;
let schema: GraphQLSchema;
afterAll(async () => {
  if (!onServers) await day.end();
});

/** Somebody applies, and is reviewed; wherever something personal is asked for, their mark is told. */
const applies = async (number: number): Promise<Person> => {
  const mark = `Kanari${number}Qzwx`;
  const said = (what: string): string => `${what} ${mark} é ${what}`;
  const email = `${mark.toLowerCase()}.adr@example.org`;
  const { candidateId, client } = await registered(day, maison, invitation, {
    fullName: said('Nom'),
    email,
  });
  const deposit = async (fileName: string, bytes: Buffer) => {
    const uploadId = await upload(client, bytes);
    return (await client.do('addDocument', { uploadId, fileName })).documentId;
  };
  const pdf = Buffer.concat([await sample('CV.pdf'), Buffer.from(`\n%${said('Inhalt')}\n`)]);
  const rtf = Buffer.from(`{\\rtf1\\ansi ${mark}\\par}`);
  await client.do('grantConsent', { textVersion: 'recruitment-1' });
  const { applicationId } = await client.do('startApplication', { invitation });
  const documentId = await deposit(`${said('Lebenslauf')}.pdf`, pdf);
  const diploma = await deposit(`${said('Diplom')}.pdf`, pdf);
  await client.do('selectDocument', { applicationId, item: 'cv', documentId });
  await client.do('selectDocument', { applicationId, item: 'diploma', documentId: diploma });
  await client.do('renameDocument', { documentId: diploma, fileName: `${said('Urkunde')}.pdf` });
  const information = [{ key: 'telephone', value: said('Telefon') }];
  await client.do('amendOwnInformation', { information });
  await client.do('declareRequirement', { applicationId, requirement: 'licence', claim: true });
  const question = { applicationId, requirement: 'why' };
  await client.do('declareRequirement', { ...question, answer: said('Antwort') });
  await client.do('submitApplication', { applicationId });
  const seen = async () => ({
    applicationId,
    seenRevision: (await dossierOf(maison.olu, applicationId)).revision,
  });
  const about = { documentId, version: 1 };
  const { olu } = maison;
  await olu.do('refuseDocument', { ...(await seen()), ...about, reason: said('Grund') });
  await olu.do('commentOnDocument', { applicationId, ...about, comment: said('Bemerkung') });
  const uploadId = await upload(client, rtf);
  await client.do('replaceDocument', { documentId, uploadId, fileName: `${said('Neu')}.rtf` });
  await client.do('sendMessage', { applicationId, text: said('Frage') });
  await olu.do('sendMessage', { applicationId, text: said('Nachricht') });
  const confirmation = { requirement: 'licence', confirmed: false, reason: said('Zweifel') };
  await olu.do('confirmRequirement', { ...(await seen()), ...confirmation });
  await client.do('requestAddressChange', { email: `${mark.toLowerCase()}.new@example.org` });
  await maison.compliance.do('openPersonalData', { candidateId, reason: said('Anlass') });
  await day.server.house.settled();
  await olu.do('returnApplication', { ...(await seen()), reason: said('Rückgabe') });
  await client.do('submitApplication', { applicationId });
  // One that arrives and is named by nothing, and one that never arrives.
  await upload(client, pdf);
  await client.do('requestUpload');
  return { mark, client, email, ids: { candidateId, applicationId, documentId } };
};

/** What is asked of everybody who applies. */
const settle = async (admin: Client): Promise<void> => {
  const justification = 'To reach you.';
  const field = { key: 'telephone', label: 'Telephone', mandatory: false, justification };
  await admin.do('setInformationFields', { fields: [field] });
  await admin.do('setRequirements', {
    requirements: [
      { key: 'why', label: 'Why here?', mandatory: false, kind: 'question' },
      { key: 'licence', label: 'Licence', mandatory: false, kind: 'claim' },
    ],
  });
  await admin.do('setFinalRejectionPolicy', { kind: 'eraseNow' });
};

/** Everything that staff can ask about one person or dossier, whatever operations there are. */
const readAll = async (
  reader: Client,
  { ids }: Person,
): Promise<Readonly<Record<string, unknown>>> => {
  const answers: Record<string, unknown> = {};
  const answered = async (as: string, name: string, given: Given): Promise<void> => {
    const { query, variables } = asking(schema, name, given);
    const { data, errors } = await reader.send<Record<string, unknown>>(query, variables);
    answers[as] = { data, errors };
  };
  for (const { root, field } of rootFields(schema))
    for (const [name, id] of Object.entries(ids)) {
      const given = { [name]: id, first: 50, format: 'JSON' };
      const isAbout = field.args.some((arg) => arg.name === name);
      const needsMore = field.args.some((arg) => isRequiredArgument(arg) && !(arg.name in given));
      if (root === 'query' && isAbout && !needsMore)
        await answered(`${field.name} by ${name}`, field.name, given);
    }
  const { mails } = await reader.ask<{ mails: { edges: { node: { mailId: string } }[] } }>(
    '{ mails(candidateId: "' + ids.candidateId + '", first: 50) { edges { node { mailId } } } }',
  );
  for (const [number, { node }] of mails.edges.entries())
    await answered(`mail ${number}`, 'mail', { mailId: node.mailId });
  return answers;
};

const rowsOf = (file: string, query: string, personId: string) => {
  const database = new DatabaseSync(join(day.folder, file), { readOnly: true });
  try {
    return database.prepare(query).all(personId);
  } finally {
    database.close();
  }
};

/** What is still planned, known or to be done by itself about somebody. */
const plansFor = ({ ids: { candidateId } }: Person): readonly unknown[] =>
  [
    'SELECT saga FROM agenda WHERE instance = ?',
    'SELECT saga FROM instances JOIN owners ON owners.number = owner WHERE instance = ?',
    'SELECT effect FROM tasks WHERE person = ?',
  ].flatMap((query) => rowsOf('work-state.sqlite', query, candidateId));

/** Files and uploads of somebody, named or not, finished or not. */
const uploadsOf = ({ ids: { candidateId } }: Pick<Person, 'ids'>): readonly string[] =>
  rowsOf(
    'documents.sqlite',
    'SELECT upload_id AS id FROM upload WHERE person_id = ?',
    candidateId,
  ).map(({ id }) => id as string);

/** The bytes that keep somebody's keys and address, and some of each of their sealed files. */
const bytesOf = async (folder: string, { ids }: Person): Promise<readonly Buffer[]> => {
  const of = (table: string) => `SELECT slot FROM ${table} WHERE person = ?1`;
  const slots = rowsOf(
    'keys.sqlite',
    `SELECT hex(bytes) AS hex FROM slots WHERE id IN (${of('keys')} UNION ${of('claims')})`,
    ids.candidateId,
  ).map(({ hex }) => Buffer.from(hex as string, 'hex'));
  const uploads = uploadsOf({ ids });
  const sealed = (await filesIn(join(folder, 'documents'))).filter(({ name }) =>
    uploads.some((id) => name.includes(id)),
  );
  expect(sealed).toHaveLength(4);
  const mails = await filesIn(join(folder, 'mail')).then((files) =>
    files.filter(({ path }) => path.includes(ids.candidateId)),
  );
  expect(mails.length).toBeGreaterThan(2);
  const all = [...slots, ...[...sealed, ...mails].map(({ bytes }) => bytes.subarray(-48))];
  // None so short that chance would find it.
  expect(all.every(({ length }) => length >= 32)).toBe(true);
  return all;
};

const filesIn = async (folder: string) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => ({
      name,
      path: join(parentPath, name),
      bytes: await readFile(join(parentPath, name)),
    })),
  );
};

/** In which files any of these bytes stand: as they are, and as text of every kind. */
const whereIn = async (folder: string, wanted: readonly Buffer[]): Promise<readonly string[]> => {
  const spelt = wanted.flatMap((bytes) => [
    bytes,
    ...(['hex', 'base64', 'base64url'] as const).map((as) => Buffer.from(bytes.toString(as))),
    Buffer.from(bytes.toString('hex').toUpperCase()),
    Buffer.from(bytes.toString('hex'), 'utf16le'),
  ]);
  const found = await filesIn(folder);
  return found
    .filter(({ bytes }) => spelt.some((one) => bytes.includes(one)))
    .map(({ name }) => name);
};

const marksOf = (people: readonly Person[]) =>
  Object.fromEntries(people.map(({ mark }) => [mark, mark]));

/** An effect of a release that is not this one has given something up about somebody. */
const leaveDead = async (
  { outbox, clock }: House,
  organisationId: OrganisationId,
  people: readonly Person[],
): Promise<void> => {
  const effect = 'ofAnotherRelease';
  const tasks = people.map(({ mark, ids: { candidateId } }) => ({
    ...{ organisationId, effect, task: '{}', personId: candidateId as PersonId },
    eventId: derive(mark) as EventId,
    stream: `candidate-${candidateId}` as StreamName,
  }));
  const from = await outbox.position(effect);
  await outbox.take({ effect, from, to: from, tasks, due: clock.now() });
  for (const entry of await outbox.due(clock.now(), 100))
    if (entry.effect === effect) await outbox.bury(entry, 'Refused');
};

const deadIn = async ({ server }: Running): Promise<readonly string[]> => {
  const answer = await administer(server.house, { do: 'listOutbox' });
  return 'done' in answer ? Object.keys(answer.done) : [];
};

// What databases and logs on servers keep is theirs to say; keys in them go with their epoch (docs/privacy.md).
const onAFolder = onServers ? test.skip : test;

onAFolder(
  'GDPR 17: of five people who are erased nothing is left; five others read on as before',
  async () => {
    day = await running();
    maison = await staffed(day);
    schema = await schemaOf(day.anybody);
    await settle(maison.admin);
    invitation = await maison.invite();
    const people: Person[] = [];
    for (let number = 1; number <= 10; number += 1) people.push(await applies(number));
    const [gone, stay] = [people.slice(0, 5), people.slice(5)];
    const { folder } = day;
    const { house } = day.server;
    await house.settled();
    const organisation = await house.identity.organisationBySlug(maison.slug);
    const organisationId = organisation?.organisationId as OrganisationId;
    await leaveDead(house, organisationId, people);
    expect(await deadIn(day)).toHaveLength(10);

    const before = await Promise.all(stay.map((person) => readAll(maison.admin, person)));
    expect(Object.keys(before[0] ?? {})).toEqual(
      expect.arrayContaining([
        ...[
          'auditTrail by applicationId',
          'auditTrail by candidateId',
          'auditTrailExport by candidateId',
        ],
        ...['candidateSpace by candidateId', 'documentAuditTrail by documentId', 'mail 0'],
        ...[
          'dossier by applicationId',
          'messages by applicationId',
          'reviewSynthesis by applicationId',
        ],
      ]),
    );
    // Before, all of it can be read by those who may, and every mark is there to be found.
    for (const person of people) {
      const all = JSON.stringify(await readAll(maison.admin, person));
      expect(WORDS.filter((what) => !all.includes(`${what} ${person.mark}`))).toEqual([]);
    }
    const bytes = (await Promise.all(gone.map((person) => bytesOf(folder, person)))).flat();
    expect(new Set(await whereIn(folder, bytes)).size).toBeGreaterThan(20);

    // By the policy, which tells them first; whatever leads to an erasure, this is what comes of it.
    for (const {
      mark,
      ids: { applicationId },
    } of gone) {
      const { revision: seenRevision } = await dossierOf(maison.olu, applicationId);
      const rejection = { applicationId, seenRevision, reason: `Ablehnung ${mark}` };
      await maison.olu.do('rejectApplicationFinally', rejection);
    }
    await house.settled();

    const nothingLeft = async (staff: Client): Promise<void> => {
      const { hits, files } = await hitsBelow(folder, marksOf(gone));
      expect(hits).toEqual([]);
      expect(files.length).toBeGreaterThan(8);
      expect(await whereIn(folder, bytes)).toEqual([]);
      expect(gone.flatMap(plansFor)).toEqual([]);
      expect(gone.flatMap(uploadsOf)).toEqual([]);
      expect(stay.every((person) => plansFor(person).length > 0)).toBe(true);
      expect(stay.map((person) => uploadsOf(person).length)).toEqual([5, 5, 5, 5, 5]);
      for (const person of gone) {
        expect(JSON.stringify(await readAll(staff, person))).not.toContain(person.mark);
        const { email } = person;
        const credentials = { organisation: maison.slug, email, password: PASSWORD };
        expect((await day.anybody.tries('signIn', credentials)).code).toBe('SignInFailed');
      }
      expect(await Promise.all(stay.map((person) => readAll(staff, person)))).toEqual(before);
      const search = '{ people(search: "Kanari", first: 20) { edges { node { fullName } } } }';
      const found = JSON.stringify((await staff.send(search)).data);
      expect(people.filter(({ mark }) => found.includes(mark))).toEqual(stay);
      expect(await deadIn(day)).toEqual(stay.map(({ mark }) => `ofAnotherRelease ${derive(mark)}`));
    };
    await nothingLeft(maison.admin);
    for (const { client } of gone)
      expect((await client.refused('{ me { role } }')).code).toMatch(
        /^(SessionEnded|NotSignedIn)$/,
      );

    // Once more when what was still in memory is written, and read again by another process.
    day = await day.again();
    await nothingLeft(await signIn(day, maison.slug, 'alix@maison.example'));
  },
);
