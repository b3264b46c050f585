import type { Client } from '../support/client.ts';
import { registered, staffed, submitted, type Staff } from '../support/people.ts';
import { trailQuery } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ada: Client;
let adaId: string;
let applicationId: string;
let cv: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  ({ client: ada, candidateId: adaId } = await registered(house, maison, invitation, person));
  const dossier = await submitted(ada, invitation);
  ({ applicationId, cv } = dossier);
  const document = { applicationId, documentId: cv, version: 1 };
  await maison.olu.do('commentOnDocument', { ...document, comment: 'A note among ourselves.' });
  await maison.olu.do('refuseDocument', {
    ...document,
    seenRevision: dossier.revision,
    reason: 'The second page is missing.',
  });
});
afterAll(() => house.end());

interface Told {
  readonly code: string;
  readonly path: string;
}

const told = async (who: Client, query: string) => {
  const { data, errors } = await who.send<Record<string, unknown>>(query, {});
  const refused: Told[] = errors.map(({ extensions: { code }, path = [] }) => ({
    code,
    path: path.join('.'),
  }));
  return { data, refused };
};

const synthesis = () =>
  `{ reviewSynthesis(applicationId: "${applicationId}") { entries {
    state verdict { at reason by { role name } } comments { comment } document { fileName } } } }`;

test('A candidate reads the reason of a verdict, and neither the reviewer’s name nor their remarks', async () => {
  const { data, refused } = await told(ada, synthesis());
  expect(data).toMatchObject({
    reviewSynthesis: {
      entries: [
        {
          state: 'refused',
          verdict: { reason: 'The second page is missing.', by: { role: 'operator', name: null } },
          comments: null,
          document: { fileName: 'CV.pdf' },
        },
        { state: 'submitted', verdict: null, comments: null },
        { state: 'missing', verdict: null, comments: null },
      ],
    },
  });
  const at = 'reviewSynthesis.entries';
  expect(refused.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
    [`${at}.0.comments`, `${at}.0.verdict.by.name`, `${at}.1.comments`, `${at}.2.comments`].map(
      (path) => ({ code: 'NotYoursToOpen', path }),
    ),
  );
  expect((await ada.refused(trailQuery, { documentId: cv })).code).toBe('NotAllowed');
  expect((await ada.refused('{ dossiers { edges { cursor } } }')).code).toBe('NotAllowed');
});

test('A reviewer reads names, words and remarks', async () => {
  const { data, refused } = await told(maison.noor, synthesis());
  expect(refused).toEqual([]);
  expect(data).toMatchObject({
    reviewSynthesis: {
      entries: [
        {
          verdict: { reason: 'The second page is missing.', by: { name: 'Olu of maison' } },
          comments: [{ comment: 'A note among ourselves.' }],
        },
        {},
        {},
      ],
    },
  });
});

test('A compliance officer reads every fact and no name or word about a person', async () => {
  const { data, refused } = await told(
    maison.compliance,
    `{ dossiers { edges { node { applicationId state revision candidate { candidateId fullName email } } } }
       documentAuditTrail(documentId: "${cv}") { edges { node { event from to by { role name } reason comment } } } }`,
  );
  expect(data).toMatchObject({
    dossiers: {
      edges: [
        {
          node: {
            applicationId,
            state: 'submitted',
            candidate: { candidateId: adaId, fullName: null, email: null },
          },
        },
      ],
    },
    documentAuditTrail: {
      edges: [
        { node: { event: 'DocumentAdded', by: { role: 'candidate', name: null } } },
        { node: { event: 'DocumentSelected', from: 'missing', to: 'submitted' } },
        { node: { event: 'DocumentCommented', by: { name: 'Olu of maison' }, comment: null } },
        { node: { event: 'DocumentRefused', from: 'submitted', to: 'refused', reason: null } },
      ],
    },
  });
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['NotYoursToOpen']));
  expect(refused.map(({ path }) => path.split('.').at(-1)).sort()).toEqual([
    'comment',
    'email',
    'fullName',
    'name',
    'name',
    'reason',
  ]);
  expect(
    (
      await maison.compliance.tries('requestDownload', {
        documentId: cv,
        version: 1,
        applicationId,
      })
    ).code,
  ).toBe('NotAllowed');
  expect(JSON.stringify(await told(maison.compliance, synthesis()))).not.toMatch(
    /second page|among ourselves|CV\.pdf/,
  );
});

test('A reviewer downloads what lies in a dossier, by way of the dossier', async () => {
  const of = { documentId: cv, version: 1 };
  expect((await maison.olu.tries('requestDownload', of)).details).toEqual({
    fields: { applicationId: 'must be given by reviewers' },
  });
  const { url } = await maison.olu.do('requestDownload', { ...of, applicationId });
  expect((await fetch(url)).status).toBe(200);
});

test('A person’s own name is theirs to read in every role', async () => {
  for (const [who, name] of [
    [ada, 'Ada Exemple'],
    [maison.admin, 'Alix of maison'],
    [maison.compliance, 'Charlie of maison'],
  ] as const)
    expect(await who.ask('{ me { name } }')).toEqual({ me: { name } });
});
