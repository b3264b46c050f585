import { randomUUID } from 'node:crypto';
import {
  opened,
  registered,
  sample,
  staffed,
  submitted,
  upload,
  type Registered,
  type Staff,
} from './people.ts';
import { integratorOf, type Integrator } from './feed.ts';
import type { Running } from './running.ts';

/** What arguments name things by; everything else that is told belongs to no one. */
export const ids = [
  'applicationId',
  'documentId',
  'candidateId',
  'uploadId',
  'invitation',
  'invitationId',
  'reviewerId',
  'integratorId',
  'mailId',
] as const;
export type Things = Readonly<Record<(typeof ids)[number], string>>;

/** Words that tell whether something was read that should not have been. */
export const words = {
  names: ['Ada Exemple', 'ada@example.org'],
  neighbours: ['Bo Exemple', 'bo@example.org'],
  files: ['CV.pdf', 'CV.docx'],
  refusal: 'The second page is missing.',
  return: 'Send it once more.',
  remark: 'A note among ourselves.',
  said: ['06 00 00 00 00', 'Gardens are where I think.', 'When can I begin?'],
  staff: ['Olu of maison', 'Alix of maison'],
  elsewhere: ['Cas Ailleurs', 'cas@example.org', 'of elsewhere'],
};

export interface TwoHouses {
  readonly maison: Staff;
  readonly ada: Registered;
  /** Reads facts alone, unlike another integrator of the house. */
  readonly ivo: Integrator;
  /** The documents of Ada's that a dossier must hold. */
  readonly documents: { readonly cv: string; readonly diploma: string };
  /** Ada's things; those of Bo, who is of the same organisation; of Cas, of another; of nobody. */
  readonly adas: Things;
  readonly bos: Things;
  readonly cass: Things;
  readonly absent: Things;
}

const thingsOf = async (
  staff: Staff,
  { client, candidateId }: Registered,
  invitation: string,
  integratorId: string,
) => {
  const { applicationId, cv, diploma, revision } = await submitted(client, invitation);
  const { recruitmentModule } = await staff.admin.ask<{
    recruitmentModule: { invitations: readonly { invitationId: string }[] };
  }>('{ recruitmentModule { invitations { invitationId } } }');
  const uploadId = await upload(client, await sample('CV.pdf'));
  const things: Omit<Things, 'mailId'> = {
    applicationId,
    documentId: cv,
    candidateId,
    uploadId,
    invitation,
    invitationId: recruitmentModule.invitations[0]?.invitationId ?? '',
    reviewerId: staff.ids.olu,
    integratorId,
  };
  return { things, documents: { cv, diploma }, revision };
};

/** What is asked, one of each kind, and none of it before a submission. */
export const asked = {
  fields: [{ key: 'phone', label: 'Phone', mandatory: false, justification: 'To be called.' }],
  requirements: [
    { key: 'licence', label: 'Driving licence', mandatory: false, kind: 'claim' },
    {
      key: 'french',
      label: 'French',
      mandatory: false,
      kind: 'language',
      language: 'fr',
      level: 'conversational',
    },
    { key: 'motivation', label: 'Why us?', mandatory: false, kind: 'question' },
  ],
  deletion: { deleteAfterDays: 30, remindBeforeDays: 5 },
};

/** Well formed, of an organisation that does not exist. */
const strangeInvitation = (): string =>
  Buffer.concat([
    Buffer.from(randomUUID().replaceAll('-', ''), 'hex'),
    Buffer.alloc(32, 7),
  ]).toString('base64url');

/** Two organisations with people in every role, and a dossier that has words in each of its fields. */
export const twoHouses = async (house: Running): Promise<TwoHouses> => {
  const maison = await staffed(house);
  const elsewhere = await staffed(house, 'elsewhere');
  await maison.admin.do('setInformationFields', { fields: asked.fields });
  await maison.admin.do('setRequirements', { requirements: asked.requirements });
  await maison.admin.do('setIncompleteDeletion', asked.deletion);
  const first = await maison.invite('First');
  const here = await maison.invite();
  const there = await elsewhere.invite();
  const person = (staff: Staff, invitation: string, [fullName = '', email = '']: string[]) =>
    registered(house, staff, invitation, { fullName, email });
  const ada = await person(maison, first, words.names);
  await opened(house, maison, ada.client, first);
  const bo = await person(maison, here, words.neighbours);
  const cas = await person(elsewhere, there, words.elsewhere);
  const ivo = await integratorOf(house, maison.slug);
  const ines = await integratorOf(house, maison.slug, 'Ines');
  const eli = await integratorOf(house, elsewhere.slug, 'Eli');
  await maison.admin.do('grantPersonalFeed', {
    integratorId: ines.id,
    reason: 'They send the payslips.',
  });
  /** The first mail that somebody was sent. */
  const mailTo = async (staff: Staff, { candidateId }: Registered): Promise<string> => {
    await house.server.house.settled();
    const { mails } = await staff.admin.ask<{
      mails: { edges: readonly { node: { mailId: string } }[] };
    }>(
      'query Mails($candidateId: ID!) { mails(candidateId: $candidateId) { edges { node { mailId } } } }',
      { candidateId },
    );
    return mails.edges.at(-1)?.node.mailId ?? '';
  };
  const withMail = async (staff: Staff, person: Registered, invitation: string, to: string) => {
    const made = await thingsOf(staff, person, invitation, to);
    const mailId = await mailTo(staff, person);
    return { ...made, things: { ...made.things, mailId } satisfies Things };
  };
  const {
    things: adas,
    documents,
    revision: seenRevision,
  } = await withMail(maison, ada, here, ines.id);
  const { applicationId, documentId } = adas;
  const document = { applicationId, documentId, version: 1 };
  const [value, answer, text] = words.said;
  await ada.client.do('amendOwnInformation', { information: [{ key: 'phone', value }] });
  await ada.client.do('sendMessage', { applicationId, text });
  await maison.olu.do('assignReviewer', { applicationId, reviewerId: maison.ids.olu });
  await maison.olu.do('commentOnDocument', { ...document, comment: words.remark });
  const refused = await maison.olu.do('refuseDocument', {
    ...document,
    seenRevision,
    reason: words.refusal,
  });
  await maison.admin.do('returnApplication', {
    applicationId,
    seenRevision: refused.revision,
    reason: words.return,
  });
  await ada.client.do('declareRequirement', { applicationId, requirement: 'motivation', answer });
  await house.server.house.settled();
  const { things: cass } = await withMail(elsewhere, cas, there, eli.id);
  const { invitation, invitationId, reviewerId } = cass;
  return {
    maison,
    ada,
    ivo,
    documents,
    adas,
    // A link is the organisation's, and a member of its staff: somebody else's only where the organisation is.
    bos: {
      ...(await withMail(maison, bo, here, eli.id)).things,
      ...{ invitation, invitationId, reviewerId },
    },
    cass,
    absent: {
      applicationId: randomUUID(),
      documentId: randomUUID(),
      candidateId: randomUUID(),
      uploadId: randomUUID(),
      invitation: strangeInvitation(),
      invitationId: randomUUID(),
      reviewerId: randomUUID(),
      integratorId: randomUUID(),
      mailId: randomUUID(),
    },
  };
};

/** Somebody in each role, as the API meets them. */
export const peopleOf = ({ anybody }: Running, { maison, ada, ivo }: TwoHouses) => ({
  anonymous: anybody,
  candidate: ada.client,
  operator: maison.olu,
  admin: maison.admin,
  compliance: maison.compliance,
  integrator: ivo.client,
});
