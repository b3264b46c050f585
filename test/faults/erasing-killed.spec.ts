import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { erasureEvents } from '@vivier/domain/events';
import {
  handSetClock,
  Sealed,
  type EventId,
  type OrganisationId,
  type PersonId,
  type Recorded,
  type Scope,
  type StreamName,
} from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import { derive } from '@vivier/runtime';
import { openHouse, silentLog, type FaultPoint, type House } from '@vivier/server';
import { child } from '../support/child.ts';
import { deposit, PASSWORD, registered, staffed, submitted } from '../support/people.ts';
import { onServers } from '../support/ground.ts';
import { cheap, running } from '../support/running.ts';
import { everything, expectWhole } from './checking.ts';

/** Where somebody's erasure is killed, and at which passing of the place. */
const ofPerson: readonly (readonly [FaultPoint, number])[] = [
  // The request itself, then each of the two facts.
  ['before-commit', 1],
  ['after-commit', 1],
  ['fenced', 1],
  ['deleted', 1],
  ['truncated', 1],
  ['erasing-keys-destroyed', 1],
  ['erasing-accounts-removed', 1],
  ['after-commit', 2],
  ['erasing-keys-recorded', 1],
  ['erasing-files-removed', 1],
  ['erasing-mails-removed', 1],
  ['erasing-tasks-removed', 1],
  ['erasing-deadlines-gone', 1],
  ['after-commit', 3],
  ['erasing-cleaning-recorded', 1],
];
const ofDossier: readonly (readonly [FaultPoint, number])[] = [
  ['fenced', 1],
  ['erasing-keys-destroyed', 1],
  ['erasing-keys-recorded', 1],
  ['erasing-tasks-removed', 1],
  ['erasing-cleaning-recorded', 1],
];

interface Person {
  readonly candidateId: string;
  readonly applicationId: string;
  readonly email: string;
}

/** A folder in which Ada and Bob have applied, and nobody runs. */
interface Before {
  readonly folder: string;
  readonly at: number;
  readonly organisationId: OrganisationId;
  readonly ada: Person;
  readonly bob: Person;
  /** In hex: what holds Ada's keys and the claim of her address, before anything happens. */
  readonly slots: readonly string[];
}
let before: Before;

const open = (folder: string): Promise<House> =>
  openHouse({
    folder,
    purpose: 'specs',
    log: silentLog,
    clock: handSetClock(before.at),
    passwordCost: cheap,
  });

const slotsOf = (folder: string, personId: string): string[] => {
  const keys = new DatabaseSync(join(folder, 'keys.sqlite'), { readOnly: true });
  const of = (table: string) => `SELECT slot FROM ${table} WHERE person = ?1`;
  const rows = keys
    .prepare(
      `SELECT hex(bytes) AS hex FROM slots WHERE id IN (${of('keys')} UNION ${of('claims')})`,
    )
    .all(personId);
  keys.close();
  return rows.map(({ hex }) => hex as string);
};

/** Something is still to be done for Ada that nobody can do: one waits, one is dead. */
const leaveTasks = async (
  { outbox, clock }: House,
  organisationId: OrganisationId,
  { candidateId, applicationId }: Person,
): Promise<void> => {
  const about = { organisationId, personId: candidateId as PersonId, task: '{}' };
  const tasks = ['candidate', 'application'].map((category) => ({
    ...about,
    effect: 'ofAnotherRelease',
    eventId: derive('left', category) as EventId,
    stream: `${category}-${category === 'candidate' ? candidateId : applicationId}` as StreamName,
  }));
  const from = await outbox.position('ofAnotherRelease');
  await outbox.take({ effect: 'ofAnotherRelease', from, to: from, tasks, due: clock.now() });
  const [first] = await outbox.due(clock.now(), 1);
  await outbox.bury(first!, 'Refused');
};

