import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { child } from '../support/child.ts';
import { Client } from '../support/client.ts';
import { serverSettings } from '../support/ground.ts';
import { registered, sample, signIn, staffed, submitted, upload } from '../support/people.ts';
import { dossierOf, synthesisOf, trailOf, type TrailEntry } from '../support/reading.ts';
import { running } from '../support/running.ts';

const program = new URL('./9-crash-twice.child.ts', import.meta.url);
const REPLACED_AT = '2026-03-04T10:00:00.000Z';

/** Runs the product in a process that dies around the append of `DocumentRepinned`. */
const dying = async (folder: string, at: string, when: 'before' | 'after') => {
  const process = child(program, [folder, at, when], await serverSettings(folder));
  let said = '';
  process.stderr.on('data', (piece: Buffer) => {
    said += piece.toString('utf8');
  });
  const death = once(process, 'close').then(([, signal]) => `${signal as string}${said}`);
  const line = once(createInterface(process.stdout), 'line').then(([text]) => text as string);
  const url = Promise.race([line, death.then((how) => Promise.reject(new Error(how)))]);
  url.catch(() => undefined);
  return { url, death };
};

test('Killed after a document was replaced, and again after the dossier followed, nothing is lost or doubled', async () => {
  const day = await running();
  const maison = await staffed(day);
  const invitation = await maison.invite();
  const email = 'ada@example.org';
  const ada = await registered(day, maison, invitation, { fullName: 'Ada Exemple', email });
  const { applicationId, cv } = await submitted(ada.client, invitation);
  const { revision } = await dossierOf(maison.olu, applicationId);
  await maison.olu.do('acceptDocument', {
    applicationId,
    documentId: cv,
    version: 1,
    seenRevision: revision,
  });
  await day.server.stop();
  const { folder } = day;

  // The process dies between the event in the vault and the one in the dossier.
  const first = await dying(folder, REPLACED_AT, 'before');
  const anybody = new Client(await first.url);
  const clock = { ...day.clock, now: () => Date.parse(REPLACED_AT) };
  const there = await signIn({ anybody, clock }, maison.slug, email);
  const uploadId = await upload(there, await sample('letter.odt'));
  const replacing = { documentId: cv, uploadId, fileName: 'CV.odt', commandId: randomUUID() };
  // Whether the answer came before the end is chance: who does not know sends it again.
  await there.do('replaceDocument', replacing).catch(() => undefined);
  expect(await first.death).toBe('SIGKILL');

  // The next one goes on by itself, and dies when the dossier has followed and nobody has noted it.
  const second = await dying(folder, '2026-03-04T11:00:00.000Z', 'after');
  expect(await second.death).toBe('SIGKILL');

  const third = await running({ folder, at: Date.parse('2026-03-04T12:00:00.000Z') });
  await third.server.house.settled();
  const again = await signIn(third, maison.slug, email);
  const repeated = await again.do('replaceDocument', replacing);
  expect(repeated.document?.versions.map(({ version }) => version)).toEqual([1, 2]);
  await third.server.house.settled();

  const olu = await signIn(third, maison.slug, 'olu@maison.example');
  const trail = await trailOf(olu, cv);
  const told = ({ event, at, version, from, to, by }: TrailEntry) => ({
    event,
    at,
    version,
    from,
    to,
    by: by.name ?? by.id,
  });
  const before = trail.slice(0, 3);
  expect(before.map(({ event }) => event)).toEqual([
    'DocumentAdded',
    'DocumentSelected',
    'DocumentAccepted',
  ]);
  const [replaced, repinned] = trail.slice(3);
  const bySaga = { at: '2026-03-04T11:00:00.000Z', version: 2, by: 'changedDocument' };
  expect(trail.slice(3).map(told)).toEqual([
    {
      event: 'DocumentReplaced',
      at: REPLACED_AT,
      version: 2,
      from: null,
      to: null,
      by: 'Ada Exemple',
    },
    { ...bySaga, event: 'DocumentRepinned', from: 'valid', to: 'valid' },
    { ...bySaga, event: 'DocumentVerdictReset', from: 'valid', to: 'submitted' },
  ]);
  expect(replaced?.commandId).toBe(replacing.commandId);
  expect(repinned?.causationId).toBe(replaced?.eventId);

  const { entries } = await synthesisOf(olu, applicationId);
  expect(entries[0]).toMatchObject({ item: 'cv', state: 'submitted', version: 2, verdict: null });
  expect(await (await fetch(`${third.server.url}/health/ready`)).json()).toMatchObject({
    status: 'ready',
    agenda: { failing: 0 },
    outbox: { dead: 0 },
  });

  // Later starts have nothing to add.
  const head = await third.server.house.store.head();
  const fourth = await third.again();
  await fourth.server.house.settled();
  await fourth.server.house.ticker.tick();
  await fourth.server.house.settled();
  expect(await fourth.server.house.store.head()).toBe(head);
  await fourth.end();
}, 300_000);
