import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  erased,
  FailedForGood,
  type OrganisationId,
  type PersonId,
  type Scope,
} from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { administer } from '@vivier/server';
import { child, runToEnd } from '../support/child.ts';
import {
  PASSWORD,
  registered,
  sample,
  signIn,
  staffed,
  upload,
  type Staff,
} from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let house: Running;
let maison: Staff;
let organisationId: OrganisationId;
beforeEach(async () => {
  house = await running();
  maison = await staffed(house);
  const [organisation] = await house.server.house.identity.organisations();
  organisationId = organisation?.organisationId as OrganisationId;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await house.end();
});

/** Time passes, and what falls due is done. */
const pass = async (ms: number): Promise<void> => {
  house.clock.advance(ms);
  await house.server.house.ticker.tick();
  await house.server.house.settled();
};

const readiness = async (): Promise<unknown> =>
  (await fetch(`${house.server.url}/health/ready`)).json();

describe('The claim on an address', () => {
  const email = 'ada@example.org';

  /** What a registration leaves when its process dies before the event. */
  const leftBehind = async (): Promise<PersonId> => {
    const { vault, identity, clock } = house.server.house;
    const personId = derive('left behind') as PersonId;
    await vault.claims.claim(organisationId, email, personId, clock.now());
    await identity.addAccount({
      accountId: personId as never,
      organisationId,
      personId,
      role: 'candidate',
      email,
      password: PASSWORD,
    });
    return personId;
  };

  test('without a registration goes after 15 minutes, with the account that was made for it', async () => {
    const personId = await leftBehind();
    const { claims } = house.server.house.vault;
    await pass(15 * MINUTE - 1);
    expect(await claims.holder(organisationId, email)).toBe(personId);
    await signIn(house, maison.slug, email);

    await pass(MINUTE);
    expect(await claims.holder(organisationId, email)).toBeUndefined();
    const credentials = { organisation: maison.slug, email, password: PASSWORD };
    expect(await house.anybody.tries('signIn', credentials)).toMatchObject({
      code: 'SignInFailed',
    });
    const ada = await registered(house, maison, await maison.invite(), {
      fullName: 'Ada Exemple',
      email,
    });
    expect(ada.candidateId).not.toBe(personId);
  });

  test('with a registration in the log stays, though the process died before it was confirmed', async () => {
    const { vault, outbox } = house.server.house;
    const confirming = jest
      .spyOn(vault.claims, 'confirm')
      .mockRejectedValue(new FailedForGood('As if it had died.'));
    const ada = await registered(house, maison, await maison.invite(), {
      fullName: 'Ada Exemple',
      email,
    });
    await house.server.house.settled();
    expect(await outbox.dead(10)).toMatchObject([{ effect: 'confirmAddress' }]);
    confirming.mockRestore();
    const waiting = () => vault.claims.unconfirmed(Number.MAX_SAFE_INTEGER);
    expect(await waiting()).toMatchObject([{ personId: ada.candidateId }]);

    await pass(16 * MINUTE);
    expect(await waiting()).toEqual([]);
    expect(await vault.claims.holder(organisationId, email)).toBe(ada.candidateId);
    await signIn(house, maison.slug, email);
  });
});

describe('An upload', () => {
  const ada = async () =>
    registered(house, maison, await maison.invite(), {
      fullName: 'Ada Exemple',
      email: 'ada@example.org',
    });
  const keyOf = (personId: string, uploadId: string) =>
    house.server.house.vault.fileKey(
      organisationId,
      personId as PersonId,
      `file-${uploadId}` as Scope,
    );

  test('that no event names goes after 24 hours, and its key with it', async () => {
    const { candidateId, client } = await ada();
    const uploadId = await upload(client, await sample('CV.pdf'));
    const owner = {
      organisationId,
      personId: candidateId as PersonId,
      uploadId: uploadId as never,
    };
    await pass(22 * HOUR);
    expect(await house.server.house.files.uploaded(owner)).toBeDefined();
    await pass(2 * HOUR);
    expect(await house.server.house.files.uploaded(owner)).toBeUndefined();
    expect(await keyOf(candidateId, uploadId)).toBe(erased);
    expect(await client.tries('addDocument', { uploadId, fileName: 'CV.pdf' })).toMatchObject({
      code: 'UploadUnknown',
    });
  });

  test('that an event names stays, though the process died before the store was told', async () => {
    const { files, outbox } = house.server.house;
    const keeping = jest
      .spyOn(files, 'keep')
      .mockRejectedValue(new FailedForGood('As if it died.'));
    const { candidateId, client } = await ada();
    const uploadId = await upload(client, await sample('CV.pdf'));
    const { documentId } = await client.do('addDocument', { uploadId, fileName: 'CV.pdf' });
    await house.server.house.settled();
    expect(await outbox.dead(10)).toMatchObject([{ effect: 'keepDocument' }]);
    keeping.mockRestore();

    await pass(25 * HOUR);
    await pass(25 * HOUR);
    expect(await keyOf(candidateId, uploadId)).not.toBe(erased);
    const { url } = await client.do('requestDownload', { documentId, version: 1 });
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(await sample('CV.pdf'));
  });
});

