import type { GraphQLSchema } from 'graphql';
import { Client } from '../support/client.ts';
import { PASSWORD, registered, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';
import { operationsOf, schemaOf, type Operation } from '../support/schema.ts';

let house: Running;
let maison: Staff;
let candidate: Client;
let schema: GraphQLSchema;
let operations: readonly Operation[];
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  candidate = (await registered(house, maison, invitation, person)).client;
  schema = await schemaOf(house.anybody);
  const { refreshToken } = await house.anybody.do('signIn', olu);
  operations = operationsOf(schema, { invitation, refreshToken });
});
afterAll(() => house.end());

const olu = { organisation: 'maison', email: 'olu@maison.example', password: PASSWORD };

const codeOf = async (who: Client, { query, variables }: Operation): Promise<string> => {
  const { status, errors } = await who.send(query, variables);
  expect(status).toBe(200);
  return errors[0]?.extensions.code ?? 'done';
};

test('The schema holds every operation that is promised', () => {
  const names = operations.map(({ name }) => name);
  const promised = [
    'candidateSpace',
    'documentAuditTrail',
    'dossier',
    'dossiers',
    'invitation',
    'me',
    'reviewSynthesis',
    'acceptApplication',
    'acceptDocument',
    'addDocument',
    'commentOnDocument',
    'createInvitation',
    'grantConsent',
    'refreshSignIn',
    'refuseDocument',
    'registerCandidate',
    'rejectApplicationFinally',
    'replaceDocument',
    'requestDownload',
    'requestUpload',
    'returnApplication',
    'selectDocument',
    'setChecklist',
    'setLegalBasis',
    'signIn',
    'signOut',
    'startApplication',
    'submitApplication',
  ];
  expect(promised.filter((name) => !names.includes(name))).toEqual([]);
});

test('Everyone signs in, but for a closed list', async () => {
  const open: string[] = [];
  for (const operation of operations)
    if ((await codeOf(house.anybody, operation)) !== 'NotSignedIn') open.push(operation.name);
  expect(open).toEqual(['invitation', 'refreshSignIn', 'registerCandidate', 'signIn']);
  // Several in one document are each asked for on its own.
  const { data, errors } = await house.anybody.send('{ __typename a: me { role } b: me { role } }');
  expect(data).toBeNull();
  expect(errors.map(({ extensions }) => extensions.code)).toContain('NotSignedIn');
});

const reviewers = ['operator', 'admin'];
const staff = [...reviewers, 'compliance'];
const everybody = ['candidate', ...staff];

/** Who may ask at all; whose thing it is decides the rest. */
const rights: Readonly<Record<string, readonly string[]>> = {
  candidateSpace: everybody,
  documentAuditTrail: staff,
  dossier: everybody,
  dossiers: staff,
  me: everybody,
  people: reviewers,
  reviewSynthesis: everybody,
  acceptApplication: reviewers,
  acceptDocument: reviewers,
  addDocument: ['candidate'],
  commentOnDocument: reviewers,
  createInvitation: reviewers,
  grantConsent: ['candidate'],
  refuseDocument: reviewers,
  rejectApplicationFinally: reviewers,
  replaceDocument: ['candidate'],
  requestDownload: ['candidate', ...reviewers],
  requestUpload: ['candidate'],
  returnApplication: reviewers,
  selectDocument: ['candidate'],
  setChecklist: ['admin'],
  setLegalBasis: ['admin'],
  startApplication: ['candidate'],
  submitApplication: ['candidate'],
};

test('Rights are a table: every operation by every role', async () => {
  const people = {
    candidate,
    operator: maison.olu,
    admin: maison.admin,
    compliance: maison.compliance,
  };
  const found: Record<string, string[]> = {};
  const anonymous = ['invitation', 'refreshSignIn', 'registerCandidate', 'signIn'];
  for (const operation of operations) {
    if (anonymous.includes(operation.name) || operation.name === 'signOut') continue;
    found[operation.name] = [];
    for (const [role, who] of Object.entries(people)) {
      const code = await codeOf(who, operation);
      // The samples are acceptable: nothing is told apart by its input.
      if (code === 'InvalidInput')
        expect(['candidateSpace', 'requestDownload']).toContain(operation.name);
      if (code !== 'NotAllowed') found[operation.name]?.push(role);
    }
  }
  // An operation that came later has its row in its own spec.
  expect(found).toMatchObject(rights);
});

test('A sign-out leaves nothing that the token could still do', async () => {
  const { accessToken } = await house.anybody.do('signIn', olu);
  const gone = new Client(house.server.url, accessToken);
  await gone.do('signOut');
  for (const operation of operations)
    if (rights[operation.name]) expect(await codeOf(gone, operation)).toBe('NotSignedIn');
});
