import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { DEMO_PASSWORD } from '@vivier/server';
import { hitsBelow, hitsIn, spellings } from '../support/canaries.ts';
import { child, runToEnd } from '../support/child.ts';
import { Client, put } from '../support/client.ts';
import { mutationText } from '../support/operations.ts';
import { sample, upload } from '../support/people.ts';
import { dossierOf, trailOf } from '../support/reading.ts';

/** One for every place where something about a person is typed or sent; found nowhere by chance. */
const canaries = {
  name: 'Zoë Qvistmark-Hjørring',
  email: 'zqk.kanarie.adr@example.org',
  password: 'Vq7-geheimes-Losungswort',
  staffName: 'Ølüf Wqstkanari',
  staffEmail: 'wq.kanari.staff@example.org',
  staffPassword: 'Xk3-anderes-Losungswort',
  fileName: 'Lebenslauf Qzkanari.pdf',
  secondFileName: 'Nachreichung Wxkanari.rtf',
  pdfContent: 'PdfInhaltKanarienvogel',
  rtfContent: 'RtfInhaltKanarienvogel',
  refusedContent: 'AbgewiesenerInhaltKanari',
  reason: 'Grund Kanariengelb: zweite Seite fehlt',
  comment: 'Bemerkung Kanariengrün am Rande',
  overrideReason: 'Ausnahme Kanarienblau bewilligt',
  returnReason: 'Rückgabe Kanarienrot zur Korrektur',
  rejectReason: 'Ablehnung Kanarienweiss endgültig',
  information: 'Rufnummer Kanarienschwarz',
  answer: 'Antwort Kanariengrau auf die Frage',
  message: 'Nachricht Kanarienbraun im Gespräch',
  correction: 'Berichtigung Kanarienlila im Gespräch',
  mistyped: 'VertippterKanarienwert',
};

