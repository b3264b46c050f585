import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock, documentsOf } from '@vivier/runtime';
import { START } from '@vivier/kernel';
import { auditTrail, projections } from '@vivier/projections';
import { openEmbeddedReadStore } from '@vivier/read-store';
import { DEMO_PASSWORD, openHouse, silentLog } from '@vivier/server';
import { makeSeeded } from '../bench/seed/folder.ts';
import { child, runToEnd } from '../support/child.ts';
import { Client } from '../support/client.ts';
import { endServersOf, onServers, serverSettings, serversOf } from '../support/ground.ts';
import { dossierFields, synthesisFields } from '../support/operations.ts';
import { registered, signIn, submitted } from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import type { Running } from '../support/running.ts';

const vivier = new URL('../../apps/cli/src/main.ts', import.meta.url);
const heldServer = new URL('./8-rebuild.child.ts', import.meta.url);
const PATIENCE = 120_000;

/** More than a page of the log; in a folder, more than is written in one go. */
const DOSSIERS = onServers ? 110 : 900;
/** After so many pages the rebuild is held. */
const PAGES = onServers ? 1 : 8;

let folder: string;
let servers: Awaited<ReturnType<typeof serversOf>>;
let settings: Awaited<ReturnType<typeof serverSettings>>;
const started: ReturnType<typeof child>[] = [];
/** Of the log when it is rebuilt first: more than are written in one go. */
let events: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-rebuild-'));
  servers = await serversOf(folder);
  settings = await serverSettings(folder);
  events = await makeSeeded(folder, DOSSIERS, servers);
}, PATIENCE);
afterAll(async () => {
  for (const process of started) process.kill('SIGKILL');
  await endServersOf(folder);
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({ ...settings, VIVIER_DATA: folder, PORT: '0', HOST: '127.0.0.1' });
const run = (program: URL, args: readonly string[]) => {
  const process = child(program, args, environment());
  started.push(process);
  return process;
};

/** Reads what a process says until a line is as it should be; throws where it ends before. */
const heard = async (
  process: ReturnType<typeof child>,
  wanted: (line: string) => boolean,
): Promise<string> => {
  for await (const line of createInterface({ input: process.stdout }))
    if (wanted(line)) return line;
  throw new Error('It ended without saying so.');
};

/** The collection that a projection answers from until it is rebuilt. */
const firstOf = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name}_${version}`;

/** Every read document of the folder's organisations, by projection, as it is stored. */
const documentsIn = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
  const house = await openHouse({ folder, ...servers, purpose: 'test', log: silentLog });
  // The lease of a projector that was killed ends after some seconds.
  while ([...house.projecting()].length === 0) await nextTurn();
  await house.settled();
  const found: Record<string, string[]> = {};
  for (const { organisationId } of await house.identity.organisations())
    for (const projection of projections) {
      const documents = documentsOf(house.readStore, organisationId, projection);
      const all = await documents.find({}, { sort: { _id: 1 } });
      (found[projection.name] ??= []).push(...all.map((document) => JSON.stringify(document)));
    }
  await house.close();
  return found;
};

/** The read store alone: whoever projects would tidy it up. */
const readStoreIn = async () => {
  if (onServers)
    return openHouse({ folder, ...servers, purpose: 'test', log: silentLog, roles: [] });
  const readStore = await openEmbeddedReadStore({ file: join(folder, 'read-models.sqlite') });
  return { readStore, close: () => readStore.close() };
};

/** The collections that lie in the folder, and from which of them each projection answers. */
const collectionsIn = async () => {
  const { readStore, close } = await readStoreIn();
  const current = await Promise.all(projections.map(({ name }) => readStore.current(name)));
  const all = [...(await readStore.collections())].sort();
  const positions = Object.fromEntries(
    await Promise.all(all.map(async (name) => [name, await readStore.position(name)] as const)),
  );
  await close();
  return { current, all, positions };
};

const operator = (url: string): Promise<Client> => {
  const running = { anybody: new Client(url), clock: systemClock } as unknown as Running;
  return signIn(running, 'demo', 'operator@demo.example', DEMO_PASSWORD);
};
const question = `query Read($applicationId: ID!) {
  dossiers(first: 5) { edges { node { ${dossierFields} candidate { fullName } } } }
  dossier(applicationId: $applicationId) { ${dossierFields} candidate { fullName } }
  reviewSynthesis(applicationId: $applicationId) { ${synthesisFields} } }`;

let applicationId: string;
/** What the API shows, and what lies below it, from which nothing may differ any more. */
let answer: unknown;
let documents: Awaited<ReturnType<typeof documentsIn>>;

test(
  'A server that is killed in the middle of a rebuild has answered all the while, and loses nothing',
  async () => {
    const server = run(heldServer, [folder, String(PAGES)]);
    const { url, demoInvitation } = JSON.parse(await heard(server, () => true)) as {
      readonly url: string;
      readonly demoInvitation: string;
    };
    const running = { anybody: new Client(url), clock: systemClock } as unknown as Running;
    const person = { fullName: 'Noa Exemple', email: 'noa@example.org' };
    const { client: noa } = await registered(running, { slug: 'demo' }, demoInvitation, person);
    const made = await submitted(noa, demoInvitation);
    ({ applicationId } = made);
    const olu = await operator(url);

    const rebuild = run(vivier, ['rebuild']);
    let complaint = '';
    rebuild.stderr.on('data', (piece: Buffer) => (complaint += piece.toString('utf8')));
    const ended = once(rebuild, 'close');
    expect(events).toBeGreaterThan(PAGES * 1_000 + 100);
    await heard(rebuild, (line) => line.startsWith(`reviewSynthesis: ${PAGES},000 events `));

    // It stands still there; the world does not.
    const { revision } = await olu.do('acceptDocument', {
      applicationId,
      seenRevision: (await dossierOf(olu, applicationId)).revision,
      documentId: made.cv,
      version: 1,
    });
    answer = await olu.ask(question, { applicationId });
    expect(answer).toMatchObject({
      dossier: { revision, candidate: { fullName: 'Noa Exemple' } },
      reviewSynthesis: { entries: [{ state: 'valid' }, { state: 'submitted' }, {}] },
    });

    server.kill('SIGKILL');
    expect(await ended).toEqual([1, null]);
    expect(complaint).toContain('The server stopped before it answered.');

    const { current, all, positions } = await collectionsIn();
    expect(current).toEqual(projections.map(firstOf));
    expect(all).toEqual(
      projections.flatMap((one) => [firstOf(one), `${firstOf(one)}_2`]).toSorted(),
    );
    // Many of the new documents are not there, and some are, where there was more than is written at once.
    const half = positions[`${firstOf(auditTrail)}_2`];
    expect(half).toBeGreaterThanOrEqual(onServers ? START : 5_000);
    expect(half).toBeLessThan(positions[firstOf(auditTrail)] ?? 0);
    documents = await documentsIn();
    expect(documents['dossier']).toHaveLength(DOSSIERS + 1);
    // The next start has put away what was half-built.
    expect((await collectionsIn()).all).toEqual(projections.map(firstOf).sort());
  },
  PATIENCE,
);

test(
  'Without a server the command line rebuilds all of it itself: the same documents, byte for byte',
  async () => {
    const { code, output } = await runToEnd(vivier, ['rebuild'], { env: environment() });
    expect([code, output]).toEqual([0, expect.stringMatching(/^dossier: rebuilt, answers\.$/m)]);
    for (const { name } of projections)
      expect(output).toMatch(new RegExp(`^${name}: [\\d,]+ events \\(100 %`, 'm'));
    const { current, all } = await collectionsIn();
    expect(current).toEqual(projections.map((one) => `${firstOf(one)}_2`));
    expect(all).toEqual([...current].sort());
    expect(await documentsIn()).toEqual(documents);
  },
  PATIENCE,
);

test(
  'A running server rebuilds one of them while every question is answered alike',
  async () => {
    const server = run(vivier, ['serve']);
    const said = await heard(server, (line) => line.startsWith('Vivier runs at '));
    const [, url = ''] = /^Vivier runs at (\S+)/.exec(said) ?? [];
    const olu = await operator(url);
    expect(await olu.ask(question, { applicationId })).toEqual(answer);

    let rebuilding = true;
    const asking = (async () => {
      let asked = 0;
      for (; rebuilding; asked += 1)
        expect(await olu.ask(question, { applicationId })).toEqual(answer);
      return asked;
    })();
    const { code, output } = await runToEnd(vivier, ['rebuild', 'dossier'], { env: environment() });
    rebuilding = false;
    expect(await asking).toBeGreaterThan(0);
    expect([code, output]).toEqual([0, expect.stringMatching(/^dossier: rebuilt, answers\.$/m)]);
    expect(output).not.toContain('candidateSpace');
    expect(await olu.ask(question, { applicationId })).toEqual(answer);

    const gone = once(server, 'close');
    server.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
    expect((await collectionsIn()).current).toEqual(
      projections.map((one) => `${firstOf(one)}_${one.name === 'dossier' ? 3 : 2}`),
    );
    expect(await documentsIn()).toEqual(documents);
  },
  PATIENCE,
);
