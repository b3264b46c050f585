// What operations are told in the tests of rights.

import { randomUUID } from 'node:crypto';
import { someonesLink } from '../support/account-links.ts';
import type { Given } from '../support/asking.ts';
import {
  CHECKLIST,
  deposit,
  PASSWORD,
  registered,
  sample,
  submitted,
  upload,
} from '../support/people.ts';
import type { Running } from '../support/running.ts';
import { asked, words, type TwoHouses } from '../support/two-houses.ts';

/** Input that is about nobody's thing, good for every operation that asks for it. */
export const harmless = ({ clock }: Running, world: TwoHouses): Given => ({
  token: world.adas.invitation,
  seenRevision: 0,
  version: 1,
  item: 'cv',
  fileName: 'CV.pdf',
  reason: 'Because.',
  comment: 'Dated?',
  overrideReason: 'Seen on paper.',
  items: CHECKLIST,
  legalBasis: 'consent',
  ...asked,
  ...asked.deletion,
  kind: 'eraseNow',
  status: 'employee',
  statuses: ['self-employed', 'employee'],
  information: [{ key: 'phone', value: words.said[0] }],
  requirement: 'motivation',
  answer: words.said[1],
  confirmed: true,
  text: words.said[2],
  queue: 'waitingForCandidate',
  format: 'JSON',
  mailKind: 'correctionRequest',
  locale: 'fr',
  subject: 'Bonjour',
  body: 'Bonjour {{ name }}',
  campaign: `Campaign ${randomUUID()}`,
  purpose: 'recruitment',
  textVersion: 'recruitment-1',
  channel: 'online',
  organisation: 'maison',
  fullName: 'Somebody New',
  email: `${randomUUID()}@example.org`,
  password: PASSWORD,
  refreshToken: 'none',
  first: 5,
  asOf: new Date(clock.now()).toISOString(),
});

/** Ada's dossier of a campaign of its own, filled; submitted unless it is to be. */
const another = async (
  { maison, ada, documents }: TwoHouses,
  stop: 'filled' | 'submitted',
): Promise<Given> => {
  const { client } = ada;
  const invitation = await maison.invite(`Campaign ${randomUUID()}`);
  const { applicationId } = await client.do('startApplication', { invitation });
  await client.do('declareStatus', { applicationId, status: 'employee' });
  const { cv, diploma } = documents;
  await client.do('declareRequirement', {
    applicationId,
    requirement: 'motivation',
    answer: words.said[1],
  });
  await client.do('selectDocument', { applicationId, item: 'cv', documentId: cv });
  const selected = { applicationId, item: 'diploma', documentId: diploma };
  const filled = await client.do('selectDocument', selected);
  const { dossier } =
    stop === 'filled' ? filled : await client.do('submitApplication', { applicationId });
  return { applicationId, documentId: cv, seenRevision: dossier?.revision };
};

/** Somebody who was finally rejected, and is kept. */
const restricted = async (house: Running, { maison }: TwoHouses): Promise<string> => {
  const invitation = await maison.invite(`Campaign ${randomUUID()}`);
  const somebody = { fullName: 'Somebody Kept', email: `${randomUUID()}@example.org` };
  const { candidateId, client } = await registered(house, maison, invitation, somebody);
  const { applicationId, diploma, revision } = await submitted(client, invitation);
  const refused = await maison.olu.do('refuseDocument', {
    ...{ applicationId, documentId: diploma, version: 1, seenRevision: revision },
    reason: 'Because.',
  });
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'archive' });
  // Without what its answer would not open to its maker any more.
  await maison.olu.ask(
    'mutation Send($input: RejectApplicationFinallyInput!) { rejectApplicationFinally(input: $input) { revision } }',
    { input: { applicationId, seenRevision: refused.revision, reason: 'Because.' } },
  );
  await maison.admin.do('setFinalRejectionPolicy', { kind: 'eraseNow' });
  return candidateId;
};

/** Input with which an operation does what it is for. */
export const goodFor = async (house: Running, world: TwoHouses, name: string): Promise<Given> => {
  const { client } = world.ada;
  switch (name) {
    case 'acceptApplication':
    case 'acceptDocument':
    case 'assignReviewer':
    case 'commentOnDocument':
    case 'confirmRequirement':
    case 'refuseDocument':
    case 'rejectApplicationFinally':
    case 'returnApplication':
      return another(world, 'submitted');
    case 'unassignReviewer': {
      const dossier = await another(world, 'submitted');
      const { applicationId } = dossier;
      await world.maison.olu.do('assignReviewer', {
        applicationId,
        reviewerId: world.maison.ids.noor,
      });
      return dossier;
    }
    case 'declareRequirement':
    case 'declareStatus':
    case 'deselectDocument':
    case 'selectDocument':
    case 'submitApplication':
    case 'withdrawApplication':
      return another(world, 'filled');
    case 'startApplication':
      return { invitation: await world.maison.invite(`Campaign ${randomUUID()}`) };
    case 'previewMessageTemplate':
      return { body: 'Bonjour {{ nobody }}' };
    case 'revokeInvitation': {
      const campaign = `Campaign ${randomUUID()}`;
      const { invitation } = await world.maison.admin.do('createInvitation', { campaign });
      return { invitationId: invitation.invitationId };
    }
    case 'switchRecruitmentModuleOn':
      await world.maison.admin.do('switchRecruitmentModuleOff');
      return {};
    case 'removeDocument':
    case 'renameDocument':
      return { documentId: (await deposit(client, 'CV.pdf')).documentId };
    case 'addDocument':
      return { uploadId: await upload(client, await sample('CV.pdf')) };
    case 'replaceDocument': {
      const { documentId } = await deposit(client, 'CV.pdf');
      return { documentId, uploadId: await upload(client, await sample('CV.pdf')) };
    }
    case 'confirmAccount':
      return { token: await someonesLink(house, world.maison, 'activation') };
    case 'confirmAddressChange':
      return { token: await someonesLink(house, world.maison, 'addressChange') };
    case 'resetPassword':
      return { token: await someonesLink(house, world.maison, 'passwordReset') };
    case 'openPersonalData':
      return { candidateId: await restricted(house, world) };
    case 'signIn':
      return { email: 'olu@maison.example' };
    case 'refreshSignIn': {
      const credentials = { organisation: 'maison', email: 'noor@maison.example' };
      return { ...(await house.anybody.do('signIn', { ...credentials, password: PASSWORD })) };
    }
    default:
      return {};
  }
};