const main = new URL('../../apps/cli/src/main.ts', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-canaries-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The real program, as `npm start` runs it, with all that it writes to either output. */
const serving = async () => {
  const env = { HOST: '127.0.0.1', PORT: '0', VIVIER_DATA: join(folder, 'data') };
  const server = child(main, ['serve'], env);
  let output = '';
  const ready = new Promise<{ url: string; invitation: string }>((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      output += piece.toString('utf8');
      const [, url] = /Vivier runs at (http:\S+)/.exec(output) ?? [];
      const [, invitation] = /\/invitations\/([\w-]+)/.exec(output) ?? [];
      if (url && invitation && output.includes('Ctrl-C')) resolve({ url, invitation });
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('close', () => reject(new Error(`The program ended: ${output}`)));
  });
  return {
    env,
    ...(await ready),
    output: () => output,
    stop: async (): Promise<number | null> => {
      const closed = once(server, 'close');
      server.kill('SIGTERM');
      return ((await closed) as [number | null])[0];
    },
  };
};

const signedIn = async (url: string, email: string, password: string): Promise<Client> => {
  const input = { organisation: 'demo', email, password };
  return new Client(url, (await new Client(url).do('signIn', input)).accessToken);
};

/** The whole way of a dossier, with a marked value wherever one is asked for. */
const tour = async (url: string, invitation: string): Promise<void> => {
  const anybody = new Client(url);
  const { name: fullName, email, password } = canaries;
  await anybody.do('registerCandidate', { invitation, fullName, email, password });
  const zoe = await signedIn(url, email, password);
  const olu = await signedIn(url, canaries.staffEmail, canaries.staffPassword);

  const admin = await signedIn(url, 'admin@demo.example', DEMO_PASSWORD);
  // Who is finally rejected is kept, and with them what would else be erased at once.
  await admin.do('setFinalRejectionPolicy', { kind: 'archive' });
  const asked = { label: 'Asked', mandatory: true };
  await admin.do('setInformationFields', {
    fields: [{ ...asked, key: 'phone', justification: 'To be called.' }],
  });
  await admin.do('setRequirements', {
    requirements: [{ ...asked, key: 'motivation', kind: 'question' }],
  });

  await zoe.do('grantConsent', { textVersion: 'recruitment-1' });
  const { information, answer, message, correction } = canaries;
  await zoe.do('amendOwnInformation', { information: [{ key: 'phone', value: information }] });
  const { applicationId } = await zoe.do('startApplication', { invitation });
  const pdf = Buffer.concat([await sample('CV.pdf'), Buffer.from(`\n%${canaries.pdfContent}\n`)]);
  const rtf = Buffer.from(`{\\rtf1\\ansi ${canaries.rtfContent}\\par}`);
  const deposited = async (fileName: string, bytes: Buffer) =>
    (await zoe.do('addDocument', { uploadId: await upload(zoe, bytes), fileName })).documentId;
  const cv = await deposited(canaries.fileName, pdf);
  const diploma = await deposited(canaries.fileName, pdf);
  await zoe.do('selectDocument', { applicationId, item: 'cv', documentId: cv });
  await zoe.do('selectDocument', { applicationId, item: 'diploma', documentId: diploma });
  await zoe.do('declareRequirement', { applicationId, requirement: 'motivation', answer });
  await zoe.do('sendMessage', { applicationId, text: message });
  await olu.do('sendMessage', { applicationId, text: correction });
  await zoe.do('submitApplication', { applicationId });

  const seen = async () => ({
    applicationId,
    seenRevision: (await dossierOf(olu, applicationId)).revision,
  });
  const first = { documentId: diploma, version: 1 };
  await olu.do('refuseDocument', { ...(await seen()), ...first, reason: canaries.reason });
  await olu.do('commentOnDocument', { applicationId, ...first, comment: canaries.comment });
  await zoe.do('replaceDocument', {
    documentId: diploma,
    uploadId: await upload(zoe, rtf),
    fileName: canaries.secondFileName,
  });
  // The dossier follows its document by itself; whoever decides before is told that it changed.
  const hasFollowed = async (): Promise<boolean> =>
    (await trailOf(olu, diploma)).some(({ event }) => event === 'DocumentRepinned');
  while (!(await hasFollowed()));
  await olu.do('returnApplication', { ...(await seen()), reason: canaries.returnReason });
  await zoe.do('submitApplication', { applicationId });
  const { overrideReason, rejectReason } = canaries;
  await olu.do('acceptApplication', { ...(await seen()), overrideReason });

  // The words come back to those who may read them: they are kept, and only sealed.
  const trail = await trailOf(olu, diploma);
  expect(trail.map(({ reason }) => reason)).toContain(canaries.reason);
  expect(trail.map(({ comment }) => comment)).toContain(canaries.comment);
  expect(trail[0]?.by.name).toBe(canaries.name);
  const { url: address } = await zoe.do('requestDownload', { documentId: diploma, version: 2 });
  expect(Buffer.from(await (await fetch(address)).arrayBuffer())).toEqual(rtf);
  const told = await zoe.send(
    'query Told($id: ID!) { dossier(applicationId: $id) { requirements { answer } } messages(applicationId: $id) { edges { node { text } } } candidateSpace { information { value } } }',
    { id: applicationId },
  );
  for (const said of [information, answer, message, correction]) expect(told.text).toContain(said);
  await olu.do('rejectApplicationFinally', { ...(await seen()), reason: rejectReason });
};

/** What people get wrong, each with a marked value in it. */
const mistakes = async (url: string, invitation: string): Promise<void> => {
  const { mistyped, name, email, password, refusedContent } = canaries;
  const anybody = new Client(url);
  const zoe = await signedIn(url, email, password);
  const answers = [
    await anybody.send(mutationText('signIn'), {
      input: { organisation: 'demo', email, password: mistyped },
    }),
    await anybody.send(mutationText('registerCandidate'), {
      input: { invitation, fullName: name, email, password },
    }),
    await anybody.send(mutationText('registerCandidate'), {
      input: { invitation, fullName: name, email: mistyped, password },
    }),
    await zoe.send(mutationText('requestDownload'), {
      input: { documentId: mistyped, version: mistyped },
    }),
    await zoe.send(`{ me { role } } "${mistyped}"`),
    await zoe.send(`{ dossier(applicationId: "${mistyped}") { state } }`),
    await new Client(url, mistyped).send('{ me { role } }'),
  ];
  const { url: address } = await zoe.do('requestUpload');
  const refused = await put(address, Buffer.from(refusedContent.repeat(500)));
  const texts = [...answers.map(({ text }) => text), refused.text];
  for (const path of [
    `/${mistyped}`,
    `/uploads/${mistyped}`,
    `/downloads/${mistyped}`,
    `/invitations/${mistyped}`,
  ])
    texts.push(await (await fetch(url + path)).text());
  texts.push(
    await (
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{ "query": "${mistyped}`,
      })
    ).text(),
  );
  for (const text of texts) expect(hitsIn('answer', Buffer.from(text), canaries)).toEqual([]);
};

