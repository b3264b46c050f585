import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FileId } from '@vivier/files';
import { handSetClock, type EventId, type OrganisationId, type Scope } from '@vivier/kernel';
import { administer, silentLog, start, type Server } from '@vivier/server';
import { openEventStoreDb, type StoredRecord } from '@vivier/event-store';
import { Client } from './client.ts';
import type { Servers } from './ground.ts';
import { PASSWORD, sample, signIn, upload } from './people.ts';
import { dossierOf, synthesisOf, trailQuery, type TrailPage } from './reading.ts';
import { cheap, MORNING, type Running } from './running.ts';
import { twoHouses } from './two-houses.ts';

/** Starts the product on a folder, and on servers beside it where they are named. */
export const startedOn = async (
  folder: string,
  servers: Partial<Servers> = {},
  demo = false,
): Promise<Running & { readonly stop: () => Promise<void> }> => {
  const clock = handSetClock(MORNING);
  const server = await start({
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    clock,
    passwordCost: cheap,
    log: silentLog,
    demo,
    requestsPerSecond: 0,
    ...servers,
  });
  const none = () => Promise.reject(new Error('It is started once.'));
  const anybody = new Client(server.url);
  return { server, folder, clock, anybody, again: none, end: none, stop: () => server.stop() };
};

/** What was put into a folder through the API. */
export interface Filled {
  readonly organisationId: OrganisationId;
  readonly candidateId: string;
  readonly applicationId: string;
  /** Of Ada's documents: one whose file is erased comes last. */
  readonly documents: readonly string[];
  readonly erased: { readonly personId: string; readonly uploadId: string };
}

/** Gives up a task of an effect, as it is given up after a day of failures. */
const giveUp = async ({ house }: Server, organisationId: OrganisationId): Promise<void> => {
  const { outbox } = house;
  const effect = 'keepDocument';
  const position = await outbox.position(effect);
  const fileId = 'f4b7a2c0-0000-4000-8000-000000000000' as FileId;
  const eventId = '0d1f7a4e-0000-4000-8000-000000000000' as EventId;
  const task = { organisationId, effect, eventId, task: JSON.stringify({ fileId }) };
  const batch = { effect, from: position, to: position, tasks: [task], due: 1 };
  await outbox.take(batch);
  await outbox.bury({ ...task, attempts: 11, due: 1, failure: undefined }, 'StoreFull');
};

/**
 * Two organisations with people in every role, a dossier that was decided on and a document that was
 * replaced; one person and one file erased, one account disabled, one task given up.
 */
export const filled = async (running: Running): Promise<Filled> => {
  const { server } = running;
  const { house } = server;
  const { maison, ada, adas, bos, documents } = await twoHouses(running);
  const organisation = await house.identity.organisationBySlug(maison.slug);
  const organisationId = organisation!.organisationId;
  await house.settled();
  const replacement = await upload(ada.client, await sample('CV.rtf'));
  await ada.client.do('replaceDocument', {
    documentId: documents.cv,
    uploadId: replacement,
    fileName: 'newer.rtf',
  });
  const uploadId = await upload(ada.client, await sample('letter.odt'));
  const { documentId } = await ada.client.do('addDocument', { uploadId, fileName: 'letter.odt' });
  await house.settled();
  const person = (id: string) => id as never;
  await house.vault.destroyScope(
    organisationId,
    person(ada.candidateId),
    `file-${uploadId}` as Scope,
  );
  await house.vault.destroyPerson(organisationId, person(bos.candidateId));
  await house.identity.disableAccount(organisationId, maison.ids.noor as never);
  await giveUp(server, organisationId);
  return {
    organisationId,
    candidateId: ada.candidateId,
    applicationId: adas.applicationId,
    documents: [documents.cv, documents.diploma, documentId],
    erased: { personId: bos.candidateId, uploadId },
  };
};

const downloaded = async (client: Client, documentId: string): Promise<unknown> => {
  const { url } = await client.do('requestDownload', { documentId, version: 1 });
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  return response.status === 200
    ? { status: 200, sha256: hash('sha256', bytes) }
    : { status: response.status, text: bytes.toString('utf8') };
};

const everything = `{ dossiers(first: 50) { edges { node {
  applicationId state revision candidate { candidateId fullName email }
  items { key documentId document { version fileName contentHash } } } } } }`;

/** What somebody reads, and what they are told instead where they may not. */
const read = async (reader: Client, query: string): Promise<unknown> => {
  const { data, errors } = await reader.send(query);
  return { data, errors };
};

/** What people of every role are told by a server; positions are each store's own. */
export const answersOf = async (running: Running, filled: Filled): Promise<unknown> => {
  const { server, anybody } = running;
  await server.house.settled();
  const { applicationId, candidateId, documents } = filled;
  const as = (name: string, slug = 'maison') => signIn(running, slug, name);
  const [olu, charlie, ada] = await Promise.all([
    as('olu@maison.example'),
    as('charlie@maison.example'),
    as('ada@example.org'),
  ]);
  const elsewhere = await as('olu@elsewhere.example', 'elsewhere');
  const told: unknown[] = [];
  for (const reader of [olu, charlie, elsewhere]) told.push(await read(reader, everything));
  told.push(await dossierOf(olu, applicationId), await synthesisOf(olu, applicationId));
  for (const reader of [olu, charlie])
    for (const documentId of documents) {
      const { data, errors } = await reader.send<TrailPage>(trailQuery, { documentId, first: 100 });
      const entries = data?.documentAuditTrail.edges.map(({ node }) => ({ ...node, position: '' }));
      told.push(entries, errors);
    }
  const space = `{ candidateSpace { candidateId fullName email
    documents { documentId versions { version fileName size } } } }`;
  told.push(await read(ada, space), candidateId);
  for (const documentId of documents) told.push(await downloaded(ada, documentId));
  told.push(
    await anybody.tries('signIn', {
      organisation: 'maison',
      email: 'noor@maison.example',
      password: PASSWORD,
    }),
  );
  told.push(await administer(server.house, { do: 'listOutbox' }));
  return told;
};

/** The records of a log on a server, without what is the server's own. */
export const recordsOn = async (eventStoreUrl: string): Promise<readonly unknown[]> => {
  const store = await openEventStoreDb({ address: eventStoreUrl });
  try {
    const records: unknown[] = [];
    for await (const page of store.readAll()) records.push(...page.map(contentOf));
    return records;
  } finally {
    await store.close();
  }
};

export const contentOf = (record: StoredRecord): unknown => [
  record.id,
  record.type,
  record.organisationId,
  record.stream,
  record.revision,
  Buffer.from(record.data).toString('base64'),
  Buffer.from(record.metadata).toString('base64'),
];

/** The files of a folder that a move must leave as they are, by their hashes. */
export const untouched = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const hashes: Record<string, string> = {};
  for (const name of ['log', 'keys', 'accounts', 'documents', 'work-state']) {
    const database = new DatabaseSync(join(folder, `${name}.sqlite`), { readOnly: true });
    const tables = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .all();
    const rows = tables.map(({ name: table }) => [
      table,
      database.prepare(`SELECT * FROM "${String(table)}"`).all(),
    ]);
    database.close();
    const text = JSON.stringify(rows, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    );
    hashes[name] = hash('sha256', text);
  }
  for (const name of ['master-keys.json', 'erased.jsonl', 'issuer-key.json'])
    hashes[name] = hash('sha256', await readFile(join(folder, name)));
  return hashes;
};
