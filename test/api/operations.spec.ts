import type { GraphQLSchema } from 'graphql';
import { Client } from '../support/client.ts';
import { firstOf } from '../support/feed.ts';
import { PASSWORD, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';
import { operationsOf, schemaOf, type Operation } from '../support/schema.ts';

let house: Running;
let schema: GraphQLSchema;
let operations: readonly Operation[];
beforeAll(async () => {
  house = await running();
  const invitation = await (await staffed(house)).invite();
  schema = await schemaOf(house.anybody);
  const { refreshToken } = await house.anybody.do('signIn', olu);
  operations = operationsOf(schema, { invitation, refreshToken });
});
afterAll(() => house.end());

const olu = { organisation: 'maison', email: 'olu@maison.example', password: PASSWORD };

const codeOf = async (who: Client, { query, variables }: Operation): Promise<string> => {
  if (query.startsWith('subscription')) {
    const { errors } = await firstOf(who, query, variables);
    return errors[0]?.extensions.code ?? 'done';
  }
  const { status, errors } = await who.send(query, variables);
  expect(status).toBe(200);
  return errors[0]?.extensions.code ?? 'done';
};

test('The schema holds every operation that is promised', () => {
  const names = operations.map(({ name }) => name);
  const promised = [
    'auditTrail',
    'auditTrailExport',
    'candidateSpace',
    'documentAuditTrail',
    'dossier',
    'dossiers',
    'invitation',
    'mail',
    'mails',
    'me',
    'messageTemplates',
    'messages',
    'previewMessageTemplate',
    'queue',
    'queueCounts',
    'recruitmentModule',
    'reviewSynthesis',
    'acceptApplication',
    'acceptDocument',
    'addDocument',
    'amendOwnInformation',
    'assignReviewer',
    'commentOnDocument',
    'confirmAccount',
    'confirmAddressChange',
    'confirmRequirement',
    'createInvitation',
    'declareRequirement',
    'declareStatus',
    'deselectDocument',
    'grantConsent',
    'markMessagesRead',
    'refreshSignIn',
    'refuseDocument',
    'registerCandidate',
    'rejectApplicationFinally',
    'removeDocument',
    'renameDocument',
    'replaceDocument',
    'requestActivation',
    'requestAddressChange',
    'requestDownload',
    'requestPasswordReset',
    'requestUpload',
    'resetPassword',
    'returnApplication',
    'revokeInvitation',
    'selectDocument',
    'sendMessage',
    'setAcceptedStatuses',
    'setChecklist',
    'setFinalRejectionPolicy',
    'setIncompleteDeletion',
    'setInformationFields',
    'setLegalBasis',
    'setMessageTemplate',
    'setRequirements',
    'signIn',
    'signOut',
    'startApplication',
    'submitApplication',
    'switchRecruitmentModuleOff',
    'switchRecruitmentModuleOn',
    'unassignReviewer',
    'withdrawApplication',
    'domainEvents',
  ];
  expect(promised.filter((name) => !names.includes(name))).toEqual([]);
});

const anonymous = [
  'invitation',
  'confirmAccount',
  'confirmAddressChange',
  'refreshSignIn',
  'registerCandidate',
  'requestPasswordReset',
  'resetPassword',
  'signIn',
];

test('Everyone signs in, but for a closed list', async () => {
  const open: string[] = [];
  for (const operation of operations)
    if ((await codeOf(house.anybody, operation)) !== 'NotSignedIn') open.push(operation.name);
  expect(open).toEqual(anonymous);
  // Several in one document are each asked for on its own.
  const { data, errors } = await house.anybody.send('{ __typename a: me { role } b: me { role } }');
  expect(data).toBeNull();
  expect(errors.map(({ extensions }) => extensions.code)).toContain('NotSignedIn');
});

test('A sign-out leaves nothing that the token could still do', async () => {
  const { accessToken } = await house.anybody.do('signIn', olu);
  const gone = new Client(house.server.url, accessToken);
  await gone.do('signOut');
  for (const operation of operations)
    if (!anonymous.includes(operation.name))
      expect(['NotSignedIn', 'SessionEnded']).toContain(await codeOf(gone, operation));
});