test('GDPR 32, X-24: no personal value is readable in any file, nor in what the program writes', async () => {
  const server = await serving();
  const added = await runToEnd(
    main,
    [
      ...['user', 'add', '--organisation', 'demo', '--role', 'operator'],
      ...['--email', canaries.staffEmail, '--name', canaries.staffName],
    ],
    { env: server.env, input: `${canaries.staffPassword}\n` },
  );
  expect(added.code).toBe(0);
  await tour(server.url, server.invitation);
  await mistakes(server.url, server.invitation);

  // While it runs, when the write-ahead files are full, and once it has stopped.
  const data = server.env.VIVIER_DATA;
  const live = await hitsBelow(data, canaries);
  expect(live.hits).toEqual([]);
  expect(live.files).toEqual(
    expect.arrayContaining(['log.sqlite', 'read-models.sqlite', 'keys.sqlite', 'accounts.sqlite']),
  );
  expect(await server.stop()).toBe(0);
  const still = await hitsBelow(data, canaries);
  expect(still.hits).toEqual([]);
  expect(still.files.filter((file) => file.startsWith('documents/'))).toHaveLength(3);

  const output = server.output() + added.output;
  expect(output).toContain('Stopped.');
  expect(hitsIn('output', Buffer.from(output), canaries)).toEqual([]);
  // Nobody else's either, but for the demo's own, which everybody knows.
  expect(output).toContain(DEMO_PASSWORD);
}, 120_000);

test('The search bites: a planted value is found in every spelling, wherever it begins', async () => {
  const planted = await mkdtemp(join(tmpdir(), 'vivier-planted-'));
  const wanted = { name: canaries.name };
  const noise = Buffer.from('something before it ');
  for (const [index, { how, bytes }] of spellings(canaries.name).entries()) {
    const file = `${index}.bin`;
    await writeFile(join(planted, file), Buffer.concat([noise, bytes, noise]));
    expect((await hitsBelow(planted, wanted)).hits).toContainEqual({
      where: file,
      what: 'name',
      how,
    });
    await rm(join(planted, file));
  }
  for (const shift of [0, 1, 2]) {
    const text = Buffer.from(`${'x'.repeat(shift)}${canaries.name} and more`).toString('base64');
    expect(hitsIn('text', Buffer.from(text), wanted)).not.toEqual([]);
  }
  await writeFile(join(planted, `${canaries.staffEmail}.log`), '');
  expect((await hitsBelow(planted, canaries)).hits).toContainEqual({
    where: 'file names',
    what: 'staffEmail',
    how: 'as it is',
  });
  expect((await hitsBelow(planted, { other: 'nobody wrote this' })).hits).toEqual([]);
  await rm(planted, { recursive: true });
});
