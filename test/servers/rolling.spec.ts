import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onServer } from '@vivier/mongodb/contract';
import { MongoClient } from 'mongodb';
import { Client } from '../support/client.ts';
import { endServersOf, newServersOf, type Servers } from '../support/ground.ts';
import { PASSWORD, registered, signIn } from '../support/people.ts';
import { installationOn, ready, type Installation, type Program } from '../support/programs.ts';

/** Time as it is: processes of their own have no other. */
const clock = { now: () => Date.now() };

const TOO_OLD =
  'The log was written by a newer version of the program (it may hold InvitationCreated.v2): start that version.';

onServer('A release that is rolled out over one that runs', () => {
  let folder: string;
  let servers: Servers;
  let today: Installation;
  let next: Installation;
  /** Two processes of today's release. */
  let first: Program;
  let second: Program;
  let newer: Program;
  const at = ({ url }: Program) => ({ anybody: new Client(url), clock }) as never;
  const admin = (program: Program) => signIn(at(program), 'maison', 'alix@maison.example');
  const health = async ({ url }: Program) =>
    (await (await fetch(`${url}/health/ready`)).json()) as { readonly status: string };
  const candidate = (program: Program, invitation: string) =>
    registered(at(program), { slug: 'maison' }, invitation, {
      fullName: 'Ada Exemple',
      email: `${randomUUID()}@example.org`,
    });
  /** As if it had given no sign of life for a while. */
  const holdToBeGone = async (roles: readonly string[]): Promise<void> => {
    const client = await MongoClient.connect(servers.mongoUrl);
    const rows = client.db().collection('work_processes');
    const { matchedCount } = await rows.updateOne({ roles }, { $set: { until: new Date(0) } });
    await client.close();
    expect(matchedCount).toBe(1);
  };
  /** The same command each time that it is sent. */
  const winter = { campaign: 'Winter', commandId: randomUUID() };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-rolling-'));
    servers = await newServersOf(folder);
    today = await installationOn({ folder, ...servers });
    const program = new URL('./next-release.child.ts', import.meta.url);
    next = await installationOn({ folder, ...servers, program });
    first = await today.serve();
    second = await today.serve('api', 'scheduler');
    newer = await next.serve();
    for (const one of [first, second, newer]) await ready(one);
    await today.vivier(['organisation', 'create', '--slug', 'maison', '--name', 'Maison']);
    await today.vivier(
      [
        ...['user', 'add', '--organisation', 'maison', '--role', 'admin', '--name', 'Alix'],
        ...['--email', 'alix@maison.example'],
      ],
      `${PASSWORD}\n`,
    );
  }, 240_000);
  afterAll(async () => {
    await next.end();
    await today.end();
    await endServersOf(folder);
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test('writes nothing that those could not read, and takes everything else as they do', async () => {
    const alix = await admin(newer);
    expect(await alix.tries('createInvitation', winter)).toMatchObject({
      code: 'UpgradeInProgress',
      retry: 'later',
      details: { event: 'InvitationCreated.v2' },
    });
    const items = [{ key: 'cv', label: 'Curriculum vitae', required: true }];
    expect((await alix.do('setChecklist', { items })).checklistVersion).toBe(1);
    const earlier = await admin(first);
    const { invitation } = await earlier.do('createInvitation', { campaign: 'Autumn' });
    // The newer one reads what the older one wrote.
    for (const program of [newer, second]) await candidate(program, invitation.token);
    expect(newer.logged()).toContain('"event":"InvitationCreated.v2"');
    for (const program of [first, second]) expect((await health(program)).status).toBe('ready');
  }, 120_000);

  test('waits for each one of them', async () => {
    await first.kill();
    const alix = await admin(newer);
    expect((await alix.tries('createInvitation', winter)).code).toBe('UpgradeInProgress');
  }, 120_000);

  test('goes on without one that is heard of no more, which says so when it wakes and changes nothing', async () => {
    second.pause();
    await holdToBeGone(['api', 'scheduler']);
    const alix = await admin(newer);
    const { invitation, position } = await alix.do('createInvitation', winter);
    expect((await alix.do('createInvitation', winter)).position).toBe(position);
    second.wake();
    while ((await health(second)).status !== 'halted');
    expect(await health(second)).toMatchObject({
      halted: expect.arrayContaining([
        expect.objectContaining({
          message:
            'The log holds InvitationCreated.v2, newer than this program reads: start a newer one.',
        }),
      ]) as unknown,
    });
    const late = await admin(second);
    expect(await late.tries('createInvitation', { campaign: 'Spring' })).toMatchObject({
      code: 'UpgradeNeeded',
      details: { event: 'InvitationCreated.v2' },
    });
    await second.kill();
    await candidate(newer, invitation.token);
    expect((await health(newer)).status).toBe('ready');
  }, 120_000);

  test('once it has written, is the oldest that starts', async () => {
    await expect(today.serve()).rejects.toThrow(TOO_OLD);
    const asked = today.vivier(['organisation', 'create', '--slug', 'autre', '--name', 'Autre']);
    await expect(asked).rejects.toThrow(`ended with 1: ${TOO_OLD}`);
    const another = await next.serve('api');
    await ready(another);
    const alix = await admin(another);
    await alix.do('createInvitation', { campaign: 'Summer' });
    await expect(
      next.vivier(['organisation', 'create', '--slug', 'autre', '--name', 'Autre']),
    ).resolves.toContain('autre');
  }, 240_000);
});
