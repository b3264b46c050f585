import type { Client, Variables } from '../support/client.ts';
import { passUntil, settled } from '../support/passing.ts';
import { staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';
import { completed, configured, decide, mailsTo, newcomer, shown, spaceOf } from './support.ts';

const overrideReason = 'Seen on paper.';
const WHY = 'The references do not hold.';
const PHONE = '0601020304';

interface Somebody {
  readonly fullName: string;
  readonly email: string;
  readonly candidateId: string;
  readonly applicationId: string;
  readonly cv: string;
  /** Another dossier of theirs. */
  readonly beside?: string;
}
type Kind = 'alone' | 'withdrawn' | 'forgotten' | 'living' | 'free';

let house: Running;
let maison: Staff;
const people = {} as Record<Kind, Somebody>;

/** Somebody who sent a dossier, under a name of their own. */
const sent = async (fullName: string) => {
  const candidate = await newcomer(house, maison, { fullName });
  const made = await completed(candidate.client, candidate.invitation);
  await candidate.client.do('submitApplication', { applicationId: made.applicationId });
  return { ...candidate, ...made, fullName };
};

/** The same, with a second dossier that was sent as well. */
const sentTwice = async (fullName: string) => {
  const person = await sent(fullName);
  const { applicationId, client } = person;
  await decide(maison.olu, 'acceptApplication', applicationId, { overrideReason });
  await settled(house);
  const { applicationId: beside } = await completed(
    client,
    await maison.invite(`Beside ${applicationId}`),
  );
  await client.do('submitApplication', { applicationId: beside });
  return { ...person, beside };
};

/** Without what its answer would not open to its maker any more. */
const reject = async (applicationId: string): Promise<void> => {
  const { revision: seenRevision } = await shown(maison.olu, applicationId);
  await maison.olu.ask(
    'mutation Send($input: RejectApplicationFinallyInput!) { rejectApplicationFinally(input: $input) { revision } }',
    { input: { applicationId, seenRevision, reason: WHY } },
  );
};

beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  await configured(maison);
  people.forgotten = await sentTwice('Kepta Forgotten');
  await reject(people.forgotten.beside!);
  await passUntil(house, new Date(house.clock.now() + 60_000).toISOString());
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'archive' });
  await reject(people.forgotten.applicationId);

  people.alone = await sent('Kepta Alone');
  const { revision } = await maison.olu.do('commentOnDocument', {
    ...{ applicationId: people.alone.applicationId, documentId: people.alone.cv, version: 1 },
    comment: 'Dated?',
  });
  await maison.olu.do('refuseDocument', {
    ...{ applicationId: people.alone.applicationId, documentId: people.alone.cv, version: 1 },
    ...{ seenRevision: revision, reason: 'It is not theirs.' },
  });
  await reject(people.alone.applicationId);

  const gone = await sentTwice('Kepta Withdrawn');
  await gone.client.do('withdrawApplication', { applicationId: gone.beside });
  await reject(gone.applicationId);
  people.withdrawn = gone;

  people.living = await sentTwice('Kepta Living');
  await reject(people.living.applicationId);
  people.free = await sent('Kepta Free');
  await settled(house);
});
afterAll(() => house.end());

const RESTRICTED = ['alone', 'withdrawn', 'forgotten'] as const;

const besides = async (kind: Kind): Promise<readonly string[]> =>
  (await spaceOf(maison.compliance, people[kind].candidateId)).applications.map(
    ({ state }) => state,
  );

test('X-23: those of whom it is asked here have the dossiers beside that their names say', async () => {
  expect(await Promise.all(RESTRICTED.map(besides))).toEqual([
    ['rejectedFinally'],
    ['rejectedFinally', 'withdrawn'],
    ['rejectedFinally', 'forgotten'],
  ]);
  expect(await besides('living')).toEqual(['rejectedFinally', 'submitted']);
});

