import { onServer } from '@vivier/mongodb/contract';
import { Client } from '../support/client.ts';
import { connected, reading } from '../support/feed.ts';
import {
  PASSWORD,
  registered,
  sample,
  signIn,
  submitted,
  upload,
  type Registered,
} from '../support/people.ts';
import { installation, ready, type Installation, type Program } from '../support/programs.ts';
import { dossierOf, trailOf } from '../support/reading.ts';

const dossierQuestion = 'query Read($id: ID!) { dossier(applicationId: $id) { applicationId } }';
const everything =
  '{ dossiers(first: 50) { edges { node { applicationId state revision candidate { fullName } } } } }';

/** Asks until the answer is as it should be: other processes have their own pace. */
const until = async <T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> => {
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
  }
};

/** Time as it is: processes of their own have no other. */
const clock = { now: () => Date.now() };

onServer('Vivier in one process for each role', () => {
  let house: Installation;
  let api: readonly [Program, Program];
  let projector: Program;
  let scheduler: Program;
  let invitation: string;
  let ada: Registered;
  const at = ({ url }: Program) => ({ anybody: new Client(url), clock }) as never;
  const staff = (program: Program, name: string) =>
    signIn(at(program), 'maison', `${name}@maison.example`);

  beforeAll(async () => {
    house = await installation();
    projector = await house.serve('projector');
    scheduler = await house.serve('scheduler');
    api = [await house.serve('api'), await house.serve('api')];
    for (const program of [projector, scheduler, ...api]) await ready(program);
    await house.vivier(['organisation', 'create', '--slug', 'maison', '--name', 'Maison']);
    for (const [role, name] of [
      ['admin', 'alix'],
      ['operator', 'olu'],
    ] as const)
      await house.vivier(
        [
          ...['user', 'add', '--organisation', 'maison', '--role', role, '--name', name],
          ...['--email', `${name}@maison.example`],
        ],
        `${PASSWORD}\n`,
      );
    const alix = await staff(api[0], 'alix');
    await alix.do('setChecklist', {
      items: [
        { key: 'cv', label: 'Curriculum vitae', required: true },
        { key: 'diploma', label: 'Diploma', required: true },
      ],
    });
    invitation = (await alix.do('createInvitation', { campaign: 'Home care' })).invitation.token;
    ada = await registered(at(api[0]), { slug: 'maison' }, invitation, {
      fullName: 'Ada Exemple',
      email: 'ada@example.org',
    });
  }, 240_000);
  afterAll(() => house.end(), 60_000);

  test('What is written through one process is read through another, as soon as it is written', async () => {
    const { applicationId, cv } = await submitted(ada.client, invitation);
    const olu = await staff(api[1], 'olu');
    const { revision } = await dossierOf(olu, applicationId);
    const accepted = await olu.do('acceptDocument', {
      applicationId,
      documentId: cv,
      version: 1,
      seenRevision: revision,
    });
    const elsewhere = await staff(api[0], 'olu');
    const { reviewSynthesis } = await elsewhere.ask<{ reviewSynthesis: { entries: unknown } }>(
      `query Read($id: ID!, $position: Position!) {
        reviewSynthesis(applicationId: $id, atLeast: $position) { entries { item state } } }`,
      { id: applicationId, position: accepted.position },
    );
    expect(reviewSynthesis.entries).toEqual([
      { item: 'cv', state: 'valid' },
      { item: 'diploma', state: 'submitted' },
    ]);
  }, 120_000);

  test('An integrator is told of what happens by the process that has the feed', async () => {
    const feed = await house.serve('feed');
    await ready(feed);
    await house.vivier(
      [
        ...['user', 'add', '--organisation', 'maison', '--role', 'integrator', '--name', 'ivo'],
        ...['--email', 'ivo@maison.example'],
      ],
      `${PASSWORD}\n`,
    );
    const { token } = await staff(api[0], 'ivo');
    const connection = connected(new Client(feed.url, token));
    const { find, told } = reading(connection);
    const submission = await find(({ type }) => type === 'ApplicationSubmitted');
    expect(submission.aggregate).toBe('application');
    expect(told[0]?.type).toBe('ChecklistSet');
    expect(JSON.stringify(told)).not.toContain('Exemple');
    await connection.dispose();
    await feed.kill();
  }, 120_000);

  test('A process answers what its roles are for, and tells its health in any case', async () => {
    for (const { url } of [projector, scheduler]) {
      const { status, text } = await new Client(url).send('{ __typename }');
      expect([status, text]).toEqual([404, expect.stringContaining('NotServedHere')]);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    }
  });

  test('Two schedulers at once do everything once', async () => {
    const second = await house.serve('scheduler');
    await ready(second);
    const olu = await staff(api[1], 'olu');
    for (let round = 0; round < 2; round += 1) {
      const cas = await registered(at(api[round % 2]!), { slug: 'maison' }, invitation, {
        fullName: 'Cas Exemple',
        email: `cas${round}@example.org`,
      });
      const { cv, applicationId } = await submitted(cas.client, invitation);
      const uploadId = await upload(cas.client, await sample('letter.odt'));
      await cas.client.do('replaceDocument', { documentId: cv, uploadId, fileName: 'CV.odt' });
      const trail = await until(
        () => trailOf(olu, cv),
        (found) => found.some(({ event }) => event === 'DocumentRepinned'),
      );
      expect(trail.filter(({ event }) => event === 'DocumentRepinned')).toHaveLength(1);
      expect((await dossierOf(olu, applicationId)).revision).toBeGreaterThan(0);
    }
    await second.kill();
    for (const program of [scheduler, second]) expect(program.logged()).not.toContain('"level":50');
  }, 240_000);

  test('A projector that slept beyond its lease writes nothing when it wakes, and another goes on', async () => {
    const standby = await house.serve('projector');
    const olu = await staff(api[0], 'olu');
    const signed = () =>
      registered(at(api[0]), { slug: 'maison' }, invitation, {
        fullName: 'Bo Exemple',
        email: `bo${(people += 1)}@example.org`,
      });
    let people = 0;
    const visibleDossier = async (client: Client): Promise<string> => {
      const { applicationId } = await submitted(client, invitation);
      await until(
        () => olu.send<{ dossier: unknown }>(dossierQuestion, { id: applicationId }),
        ({ data }) => Boolean(data?.dossier),
      );
      return applicationId;
    };
    await visibleDossier((await signed()).client);

    projector.pause();
    const made = await visibleDossier((await signed()).client);
    expect(standby.logged()).toContain('This process keeps the read models up with the log.');
    projector.wake();
    const later = await visibleDossier((await signed()).client);

    const read = async (): Promise<unknown> => (await olu.send(everything)).data;
    const before = await read();
    for (const id of [made, later]) expect(JSON.stringify(before)).toContain(id);
    const told = await house.vivier(['rebuild']);
    expect(told).toMatch(/^dossier: rebuilt, answers\.$/m);
    expect(await read()).toEqual(before);
    expect(projector.logged()).not.toContain('"level":50');
  }, 240_000);

  test('A projector that is killed is replaced by the one that stands by', async () => {
    const third = await house.serve('projector');
    for (const program of [projector, third]) expect(program.url).not.toBe('');
    await projector.kill('SIGKILL');
    const dee = await registered(at(api[1]), { slug: 'maison' }, invitation, {
      fullName: 'Dee Exemple',
      email: 'dee@example.org',
    });
    const { applicationId } = await submitted(dee.client, invitation);
    const olu = await staff(api[1], 'olu');
    await until(
      () => olu.send<{ dossier: unknown }>(dossierQuestion, { id: applicationId }),
      ({ data }) => Boolean(data?.dossier),
    );
    await ready(api[0]);
  }, 120_000);
});
