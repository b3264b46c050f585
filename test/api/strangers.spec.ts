import { randomUUID } from 'node:crypto';
import type { Client, Variables } from '../support/client.ts';
import { mutationText, type MutationName } from '../support/operations.ts';
import {
  registered,
  sample,
  staffed,
  submitted,
  upload,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { dossierOf, trailOf, trailQuery } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let elsewhere: Staff;
let ada: Registered;
let bo: Registered;
/** A candidate of the other organisation, who has a dossier there. */
let cas: Registered;
let adas: Awaited<ReturnType<typeof submitted>>;
let bos: Awaited<ReturnType<typeof submitted>>;
let invitation: string;

beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  elsewhere = await staffed(house, 'elsewhere');
  invitation = await maison.invite();
  const there = await elsewhere.invite();
  const known = (name: string, staff: Staff, link: string) =>
    registered(house, staff, link, {
      fullName: `${name} Exemple`,
      email: `${name.toLowerCase()}@example.org`,
    });
  ada = await known('Ada', maison, invitation);
  bo = await known('Bo', maison, invitation);
  cas = await known('Cas', elsewhere, there);
  adas = await submitted(ada.client, invitation);
  bos = await submitted(bo.client, invitation);
  await submitted(cas.client, there);
});
afterAll(() => house.end());

/** Asks about what is there but not theirs, then about what is not there: the bytes must not differ. */
const sameAsAbsent = async (
  who: Client,
  query: string,
  theirs: Variables,
  absent: Variables,
): Promise<string> => {
  const [real, none] = [await who.send(query, theirs), await who.send(query, absent)];
  expect([real.status, real.text]).toEqual([none.status, none.text]);
  expect(real.errors).toHaveLength(1);
  return real.errors[0]?.extensions.code ?? '';
};

const reading = {
  dossier: 'query Q($id: ID!) { dossier(applicationId: $id) { state } }',
  reviewSynthesis: 'query Q($id: ID!) { reviewSynthesis(applicationId: $id) { state } }',
  candidateSpace: 'query Q($id: ID) { candidateSpace(candidateId: $id) { campaign } }',
};

const strangers = () => [
  ['another candidate', bo.client] as const,
  ['a candidate of another organisation', cas.client] as const,
  ['an operator of another organisation', elsewhere.olu] as const,
  ['an admin of another organisation', elsewhere.admin] as const,
  ['a compliance officer of another organisation', elsewhere.compliance] as const,
];

