import { readFile } from 'node:fs/promises';
import { administer } from '@vivier/server';
import { Client, put } from './client.ts';
import type { Payloads } from './operations.ts';
import type { Running } from './running.ts';

export const PASSWORD = 'correct horse battery';

/** What dossiers must hold unless a test says otherwise. */
export const CHECKLIST = [
  { key: 'cv', label: 'Curriculum vitae', required: true },
  { key: 'diploma', label: 'Diploma or certificate', required: true },
  { key: 'cover-letter', label: 'Cover letter', required: false },
];

export interface Staff {
  readonly slug: string;
  readonly admin: Client;
  /** Olu and Noor, operators. */
  readonly olu: Client;
  readonly noor: Client;
  readonly compliance: Client;
  /** The ids of the accounts, as trails name them. */
  readonly ids: { readonly admin: string; readonly olu: string; readonly noor: string };
  /** Makes a campaign's invitation and gives its token. */
  readonly invite: (campaign?: string) => Promise<string>;
}

/**
 * Signs in, and again whenever the hand-set clock has left the access token behind; the first time at
 * once, so that wrong credentials show here.
 */
export const signIn = async (
  { anybody, clock }: Pick<Running, 'anybody' | 'clock'>,
  organisation: string,
  email: string,
  password = PASSWORD,
): Promise<Client> => {
  const fresh = () => anybody.do('signIn', { organisation, email, password });
  let held = await fresh();
  return new Client(anybody.url, async () => {
    if (Date.parse(held.accessTokenExpiresAt) <= clock.now()) held = await fresh();
    return held.accessToken;
  });
};

/** An organisation with its people, made the way the command line makes them. */
export const staffed = async (
  running: Running,
  slug = 'maison',
  checklist: readonly (typeof CHECKLIST)[number][] = CHECKLIST,
): Promise<Staff> => {
  const { house } = running.server;
  const done = async (request: Parameters<typeof administer>[1]): Promise<string> => {
    const answer = await administer(house, request);
    if (!('done' in answer)) throw new Error(answer.message);
    return answer.done['userId'] ?? '';
  };
  await done({ do: 'createOrganisation', slug, name: `The house ${slug}` });
  const add = async (name: string, role: 'admin' | 'operator' | 'compliance') => {
    const email = `${name.toLowerCase()}@${slug}.example`;
    const fullName = `${name} of ${slug}`;
    const id = await done({
      do: 'addUser',
      organisation: slug,
      role,
      email,
      fullName,
      password: PASSWORD,
    });
    return { id, client: await signIn(running, slug, email) };
  };
  const alix = await add('Alix', 'admin');
  const olu = await add('Olu', 'operator');
  const noor = await add('Noor', 'operator');
  const charlie = await add('Charlie', 'compliance');
  await alix.client.do('setChecklist', { items: checklist });
  return {
    slug,
    admin: alix.client,
    olu: olu.client,
    noor: noor.client,
    compliance: charlie.client,
    ids: { admin: alix.id, olu: olu.id, noor: noor.id },
    invite: async (campaign = 'Home care') => {
      const { invitation } = await alix.client.do('createInvitation', { campaign });
      return invitation.token;
    },
  };
};

export interface Registered {
  readonly candidateId: string;
  /** Signed in. */
  readonly client: Client;
}

/** Somebody follows an invitation and signs in. */
export const registered = async (
  running: Running,
  { slug }: Pick<Staff, 'slug'>,
  invitation: string,
  person: { readonly fullName: string; readonly email: string },
): Promise<Registered> => {
  const { candidateId } = await running.anybody.do('registerCandidate', {
    invitation,
    ...person,
    password: PASSWORD,
  });
  return { candidateId, client: await signIn(running, slug, person.email) };
};

export const sample = (name: string): Promise<Buffer> =>
  readFile(new URL(`../samples/${name}`, import.meta.url));

/** Asks for an address and sends a file there. */
export const upload = async (candidate: Client, bytes: Uint8Array): Promise<string> => {
  const { uploadId, url } = await candidate.do('requestUpload');
  const { status, text } = await put(url, bytes);
  if (status !== 201) throw new Error(`The file was not taken: ${text}`);
  return uploadId;
};

export const deposit = async (
  candidate: Client,
  fileName: string,
  bytes?: Uint8Array,
): Promise<Payloads['addDocument']> => {
  const uploadId = await upload(candidate, bytes ?? (await sample(fileName)));
  return candidate.do('addDocument', { uploadId, fileName });
};

export const agree = (candidate: Client): Promise<Payloads['grantConsent']> =>
  candidate.do('grantConsent', { textVersion: 'recruitment-1' });

/** A dossier with a CV and a diploma, submitted with consent. */
export const submitted = async (
  candidate: Client,
  invitation: string,
): Promise<{
  readonly applicationId: string;
  readonly cv: string;
  readonly diploma: string;
  readonly revision: number;
}> => {
  await agree(candidate);
  const { applicationId } = await candidate.do('startApplication', { invitation });
  const { documentId: cv } = await deposit(candidate, 'CV.pdf');
  const { documentId: diploma } = await deposit(candidate, 'CV.docx');
  await candidate.do('selectDocument', { applicationId, item: 'cv', documentId: cv });
  await candidate.do('selectDocument', { applicationId, item: 'diploma', documentId: diploma });
  const { dossier } = await candidate.do('submitApplication', { applicationId });
  return { applicationId, cv, diploma, revision: dossier?.revision ?? -1 };
};

/**
 * Completes and accepts the dossier of the campaign that somebody registered in: until then their space
 * is limited, and no other campaign is open to them.
 */
export const opened = async (
  { server }: Pick<Running, 'server'>,
  { admin }: Pick<Staff, 'admin'>,
  candidate: Client,
  invitation: string,
): ReturnType<typeof submitted> => {
  const dossier = await submitted(candidate, invitation);
  const { revision } = await admin.do('acceptApplication', {
    applicationId: dossier.applicationId,
    seenRevision: dossier.revision,
    overrideReason: 'Seen on paper.',
  });
  await server.house.settled();
  return { ...dossier, revision };
};