const row = 'event by { role name } words { name text } reason comment';
const asked: readonly (readonly [string, string, (of: Somebody) => Variables])[] = [
  [
    'auditTrail',
    `query Q($candidateId: ID!) { auditTrail(candidateId: $candidateId, first: 100) { edges { node { ${row} } } } }`,
    ({ candidateId }) => ({ candidateId }),
  ],
  [
    'documentAuditTrail',
    `query Q($documentId: ID!) { documentAuditTrail(documentId: $documentId, first: 100) { edges { node { ${row} } } } }`,
    ({ cv }) => ({ documentId: cv }),
  ],
  [
    'auditTrailExport as JSON',
    'query Q($candidateId: ID!) { auditTrailExport(candidateId: $candidateId, format: JSON) }',
    ({ candidateId }) => ({ candidateId }),
  ],
  [
    'auditTrailExport as CSV',
    'query Q($candidateId: ID!) { auditTrailExport(candidateId: $candidateId, format: CSV) }',
    ({ candidateId }) => ({ candidateId }),
  ],
  [
    'candidateSpace',
    'query Q($candidateId: ID!) { candidateSpace(candidateId: $candidateId) { fullName email information { key value } documents { current { fileName } } } }',
    ({ candidateId }) => ({ candidateId }),
  ],
  [
    'dossier',
    'query Q($applicationId: ID!) { dossier(applicationId: $applicationId) { candidate { fullName } reason items { document { fileName } } } }',
    ({ applicationId }) => ({ applicationId }),
  ],
  [
    'the dossier beside',
    'query Q($applicationId: ID!) { dossier(applicationId: $applicationId) { candidate { fullName } reason items { document { fileName } } } }',
    ({ beside, applicationId }) => ({ applicationId: beside ?? applicationId }),
  ],
];
const wordsOf = ({ fullName, email }: Somebody) => [fullName, email, PHONE, 'CV.pdf', WHY];
const foundIn = async (reader: Client, query: string, about: Variables, words: string[]) => {
  const { data, errors, text } = await reader.send<object>(query, about);
  expect([data, text]).not.toEqual([null, text]);
  return {
    found: words.filter((word) => text.includes(word)),
    codes: [...new Set(errors.map(({ extensions }) => extensions.code))],
  };
};

describe('X-23: no word about a restricted person is in an answer to reviewers, whatever lies beside:', () => {
  test.each(asked)('%s', async (name, query, about) => {
    // Of somebody who is not, the same question opens some.
    const free = await foundIn(
      maison.olu,
      query,
      about(people.free),
      wordsOf(people.free).slice(0, -1),
    );
    expect([name, free.codes, free.found.length > 0]).toEqual([name, [], true]);
    for (const kind of RESTRICTED)
      for (const reader of [maison.olu, maison.admin]) {
        const answer = await foundIn(reader, query, about(people[kind]), wordsOf(people[kind]));
        expect([kind, answer.found]).toEqual([kind, []]);
        for (const code of answer.codes) expect(code).toBe('NotYoursToOpen');
      }
  });

  test('the trail keeps its facts, and the export leaves its words empty', async () => {
    const { auditTrailExport } = await maison.olu.ask<{ auditTrailExport: string }>(
      asked[2]![1],
      asked[2]![2](people.withdrawn),
    );
    const entries = JSON.parse(auditTrailExport) as readonly Record<string, unknown>[];
    expect(entries.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['CandidateRegistered', 'DocumentAdded', 'ApplicationWithdrawn']),
    );
    expect(entries.filter(({ byRole, byName }) => byRole === 'candidate' && byName)).toEqual([]);
    expect(entries.some(({ byRole, byName }) => byRole === 'operator' && byName)).toBe(true);
  });

  test('who has a dossier that lives is open, and their restricted one is not', async () => {
    const { living } = people;
    expect((await spaceOf(maison.olu, living.candidateId)).fullName).toBe('Kepta Living');
    const closed = await foundIn(maison.olu, asked[5]![1], asked[5]![2](living), wordsOf(living));
    expect(closed).toEqual({ found: [], codes: ['NotYoursToOpen'] });
  });

  test('a document of theirs is not handed out by way of another dossier', async () => {
    const { cv, beside, applicationId } = people.withdrawn;
    for (const id of [beside, applicationId])
      expect(
        await maison.olu.tries('requestDownload', {
          documentId: cv,
          version: 1,
          applicationId: id,
        }),
      ).toMatchObject({ code: 'DocumentUnknown' });
  });
});