beforeAll(async () => {
  if (onServers) return;
  const day = await running();
  const maison = await staffed(day);
  const invitation = await maison.invite();
  const person = async (name: string): Promise<Person> => {
    const email = `${name.toLowerCase()}@example.org`;
    const { candidateId, client } = await registered(day, maison, invitation, {
      fullName: `${name} Exemple`,
      email,
    });
    const { applicationId, cv, revision } = await submitted(client, invitation);
    const decision = { applicationId, seenRevision: revision, documentId: cv, version: 1 };
    await maison.olu.do('refuseDocument', { ...decision, reason: `Because of ${name}.` });
    // One that no event names, and one that never arrives.
    await deposit(client, 'letter.odt');
    await client.do('requestUpload');
    return { candidateId, applicationId, email };
  };
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const { house } = day.server;
  await house.settled();
  const organisation = await house.identity.organisationBySlug(maison.slug);
  const organisationId = organisation?.organisationId as OrganisationId;
  await leaveTasks(house, organisationId, ada);
  await day.server.stop();
  const { folder } = day;
  const slots = slotsOf(folder, ada.candidateId);
  // Of the account, the dossier, three files and the address.
  expect(slots.length).toBeGreaterThanOrEqual(6);
  before = { folder, at: day.clock.now(), organisationId, ada, bob, slots };
});
afterAll(async () => {
  if (!onServers) await rm(before.folder, { recursive: true });
});

const waiting = new Set<ReturnType<typeof child>>();
// One that a failed test leaves behind would keep the run from ending.
afterAll(() => waiting.forEach((process) => process.kill('SIGKILL')));

/** A process that has loaded everything and waits to be told what to do. */
const born = () => {
  const process = child(new URL('./erasing-killed.child.mjs', import.meta.url), []);
  waiting.add(process);
  let errors = '';
  process.stderr.on('data', (piece: Buffer) => (errors += piece.toString('utf8')));
  const closed = once(process, 'close').then(([code, signal]) => {
    waiting.delete(process);
    return { end: (signal ?? code) as string | number, errors };
  });
  return (order: object) => {
    process.stdin.write(`${JSON.stringify({ ...before, ...order })}\n`);
    return closed;
  };
};
let next = onServers ? undefined : born();

const filesIn = async (folder: string) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })));
};

/** How many mails lie in the folder: about an account, and about a dossier. */
const mailsOf = async (folder: string, { candidateId, applicationId }: Person) => {
  const files = await filesIn(join(folder, 'mail'));
  const theirs = files.filter(({ path }) => path.includes(candidateId));
  const ofDossier = theirs.filter(({ path }) => path.includes(applicationId));
  return [theirs.length - ofDossier.length, ofDossier.length];
};

/** How much of what an event's person said can be read: of their account, and of their dossier. */
const readable = async (
  { vault }: House,
  events: readonly Recorded[],
  { candidateId, applicationId }: Person,
): Promise<readonly number[]> => {
  const ofStream = async (stream: string): Promise<number> => {
    const handles = events
      .filter((event) => event.stream === stream)
      .flatMap(({ data }) => Object.values(data as Record<string, unknown>))
      .filter((value): value is Sealed => value instanceof Sealed);
    const expected = {
      organisationId: before.organisationId,
      personId: candidateId as PersonId,
    };
    const values = await openHandles(
      handles.map((handle) => ({ handle, expected })),
      (blobs) => vault.open(blobs),
    );
    return values.filter((value) => typeof value === 'string').length;
  };
  return [
    await ofStream(`candidate-${candidateId}`),
    await ofStream(`application-${applicationId}`),
  ];
};

