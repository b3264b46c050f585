import { randomUUID } from 'node:crypto';
import {
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
  'integratorId',
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
  { client, candidateId }: Registered,
  invitation: string,
  integratorId: string,
) => {
  const { applicationId, cv, diploma, revision } = await submitted(client, invitation);
  const uploadId = await upload(client, await sample('CV.pdf'));
  const things: Things = {
    applicationId,
    documentId: cv,
    candidateId,
    uploadId,
    invitation,
    integratorId,
  };
  return { things, documents: { cv, diploma }, revision };
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
  const here = await maison.invite();
  const there = await elsewhere.invite();
  const person = (staff: Staff, invitation: string, [fullName = '', email = '']: string[]) =>
    registered(house, staff, invitation, { fullName, email });
  const ada = await person(maison, here, words.names);
  const bo = await person(maison, here, words.neighbours);
  const cas = await person(elsewhere, there, words.elsewhere);
  const ivo = await integratorOf(house, maison.slug);
  const ines = await integratorOf(house, maison.slug, 'Ines');
  const eli = await integratorOf(house, elsewhere.slug, 'Eli');
  await maison.admin.do('grantPersonalFeed', {
    integratorId: ines.id,
    reason: 'They send the payslips.',
  });
  const { things: adas, documents, revision: seenRevision } = await thingsOf(ada, here, ines.id);
  const { applicationId, documentId } = adas;
  const document = { applicationId, documentId, version: 1 };
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
  return {
    maison,
    ada,
    ivo,
    documents,
    adas,
    // A link is the organisation's, and an integrator: somebody else's only where the organisation is.
    bos: { ...(await thingsOf(bo, here, eli.id)).things, invitation: there },
    cass: (await thingsOf(cas, there, eli.id)).things,
    absent: {
      applicationId: randomUUID(),
      documentId: randomUUID(),
      candidateId: randomUUID(),
      uploadId: randomUUID(),
      invitation: strangeInvitation(),
      integratorId: randomUUID(),
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