interface Page {
  readonly edges: readonly {
    readonly node: { readonly candidateId?: string; readonly applicationId?: string };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All pages of a list, of one row each, with what its cursors say. */
const listed = async (reader: Client, list: string, node: string) => {
  const ids: (string | undefined)[] = [];
  const cursors: string[] = [];
  for (let after: string | null = null; ;) {
    const answer: { readonly page: Page } = await reader.ask(
      `query Q($after: String) { page: ${list.replace(')', ', first: 1, after: $after)')} { edges { node { ${node} } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    ids.push(
      ...answer.page.edges.map(
        ({ node: { candidateId, applicationId } }) => candidateId ?? applicationId,
      ),
    );
    const { hasNextPage, endCursor }: Page['pageInfo'] = answer.page.pageInfo;
    if (endCursor !== null) cursors.push(Buffer.from(endCursor, 'base64url').toString());
    if (!hasNextPage) return { ids, cursors: cursors.join(' ') };
    after = endCursor;
  }
};

describe('X-23: nobody who is restricted is found by name, and no cursor tells of their place:', () => {
  test('people', async () => {
    for (const list of ['people(search: "kepta")', 'people(search: "")']) {
      const { ids, cursors } = await listed(maison.olu, list, 'candidateId');
      expect(ids).toEqual([people.free.candidateId, people.living.candidateId]);
      for (const kind of RESTRICTED) expect(cursors).not.toContain(people[kind].candidateId);
    }
    const alone = await listed(maison.olu, 'people(search: "alone")', 'candidateId');
    expect(alone).toEqual({ ids: [], cursors: '' });
  });

  test.each([
    ['by name', 'dossiers(orderBy: NAME)'],
    ['of the people found by one', 'dossiers(filter: { name: "kepta" }, oldestFirst: true)'],
    ['of the people found by one, by name', 'dossiers(filter: { name: "kepta" }, orderBy: NAME)'],
  ])('dossiers %s', async (_, list) => {
    const { ids, cursors } = await listed(maison.olu, list, 'applicationId');
    expect(ids.toSorted()).toEqual(
      [people.free.applicationId, people.living.beside].map(String).toSorted(),
    );
    for (const kind of RESTRICTED) expect(cursors).not.toContain(people[kind].candidateId);
  });

  test('dossiers that were withdrawn, by name and by the name of their person', async () => {
    const withdrawn = async (more: string) =>
      (await listed(maison.olu, `dossiers(${more})`, 'applicationId')).ids;
    expect(await withdrawn('filter: { state: withdrawn }')).toEqual([people.withdrawn.beside]);
    expect(await withdrawn('filter: { state: withdrawn }, orderBy: NAME')).toEqual([]);
    expect(await withdrawn('filter: { state: withdrawn, name: "kepta" }')).toEqual([]);
  });
});

test('X-23: what was written to a restricted person is closed to admins too', async () => {
  const text = async (kind: Kind) => {
    const [first] = await mailsTo(house, maison.compliance, people[kind].candidateId);
    return maison.admin.send<{ mail: { text: string | null; mail: { kind: string } } }>(
      'query Q($mailId: ID!) { mail(mailId: $mailId) { mail { kind } to subject text html } }',
      { mailId: first?.mailId },
    );
  };
  const free = await text('free');
  expect([free.errors, free.text.includes(people.free.email)]).toEqual([[], true]);
  for (const kind of RESTRICTED) {
    const { data, errors } = await text(kind);
    expect(data?.mail).toEqual({
      ...{ mail: { kind: 'activation' } },
      ...{ to: null, subject: null, text: null, html: null },
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(
      Array<string>(4).fill('NotYoursToOpen'),
    );
    expect(errors[0]?.extensions.remedy).toContain('opened by compliance');
  }
});

describe('X-23: compliance opens, for a reason, who it was and why they were rejected:', () => {
  const opened = (kind: Kind) =>
    maison.compliance.do('openPersonalData', {
      ...{ candidateId: people[kind].candidateId, reason: 'They asked why.' },
    });

  test('with the verdicts on the documents', async () => {
    const { fullName, email, decisions } = await opened('alone');
    expect([fullName, email]).toEqual([people.alone.fullName, people.alone.email]);
    const at = expect.stringMatching(/^2026-/) as string;
    expect(decisions).toEqual([
      {
        applicationId: people.alone.applicationId,
        campaign: expect.stringMatching(/^Campaign/) as string,
        at,
        reason: WHY,
        verdicts: [{ item: 'cv', at, reason: 'It is not theirs.' }],
      },
    ]);
  });

  test.each(['withdrawn', 'forgotten', 'living'] as const)(
    'the restricted dossier alone, where others lie beside: %s',
    async (kind) => {
      const { decisions } = await opened(kind);
      expect(decisions.map(({ applicationId, reason }) => [applicationId, reason])).toEqual([
        [people[kind].applicationId, WHY],
      ]);
    },
  );

  test('and nothing of the kind of whom is not', async () => {
    expect((await opened('free')).decisions).toEqual([]);
  });
});
