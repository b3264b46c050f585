import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onOwnServer, ownServer, type OwnServer } from '@vivier/mongodb/contract';
import { MortalServer } from '../faults/mortal-server.ts';
import { drawing, isLong, seed } from '../faults/seeded.ts';
import { Client, type Refusal } from '../support/client.ts';
import { mutationText } from '../support/operations.ts';
import { CHECKLIST, PASSWORD, registered, signIn, submitted } from '../support/people.ts';
import { installationOn, ready, type Installation, type Program } from '../support/programs.ts';
import { trailQuery, type TrailPage } from '../support/reading.ts';

const kills = isLong ? 50 : 3;
jest.setTimeout(isLong ? 3_600_000 : 300_000);

const clock = { now: () => Date.now() };

/** What may be answered while a server is away; each says that the same may be sent again. */
const passing = new Set(['StoreUnavailable', 'NotYetVisible']);

onOwnServer(`Servers that are killed under Vivier (seed ${seed})`, () => {
  let folder: string;
  let eventStore: MortalServer;
  let mongo: OwnServer;
  let house: Installation;
  let program: Program;
  let olu: Client;
  let document: Readonly<Record<'applicationId' | 'documentId', string>> & { version: number };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-killed-'));
    eventStore = new MortalServer(join(folder, 'eventstore.sqlite'));
    mongo = await ownServer();
    await mongo.start();
    house = await installationOn({
      folder,
      eventStoreUrl: await eventStore.start(),
      mongoUrl: mongo.url.replace('/?', '/vivier?'),
    });
    program = await house.serve('api', 'projector', 'scheduler', 'feed');
    await house.vivier(['organisation', 'create', '--slug', 'maison', '--name', 'Maison']);
    await house.vivier(
      [
        ...['user', 'add', '--organisation', 'maison', '--role', 'admin', '--name', 'Alix'],
        ...['--email', 'alix@maison.example'],
      ],
      `${PASSWORD}\n`,
    );
    await house.vivier(
      [
        ...['user', 'add', '--organisation', 'maison', '--role', 'operator', '--name', 'Olu'],
        ...['--email', 'olu@maison.example'],
      ],
      `${PASSWORD}\n`,
    );
    await ready(program);
    const at = { anybody: new Client(program.url), clock } as never;
    const alix = await signIn(at, 'maison', 'alix@maison.example');
    await alix.do('setChecklist', { items: CHECKLIST });
    const { token } = (await alix.do('createInvitation', { campaign: 'Home care' })).invitation;
    const ada = await registered(at, { slug: 'maison' }, token, {
      fullName: 'Ada Exemple',
      email: 'ada@example.org',
    });
    const { applicationId, cv: documentId } = await submitted(ada.client, token);
    document = { applicationId, documentId, version: 1 };
    olu = await signIn(at, 'maison', 'olu@maison.example');
  });
  afterAll(async () => {
    await house.end();
    await eventStore.kill();
    eventStore.close();
    await mongo.end();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends the same until it is taken, and tells what was answered before. */
  const insisting = async <T>(
    client: Client,
    query: string,
    variables: Readonly<Record<string, unknown>>,
    answers: Refusal['extensions'][],
  ): Promise<T> => {
    for (;;) {
      const { data, errors } = await client.send<T>(query, variables);
      if (errors.length === 0 && data) return data;
      answers.push(...errors.map(({ extensions }) => extensions));
    }
  };

  test.each([
    ['event store', () => ({ kill: () => eventStore.kill(), start: () => eventStore.start() })],
    ['database', () => ({ kill: () => mongo.kill(), start: () => mongo.start() })],
  ])('The %s comes back, and nothing was lost or done twice', async (what, server) => {
    const draw = drawing(seed);
    const answers: Refusal['extensions'][] = [];
    const comments: string[] = [];
    for (let round = 0; round < kills; round += 1) {
      const { kill, start } = server();
      const before = draw(4);
      for (let sent = 0; sent < 8; sent += 1) {
        const comment = `${what} ${round}-${sent}`;
        comments.push(comment);
        const input = { ...document, comment, commandId: randomUUID() };
        const sending = insisting(olu, mutationText('commentOnDocument'), { input }, answers);
        if (sent === before) {
          await kill();
          await start();
        }
        await sending;
      }
      await ready(program);
    }
    for (const { code } of answers) expect(passing).toContain(code);

    const { documentId } = document;
    const told: (string | null)[] = [];
    const next = async (after: string | null): Promise<void> => {
      const variables = { documentId, first: 100, after };
      const page = await insisting<TrailPage>(olu, trailQuery, variables, []);
      const { edges, pageInfo } = page.documentAuditTrail;
      told.push(...edges.map(({ node }) => node.comment));
      if (pageInfo.hasNextPage) await next(pageInfo.endCursor);
    };
    // What follows the log comes after it by itself.
    while (told.filter((comment) => comments.includes(comment ?? '')).length < comments.length) {
      told.length = 0;
      await next(null);
    }
    expect(told.filter((comment) => comment?.startsWith(what))).toEqual(comments);
    const { status, agenda, outbox } = (await (
      await fetch(`${program.url}/health/ready`)
    ).json()) as Record<string, unknown>;
    expect({ status, agenda, outbox }).toEqual({
      status: 'ready',
      agenda: { failing: 0 },
      outbox: { dead: 0 },
    });
  });
});