/** All that an erasure is to change, and what it is to leave alone. */
const endOf = async (folder: string) => {
  const { organisationId, ada, bob, slots } = before;
  const house = await open(folder);
  try {
    await house.settled();
    const events = await everything(house);
    expectWhole(events);
    const { vault, identity, outbox, clock } = house;
    const signsIn = ({ email }: Person) =>
      identity.signIn({ organisation: 'maison', email, password: PASSWORD }).then(
        () => true,
        () => false,
      );
    const isFenced = (scope: string) =>
      vault.mac(organisationId, ada.candidateId as PersonId, scope as Scope, 'spec', '').then(
        () => false,
        ({ name }: Error) => name === 'KeyFenced',
      );
    const found = {
      facts: events
        .filter(({ type }) => type in erasureEvents)
        .map(({ type, stream, data }) => {
          const { places = [], ...subject } = data as { places?: { place: string }[] };
          return { type, stream, subject, places: places.map(({ place }) => place) };
        }),
      readable: [await readable(house, events, ada), await readable(house, events, bob)],
      fenced: [await isFenced('account'), await isFenced(`application-${ada.applicationId}`)],
      addresses: [
        await vault.claims.holder(organisationId, ada.email),
        await vault.claims.holder(organisationId, bob.email),
      ],
      signsIn: [await signsIn(ada), await signsIn(bob)],
      tasks: [
        (await outbox.due(Number.MAX_SAFE_INTEGER, 100)).map(({ effect }) => effect),
        (await outbox.dead(100)).map(({ effect }) => effect),
      ],
      planned: (await house.dueDeadlines(clock.now() + 1e12, 100)) > 0,
      sagas: await Promise.all(
        [...house.sagas.progress.values()].map(async ({ halt }) => halt?.message),
      ),
    };
    await house.close();
    const bytes = (await filesIn(folder)).map((file) => file.bytes);
    return {
      ...found,
      documents: (await filesIn(join(folder, 'documents'))).length,
      mails: [await mailsOf(folder, ada), await mailsOf(folder, bob)],
      keysLeft: slots.filter((slot) => bytes.some((one) => one.includes(Buffer.from(slot, 'hex'))))
        .length,
    };
  } finally {
    await house.close();
  }
};

const inCopy = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-erasing-'));
  try {
    await cp(before.folder, folder, { recursive: true });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

// On servers there is no folder to copy; what their adapters do after a death has suites of its own.
const onAFolder = onServers ? describe.skip : describe;

onAFolder.each([
  ['a person', ofPerson],
  ['one dossier', ofDossier],
] as const)('GDPR 17: the erasure of %s', (whose, points) => {
  const ordered = () => ({
    candidateId: before.ada.candidateId,
    ...(whose === 'one dossier' && { applicationId: before.ada.applicationId }),
  });
  let undisturbed: Awaited<ReturnType<typeof endOf>>;

  test('comes to its end where nobody disturbs it', async () => {
    const run = next ?? born();
    next = born();
    undisturbed = await inCopy(async (folder) => {
      expect(await run({ folder, ...ordered() })).toEqual({ end: 0, errors: '' });
      return endOf(folder);
    });
    const { ada, bob } = before;
    const isWhole = whose === 'a person';
    const { facts, readable: read, ...others } = undisturbed;
    expect(facts.map(({ type, places }) => [type, places])).toEqual([
      ['KeysDestroyed', []],
      ['CopiesCleaned', isWhole ? ['files', 'mails', 'outbox'] : ['mails', 'outbox']],
    ]);
    const [[account = 0, dossier = 0] = [], bobs = []] = read;
    expect(account > 0).toBe(!isWhole);
    expect(dossier).toBe(0);
    expect(bobs.every((count) => count > 0)).toBe(true);
    expect(others).toMatchObject({
      fenced: [isWhole, true],
      addresses: [isWhole ? undefined : ada.candidateId, bob.candidateId],
      signsIn: [!isWhole, true],
      documents: isWhole ? 3 : 6,
    });
    const [[accounts = 0, dossiers = 0] = [], bobsMails = []] = others.mails;
    expect([accounts > 0, dossiers]).toEqual([!isWhole, 0]);
    expect(bobsMails.every((count) => count > 0)).toBe(true);
    if (isWhole) expect(others.keysLeft).toBe(0);
    else expect(others.keysLeft).toBe(before.slots.length - 1);
    // What was left of the dossier is gone, what was left of the account is not.
    expect(others.tasks.flat()).toEqual(isWhole ? [] : ['ofAnotherRelease']);
  });

  test.each(points)('killed at “%s” (%i.), it comes to the same end', async (point, nth) => {
    const run = next ?? born();
    next = born();
    await inCopy(async (folder) => {
      expect(await run({ folder, ...ordered(), point, nth })).toEqual({
        end: 'SIGKILL',
        errors: '',
      });
      // Whoever asked and was not answered asks again.
      if (point === 'before-commit') {
        const again = next ?? born();
        next = born();
        expect(await again({ folder, ...ordered() })).toEqual({ end: 0, errors: '' });
      }
      expect(await endOf(folder)).toEqual(undisturbed);
    });
  });
});