describe('What an effect gave up', () => {
  const main = new URL('../../apps/cli/src/main.ts', import.meta.url);
  const vivier = (...args: string[]) =>
    runToEnd(main, args, { env: { VIVIER_DATA: house.folder } });

  test('is told by readiness and by the command line, which has it done again', async () => {
    const { vault } = house.server.house;
    const confirming = jest
      .spyOn(vault.claims, 'confirm')
      .mockRejectedValue(new FailedForGood('As if it had died.'));
    await registered(house, maison, await maison.invite(), {
      fullName: 'Ada Exemple',
      email: 'ada@example.org',
    });
    await house.server.house.settled();
    expect(await readiness()).toMatchObject({ status: 'ready', outbox: { dead: 1 } });
    const listed = await vivier('outbox', 'list');
    const [line = ''] = listed.output.split('\n');
    expect(line).toMatch(/^confirmAddress \S+ {2}FailedForGood at attempt 1$/);

    confirming.mockRestore();
    const [, eventId = ''] = line.split(' ');
    expect(await vivier('outbox', 'retry', 'confirmAddress', eventId)).toEqual({
      code: 0,
      output: 'It is tried again.\n',
    });
    expect(await vault.claims.unconfirmed(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(await readiness()).toMatchObject({ outbox: { dead: 0 } });
    expect(await vivier('outbox', 'retry', 'confirmAddress', eventId)).toEqual({
      code: 1,
      output: expect.stringContaining('There is no such task among the dead.') as string,
    });
  }, 60_000);
});

test('A saga or an effect that stands still makes the program not ready, and is named', async () => {
  const halt = { position: 3 as never, message: 'Stopped by a test.', remedy: 'End the test.' };
  house.server.house.effects.progress.get('keepDocument')?.haltAt(halt);
  house.server.house.sagas.progress.get('changedDocument')?.haltAt(halt);
  const answer = await fetch(`${house.server.url}/health/ready`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    {
      status: 'halted',
      halted: [
        { name: 'changedDocument', ...halt },
        { name: 'keepDocument', ...halt },
      ],
    },
  ]);
});

describe('`vivier clock`', () => {
  const main = new URL('../../apps/cli/src/main.ts', import.meta.url);
  const DAY = 24 * HOUR;

  test('moves the time of a running demo, and what is then stays after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vivier-demo-'));
    const env = { VIVIER_DATA: folder, PORT: '0', HOST: '127.0.0.1' };
    const vivier = (...args: string[]) => runToEnd(main, args, { env });
    const instantOf = (output: string): number =>
      Date.parse(/^It is now (\S+)\.$/m.exec(output)?.[1] ?? output);
    const begun = Date.now();

    const server = child(main, ['serve'], env);
    const ended = once(server, 'close');
    for await (const line of createInterface(server.stdout))
      if (line.startsWith('Vivier runs at')) break;
    server.stdout.resume();
    const moved = await vivier('clock', 'P30D');
    expect(moved).toMatchObject({ code: 0 });
    // Local days: one of them may be an hour shorter or longer than the others.
    expect(instantOf(moved.output)).toBeGreaterThan(begun + 29 * DAY);
    const refused = await vivier('clock', 'soon');
    expect(refused).toEqual({
      code: 1,
      output: expect.stringContaining('This is not a period to move on by.') as string,
    });
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);

    const later = await vivier('clock', 'PT1H');
    expect(later).toMatchObject({ code: 0 });
    expect(instantOf(later.output)).toBeGreaterThanOrEqual(instantOf(moved.output) + HOUR);
    await rm(folder, { recursive: true });
  }, 120_000);

  test('is refused where a real organisation lives', async () => {
    const before = house.server.house.clock.now();
    const { code, output } = await runToEnd(main, ['clock', 'P30D'], {
      env: { VIVIER_DATA: house.folder },
    });
    expect([code, output]).toEqual([
      1,
      'Only the time of a demo can be moved, and this folder holds real organisations. ' +
        'Start another folder for the demo with VIVIER_DATA.\n',
    ]);
    expect(house.server.house.clock.now()).toBe(before);
  }, 60_000);

  test('does on its way what falls due', async () => {
    const demo = await running({ demo: true });
    const { vault, identity, clock } = demo.server.house;
    const [organisation] = await identity.organisations();
    const { organisationId: demoId } = organisation as { readonly organisationId: OrganisationId };
    const personId = derive('left behind in the demo') as PersonId;
    await vault.claims.claim(demoId, 'ada@example.org', personId, clock.now());
    const before = clock.now();
    const answer = await administer(demo.server.house, { do: 'moveClock', period: 'PT1H' });
    expect(answer).toEqual({ done: { now: new Date(before + HOUR).toISOString() } });
    expect(await vault.claims.holder(demoId, 'ada@example.org')).toBeUndefined();
    await demo.end();
  });
});
