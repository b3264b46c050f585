import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Client, Variables } from '../support/client.ts';
import type { MutationName } from '../support/operations.ts';
import { CHECKLIST, registered, staffed, submitted, type Staff } from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let candidate: Client;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const person = { fullName: 'Early Exemple', email: 'early@example.org' };
  ({ client: candidate } = await registered(house, maison, await maison.invite('Early'), person));
});
afterAll(() => house.end());

/** Stands where something else belongs; no answer may say it again. */
const SENT = 'Blanche-Neige';

const setChecklist =
  'mutation Set($input: SetChecklistInput!) { setChecklist(input: $input) { checklistVersion } }';
const accept =
  'mutation Accept($input: AcceptDocumentInput!) { acceptDocument(input: $input) { revision } }';

describe('Input that does not fit the schema is told by place, never by value:', () => {
  test.each([
    ['a wrong type in a variable', setChecklist, { input: { items: SENT } }],
    [
      'a wrong type deep in a variable',
      setChecklist,
      { input: { items: [{ key: 'cv', label: 'CV', required: SENT }] } },
    ],
    ['an object for a number', accept, { input: { version: { is: SENT } } }],
    ['a list for a text', setChecklist, { input: { commandId: [SENT], items: [] } }],
    ['a variable of no object', accept, { input: SENT }],
    ['variables of no object', '{ me { role } }', SENT],
    [
      'a text for a number in the document',
      `{ dossiers(first: "${SENT}") { pageInfo { endCursor } } }`,
      {},
    ],
    [
      'a word for a list in the document',
      `mutation { setChecklist(input: { items: "${SENT}" }) { position } }`,
      {},
    ],
    [
      'a word that is none of a list',
      `{ dossiers(filter: { state: Blanche }) { pageInfo { endCursor } } }`,
      {},
    ],
    [
      'a position that nobody handed out',
      'query At($p: Position) { me(atLeast: $p) { role } }',
      { p: SENT },
    ],
    ['such a position in the document', `{ me(atLeast: "${SENT}") { role } }`, {}],
    ['a document that is none', `{ me { role } } "${SENT}"`, {}],
    ['a document with an unknown directive', '{ me { role @blanche } }', {}],
  ] as const)('%s', async (_, query, variables) => {
    const { status, text, errors } = await maison.admin.send(query, variables as never);
    expect(status).toBe(400);
    expect(errors.map(({ extensions }) => extensions.code)).toContain('RequestNotUnderstood');
    expect(text).not.toMatch(/blanche|neige/i);
  });

  test('the place deep in a variable is named', async () => {
    const items = [CHECKLIST[0], { key: 'cv', label: SENT, required: SENT }];
    const { errors } = await maison.admin.send(setChecklist, { input: { items } });
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$input" is not acceptable at "input.items[1].required"; compare it with the schema.',
    ]);
  });

  test('fields that the schema does not have are named, at any depth', async () => {
    const messages = async (items: unknown, more = {}) =>
      (await maison.admin.send(setChecklist, { input: { items, ...more } })).errors.map(
        ({ message }) => message,
      );
    expect(await messages([], { colour: SENT })).toEqual([
      'Variable "$input" is not acceptable: Field "colour" is not defined by type "SetChecklistInput".',
    ]);
    expect(await messages([{ ...CHECKLIST[0], colour: SENT }])).toEqual([
      'Variable "$input" is not acceptable at "input.items[0]": Field "colour" is not defined by type "ChecklistItemInput".',
    ]);
    const { errors } = await maison.admin.send('{ me { colour } }');
    expect(errors[0]?.message).toBe('Cannot query field "colour" on type "Viewer".');
  });
});