describe('Somebody else’s thing and an absent one are one answer, byte for byte,', () => {
  test('when it is read', async () => {
    for (const [, who] of strangers()) {
      const application = [{ id: adas.applicationId }, { id: randomUUID() }] as const;
      const person = [{ id: ada.candidateId }, { id: randomUUID() }] as const;
      expect([
        await sameAsAbsent(who, reading.dossier, ...application),
        await sameAsAbsent(who, reading.reviewSynthesis, ...application),
        await sameAsAbsent(who, reading.candidateSpace, ...person),
      ]).toEqual(['ApplicationUnknown', 'ApplicationUnknown', 'CandidateUnknown']);
    }
  });

  test('when its documents are asked for', async () => {
    const query = mutationText('requestDownload');
    const of = (documentId: string, more = {}) => ({ input: { documentId, version: 1, ...more } });
    for (const who of [bo.client, cas.client])
      expect(await sameAsAbsent(who, query, of(adas.cv), of(randomUUID()))).toBe('DocumentUnknown');
    const { applicationId } = adas;
    expect(
      await sameAsAbsent(
        elsewhere.olu,
        query,
        of(adas.cv, { applicationId }),
        of(randomUUID(), { applicationId: randomUUID() }),
      ),
    ).toBe('DocumentUnknown');
    // A document of another dossier of the same organisation is not in this one.
    expect(
      await sameAsAbsent(
        maison.olu,
        query,
        of(bos.cv, { applicationId }),
        of(randomUUID(), { applicationId }),
      ),
    ).toBe('DocumentUnknown');
  });

  test('when a candidate acts on it', async () => {
    const own = await upload(bo.client, await sample('CV.pdf'));
    const theirUpload = await upload(ada.client, await sample('CV.pdf'));
    const fileName = 'CV.pdf';
    const tried: readonly [MutationName, Variables, Variables, string][] = [
      [
        'selectDocument',
        { applicationId: adas.applicationId, item: 'cv', documentId: bos.cv },
        { applicationId: randomUUID(), item: 'cv', documentId: bos.cv },
        'ApplicationUnknown',
      ],
      [
        'submitApplication',
        { applicationId: adas.applicationId },
        { applicationId: randomUUID() },
        'ApplicationUnknown',
      ],
      [
        'replaceDocument',
        { documentId: adas.cv, uploadId: own, fileName },
        { documentId: randomUUID(), uploadId: own, fileName },
        'DocumentUnknown',
      ],
      [
        'addDocument',
        { uploadId: theirUpload, fileName },
        { uploadId: randomUUID(), fileName },
        'UploadUnknown',
      ],
    ];
    for (const [name, theirs, absent, code] of tried)
      expect(
        await sameAsAbsent(bo.client, mutationText(name), { input: theirs }, { input: absent }),
      ).toBe(code);

    await maison.olu.do('returnApplication', {
      applicationId: bos.applicationId,
      seenRevision: (await dossierOf(maison.olu, bos.applicationId)).revision,
      reason: 'Choose another document.',
    });
    const select = (documentId: string) => ({
      input: { applicationId: bos.applicationId, item: 'cover-letter', documentId },
    });
    expect(
      await sameAsAbsent(
        bo.client,
        mutationText('selectDocument'),
        select(adas.cv),
        select(randomUUID()),
      ),
    ).toBe('DocumentNotInApplication');
  });

  test('when staff of another organisation decide about it', async () => {
    const decision = { seenRevision: adas.revision };
    const document = { documentId: adas.cv, version: 1 };
    const reason = 'Because.';
    const decisions: readonly [MutationName, Variables][] = [
      ['acceptDocument', { ...decision, ...document }],
      ['refuseDocument', { ...decision, ...document, reason }],
      ['commentOnDocument', { ...document, comment: 'Hm.' }],
      ['acceptApplication', decision],
      ['returnApplication', { ...decision, reason }],
      ['rejectApplicationFinally', { ...decision, reason }],
    ];
    for (const [name, more] of decisions)
      expect(
        await sameAsAbsent(
          elsewhere.olu,
          mutationText(name),
          { input: { ...more, applicationId: adas.applicationId } },
          { input: { ...more, applicationId: randomUUID() } },
        ),
      ).toBe('ApplicationUnknown');
    expect((await dossierOf(maison.olu, adas.applicationId)).revision).toBe(adas.revision);
  });

  test('when an invitation of another organisation is used', async () => {
    expect(
      await sameAsAbsent(
        cas.client,
        mutationText('startApplication'),
        { input: { invitation } },
        { input: { invitation: `${invitation.slice(0, -2)}AA` } },
      ),
    ).toBe('InvitationUnknown');
  });
});

test('The trail of another organisation’s document is as empty as that of none', async () => {
  const [theirs, none] = [
    await elsewhere.olu.send(trailQuery, { documentId: adas.cv }),
    await elsewhere.olu.send(trailQuery, { documentId: randomUUID() }),
  ];
  expect(theirs.text).toBe(none.text);
  expect(await trailOf(elsewhere.compliance, adas.cv)).toEqual([]);
  expect((await trailOf(maison.olu, adas.cv)).length).toBeGreaterThan(0);
});

test('The list of dossiers is one’s own organisation’s, whatever is filtered', async () => {
  const list = async (who: Client, filter = {}) =>
    (
      await who.ask<{ dossiers: { edges: { node: { applicationId: string } }[] } }>(
        'query L($filter: DossierFilter) { dossiers(filter: $filter) { edges { node { applicationId } } } }',
        { filter },
      )
    ).dossiers.edges.map(({ node }) => node.applicationId);
  const here = await list(maison.olu);
  const there = await list(elsewhere.olu, { campaign: 'Home care' });
  expect(here.sort()).toEqual([adas.applicationId, bos.applicationId].sort());
  expect(there).toHaveLength(1);
  expect(here).not.toContain(there[0]);
});

test('The same address registers in each organisation, and signs in where it belongs alone', async () => {
  const link = await elsewhere.invite('Both');
  const twin = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  const other = await registered(house, elsewhere, link, twin);
  expect(other.candidateId).not.toBe(ada.candidateId);
  const { me } = await other.client.ask<{ me: { organisation: { slug: string } } }>(
    '{ me { organisation { slug } } }',
  );
  expect(me.organisation.slug).toBe('elsewhere');
});
