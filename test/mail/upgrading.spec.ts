import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedEventStore } from '@vivier/event-store';
import { smtpForTests, type SmtpForTests } from '@vivier/mail/contract';
import { onServers } from '../support/ground.ts';
import { registered, signIn, staffed, submitted, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let smtp: SmtpForTests;
let vivier: Running;
let maison: Staff;
beforeEach(async () => {
  smtp = await smtpForTests();
  vivier = await running({ smtpUrl: smtp.url });
  maison = await staffed(vivier);
});
afterEach(async () => {
  await vivier.end();
  await smtp.close();
});

const zoe = { fullName: 'Zoë d’Été', email: 'zoe@example.org' };
/** Somebody applied. */
const arrives = async () => {
  const invitation = await maison.invite('Été 2027');
  const { client } = await registered(vivier, maison, invitation, zoe);
  const dossier = await submitted(client, invitation);
  await vivier.server.house.settled();
  return dossier;
};

/** The server stops, its folder becomes what an earlier release left, and this release starts on it. */
const upgraded = async (earlier: (folder: string) => void | Promise<void>): Promise<void> => {
  const { folder } = vivier;
  const at = vivier.clock.now();
  await vivier.server.stop();
  await earlier(folder);
  vivier = await running({ folder, at, smtpUrl: smtp.url });
  const { house } = vivier.server;
  await house.settled();
  await house.ticker.tick();
  await house.settled();
};

/** As if its release had known no mails: nothing of the effect is written down. */
const withoutMails = (folder: string): void => {
  const database = new DatabaseSync(join(folder, 'work-state.sqlite'));
  const { changes } = database
    .prepare(`DELETE FROM positions WHERE saga LIKE 'effect:sendMail%'`)
    .run();
  database.close();
  expect(changes).toBe(2);
};

const LATER = /^(?:ActivationRequested|SpaceOpened|MailSent)\./;

/**
 * As if its release had known neither links nor limited spaces: the log holds what people did, and no
 * saga has read any of it.
 */
const withoutActivation = async (folder: string): Promise<void> => {
  const file = join(folder, 'log.sqlite');
  const earlierFile = join(folder, 'earlier.sqlite');
  const from = await openEmbeddedEventStore({ file });
  const to = await openEmbeddedEventStore({ file: earlierFile });
  const leftOut = new Set<string>();
  const revisions = new Map<string, number>();
  for await (const page of from.readAll())
    for (const { organisationId, stream, id, type, contentType, data, metadata } of page) {
      if (LATER.test(type)) {
        leftOut.add(type.split('.')[0] ?? '');
        continue;
      }
      const record = { id, type, contentType, data, metadata };
      const { revision } = await to.append(
        organisationId,
        stream,
        revisions.get(stream) ?? 'none',
        [record],
      );
      revisions.set(stream, revision);
    }
  await from.close();
  await to.close();
  expect([...leftOut].sort()).toEqual(['ActivationRequested', 'MailSent', 'SpaceOpened']);
  await rename(earlierFile, file);
  for (const derived of ['work-state.sqlite', 'read-models.sqlite'])
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(folder, `${derived}${suffix}`), { force: true });
};

// On servers these positions lie elsewhere; the suite of the effects' beginnings looks at both.
const onAFolder = onServers ? test.skip : test;

onAFolder(
  'An installation that is older than its mails writes to nobody about what is old',
  async () => {
    await arrives();
    const before = smtp.received.length;
    await upgraded(withoutMails);
    expect(smtp.received).toHaveLength(before);
    const { slug: organisation } = maison;
    await vivier.anybody.do('requestPasswordReset', { organisation, email: zoe.email });
    await vivier.server.house.settled();
    expect(smtp.received).toHaveLength(before + 1);
  },
);

onAFolder(
  'R-030: whoever was accepted before acceptances wrote mails hears nothing of it, until they ask',
  async () => {
    const { applicationId, revision: seenRevision } = await arrives();
    const overrideReason = 'Seen on paper.';
    await maison.olu.do('acceptApplication', { applicationId, seenRevision, overrideReason });
    await vivier.server.house.settled();
    const before = smtp.received.length;
    await upgraded(withoutActivation);
    expect(smtp.received).toHaveLength(before);

    const client = await signIn(vivier, maison.slug, zoe.email);
    await client.do('requestActivation', {});
    await vivier.server.house.settled();
    expect(smtp.received.slice(before).map(({ to, email }) => [to, email.subject])).toEqual([
      [[zoe.email], 'Activez votre compte chez The house maison'],
    ]);
  },
);