describe('Input that fits the schema and not the rules names every wrong field at once:', () => {
  const namesWrong = async (
    sender: Client,
    name: MutationName,
    input: Variables,
    wrong: readonly string[],
  ): Promise<void> => {
    const { code, details, remedy } = await sender.tries(name, input);
    expect(code).toBe('InvalidInput');
    expect(remedy).toBe('Correct the fields in the details and send again.');
    expect(Object.keys(details?.['fields'] as object).sort()).toEqual(wrong);
    expect(JSON.stringify(details)).not.toMatch(/blanche|neige/i);
  };

  test.each([
    [
      'setChecklist',
      { items: [{ key: SENT, label: ' ', required: true }], commandId: SENT },
      ['commandId', 'items.0.key', 'items.0.label'],
    ],
    ['setLegalBasis', { legalBasis: SENT }, ['legalBasis']],
    ['createInvitation', { campaign: SENT.repeat(20) }, ['campaign']],
    [
      'registerCandidate',
      { invitation: `${SENT}!`, fullName: ' ', email: SENT, password: SENT.repeat(50) },
      ['email', 'fullName', 'invitation', 'password'],
    ],
    [
      'acceptDocument',
      { applicationId: SENT, documentId: SENT, version: 0, seenRevision: -1 },
      ['applicationId', 'documentId', 'seenRevision', 'version'],
    ],
    [
      'registerCandidate',
      // Half of a character, as a text cut in its middle ends in.
      { invitation: SENT, fullName: SENT, email: `${SENT}\ud800@example.org`, password: SENT },
      ['email'],
    ],
    [
      'setChecklist',
      {
        items: [
          { ...CHECKLIST[0], statuses: [SENT], maximum: 0, validFor: SENT.repeat(4), hint: ' ' },
        ],
      },
      ['items.0.hint', 'items.0.maximum', 'items.0.statuses', 'items.0.validFor'],
    ],
    [
      'setInformationFields',
      { fields: [{ key: SENT, label: ' ', mandatory: true, justification: '' }] },
      ['fields.0.justification', 'fields.0.key', 'fields.0.label'],
    ],
    [
      'setRequirements',
      {
        requirements: [
          { key: SENT, label: ' ', mandatory: true, kind: 'language', language: SENT },
        ],
      },
      ['requirements.0.key', 'requirements.0.label', 'requirements.0.language'],
    ],
    ['setAcceptedStatuses', { statuses: [SENT] }, ['statuses']],
    [
      'setIncompleteDeletion',
      { deleteAfterDays: -1, remindBeforeDays: 3_651 },
      ['deleteAfterDays', 'remindBeforeDays'],
    ],
    ['setFinalRejectionPolicy', { kind: 'restrict', period: SENT.repeat(4) }, ['period']],
    ['revokeInvitation', { invitationId: SENT }, ['invitationId']],
    ['assignReviewer', { applicationId: SENT, reviewerId: SENT }, ['applicationId', 'reviewerId']],
    [
      'confirmRequirement',
      { applicationId: SENT, seenRevision: -1, requirement: ' ', confirmed: true, reason: ' ' },
      ['applicationId', 'reason', 'requirement', 'seenRevision'],
    ],
    ['sendMessage', { applicationId: SENT, text: ' ' }, ['applicationId', 'text']],
  ] as const)('%s', async (name, input, wrong) => {
    await namesWrong(maison.admin, name, input, wrong);
  });

  // Whose role may not send a command at all is told that, whatever they sent.
  test.each([
    ['grantConsent', { textVersion: '', purpose: SENT }, ['purpose', 'textVersion']],
    ['renameDocument', { documentId: SENT, fileName: ' ' }, ['documentId', 'fileName']],
    ['removeDocument', { documentId: SENT }, ['documentId']],
    [
      'deselectDocument',
      { applicationId: SENT, documentId: SENT },
      ['applicationId', 'documentId'],
    ],
    ['declareStatus', { applicationId: SENT, status: SENT }, ['applicationId', 'status']],
    [
      'declareRequirement',
      { applicationId: SENT, requirement: ' ', answer: ' ' },
      ['answer', 'applicationId', 'requirement'],
    ],
    ['withdrawApplication', { applicationId: SENT }, ['applicationId']],
    [
      'amendOwnInformation',
      { information: [{ key: ' ', value: SENT.repeat(100) }] },
      ['information.0.key', 'information.0.value'],
    ],
  ] as const)('%s by a candidate', async (name, input, wrong) => {
    await namesWrong(candidate, name, input, wrong);
  });

  test('an instant of a trail is one', async () => {
    const query =
      'query Trail($id: ID, $from: String) { auditTrail(candidateId: $id, filter: { from: $from }) { edges { cursor } } }';
    const id = '00000000-0000-4000-8000-000000000000';
    const { code, details } = await maison.olu.refused(query, { id, from: SENT });
    expect([code, Object.keys(details?.['fields'] as object)]).toEqual([
      'InvalidInput',
      ['filter.from'],
    ]);
    expect((await maison.olu.refused(query, {})).details).toEqual({
      fields: { applicationId: 'must be given, or candidateId' },
    });
  });

  test('a page may be 100 long and a cursor is one of the list', async () => {
    const page =
      'query Page($first: Int, $after: String) { dossiers(first: $first, after: $after) { pageInfo { endCursor } } }';
    expect((await maison.olu.refused(page, { first: 101 })).details).toEqual({
      fields: { first: 'first must not be greater than 100' },
    });
    for (const after of [SENT, Buffer.from('["a"]').toString('base64url')])
      expect((await maison.olu.refused(page, { after })).code).toBe('CursorInvalid');
  });
});

describe('A request that is not GraphQL over JSON gets a code and repeats nothing:', () => {
  const sending = async (
    body: string | null,
    contentType = 'application/json',
    path = '/graphql',
    method = 'POST',
  ) => {
    const headers = { 'content-type': contentType };
    const response = await fetch(house.server.url + path, { method, headers, body });
    return { status: response.status, text: await response.text() };
  };

  test.each([
    [
      'a body over 256 KiB',
      JSON.stringify({ query: `# ${SENT.repeat(30_000)}` }),
      413,
      'BodyTooLarge',
    ],
    ['half a body', `{ "query": "${SENT}`, 400, 'BodyNotUnderstood'],
    ['a body without a query', `{ "${SENT}": 1 }`, 400, 'RequestNotUnderstood'],
    ['a query that is no text', `{ "query": 5, "${SENT}": 1 }`, 400, 'RequestNotUnderstood'],
    [
      'many queries at once',
      `[{ "query": "{ __typename } # ${SENT}" }]`,
      400,
      'RequestNotUnderstood',
    ],
  ])('%s', async (_, body, status, code) => {
    const answer = await sending(body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(answer.text).not.toMatch(/blanche|neige/i);
  });

  test('another content type, which a browser sends unasked, is not executed', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await sending(JSON.stringify({ query: '{ __typename }' }), type);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('RequestNotUnderstood');
    }
  });

  test('an address that is none is not repeated', async () => {
    const { status, text } = await sending(null, 'text/plain', `/${SENT}?${SENT}`, 'GET');
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({
      code: 'AddressUnknown',
      message: 'There is nothing at this address.',
      remedy: 'GraphQL is at /graphql.',
      retry: 'never',
    });
  });

  test.each(['a b', '[', '%', `${SENT}<`])('a host that is none: %p', async (host) => {
    const { hostname, port } = new URL(house.server.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        const body = '{"query":"{ __typename }"}';
        const type = `content-type: application/json\r\ncontent-length: ${body.length}`;
        const head = `POST /graphql?${SENT} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n`;
        socket.write(`${head}${type}\r\n\r\n${body}`);
      });
      let text = '';
      socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"AddressUnknown"');
    expect(answer).not.toMatch(/blanche|neige/i);
  });

  test('and a request that breaks off half way harms nobody else', async () => {
    const { hostname, port } = new URL(house.server.url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{ "query',
          () => socket.destroy(),
        );
      });
      socket.on('error', reject).on('close', () => resolve());
    });
    expect(await house.anybody.ask('{ __typename }')).toEqual({ __typename: 'Query' });
  });
});

describe('A decision lacks what it must have:', () => {
  test('a refusal without a reason, or with a blank one, changes nothing (R-026)', async () => {
    const invitation = await maison.invite();
    const { client } = await registered(house, maison, invitation, {
      fullName: 'Ada Exemple',
      email: 'ada@example.org',
    });
    const { applicationId, cv, revision } = await submitted(client, invitation);
    const decision = { applicationId, seenRevision: revision };
    const refusal = { ...decision, documentId: cv, version: 1 };

    const absent = await maison.olu.send(
      'mutation Refuse($input: RefuseDocumentInput!) { refuseDocument(input: $input) { revision } }',
      { input: refusal },
    );
    expect(absent.errors[0]?.message).toBe(
      'Variable "$input" is not acceptable: Field "reason" of required type "String!" was not provided.',
    );
    for (const reason of ['', '   \n'])
      expect((await maison.olu.tries('refuseDocument', { ...refusal, reason })).details).toEqual({
        fields: { reason: expect.stringContaining('reason must not be blank') as string },
      });
    for (const name of ['returnApplication', 'rejectApplicationFinally'] as const)
      expect((await maison.olu.tries(name, { ...decision, reason: ' ' })).code).toBe(
        'InvalidInput',
      );
    expect((await dossierOf(maison.olu, applicationId)).revision).toBe(revision);
  });

  test('a revision that nobody can have seen is no revision', async () => {
    expect(
      await maison.olu.tries('acceptApplication', { applicationId: randomUUID(), seenRevision: 0 }),
    ).toMatchObject({ code: 'ApplicationUnknown' });
  });
});
