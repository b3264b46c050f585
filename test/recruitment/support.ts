import type { Client } from '../support/client.ts';
import { agree, deposit, registered, type Registered, type Staff } from '../support/people.ts';
import { settled } from '../support/passing.ts';
import type { Running } from '../support/running.ts';

/** What an organisation that recruits service workers asks for. */
export const INFORMATION = [
  { key: 'phone', label: 'Téléphone', mandatory: true, justification: 'To call back.' },
  { key: 'area', label: 'Secteur', mandatory: false, justification: 'To plan the rounds.' },
];
export const REQUIREMENTS = [
  {
    key: 'french',
    label: 'Parle couramment le français',
    kind: 'language',
    mandatory: true,
    language: 'fr',
    level: 'fluent',
  },
  {
    key: 'driving-licence',
    label: 'Permis B',
    kind: 'claim',
    mandatory: true,
    confirmedByReviewer: true,
  },
  { key: 'motivation', label: 'Pourquoi ce métier ?', kind: 'question', mandatory: false },
];
export const CHECKLIST_BY_STATUS = [
  { key: 'cv', label: 'CV', required: true, types: ['pdf'] },
  {
    key: 'company-register',
    label: 'Extrait Kbis',
    required: true,
    statuses: ['self-employed'],
    validFor: 'P3M',
    hint: 'De moins de trois mois',
  },
  { key: 'work-certificate', label: 'Certificat', required: true, statuses: ['employee'] },
  { key: 'diplomas', label: 'Diplômes', required: false, maximum: 2 },
];

/** The settings of an organisation that uses all of the module. */
export const configured = async ({ admin }: Staff): Promise<void> => {
  await admin.do('setInformationFields', { fields: INFORMATION });
  await admin.do('setRequirements', { requirements: REQUIREMENTS });
  await admin.do('setAcceptedStatuses', { statuses: ['self-employed', 'employee'] });
  await admin.do('setChecklist', { items: CHECKLIST_BY_STATUS });
};

/** By the address where it answers: what is read shows all that was done before. */
const houses = new Map<string, Running>();

let people = 0;
/** Somebody who followed a link of their own campaign, and consented. */
export const newcomer = async (
  house: Running,
  maison: Staff,
  { fullName = 'Ada Exemple', campaign = `Campaign ${(people += 1)}` } = {},
): Promise<Registered & { readonly invitation: string; readonly email: string }> => {
  houses.set(house.anybody.url, house);
  const invitation = await maison.invite(campaign);
  people += 1;
  const email = `somebody${people}@example.org`;
  const candidate = await registered(house, maison, invitation, { fullName, email });
  await agree(candidate.client);
  return { ...candidate, invitation, email };
};

/** Deposits a sample and puts it in a place. */
export const place = async (
  candidate: Client,
  applicationId: string,
  item: string,
  file = 'CV.pdf',
): Promise<string> => {
  const { documentId } = await deposit(candidate, file);
  await candidate.do('selectDocument', { applicationId, item, documentId });
  return documentId;
};

/** All that a dossier of a self-employed worker needs under {@link configured}. */
export const completed = async (
  candidate: Client,
  invitation: string,
): Promise<{
  readonly applicationId: string;
  readonly cv: string;
  readonly register: string;
}> => {
  const { applicationId } = await candidate.do('startApplication', { invitation });
  await candidate.do('amendOwnInformation', {
    information: [{ key: 'phone', value: '0601020304' }],
  });
  await candidate.do('declareStatus', { applicationId, status: 'self-employed' });
  await candidate.do('declareRequirement', {
    applicationId,
    requirement: 'french',
    level: 'native',
  });
  await candidate.do('declareRequirement', {
    ...{ applicationId, requirement: 'driving-licence' },
    claim: true,
  });
  const cv = await place(candidate, applicationId, 'cv');
  const register = await place(candidate, applicationId, 'company-register', 'CV.docx');
  return { applicationId, cv, register };
};

export interface Shown {
  readonly state: string;
  readonly revision: number;
  readonly queue: string | null;
  readonly workerStatus: string | null;
  readonly restricted: boolean;
  readonly unread: { readonly candidate: number; readonly organisation: number };
  readonly deletionWarning: Warning | null;
  readonly candidate: { readonly fullName: string | null } | null;
  readonly items: readonly {
    readonly key: string;
    readonly asked: boolean;
    readonly state: string;
    readonly hint: string | null;
    readonly documentId: string | null;
    readonly validUntil: string | null;
  }[];
  readonly requirements: readonly {
    readonly asked: { readonly key: string };
    readonly outcome: string | null;
    readonly answer: string | null;
    readonly confirmed: boolean | null;
  }[];
}

export interface Warning {
  readonly deleteAt: string;
  readonly daysLeft: number;
  readonly rule: string;
  readonly deleteAfterDays: number | null;
  readonly warned: boolean;
}

const warning = 'deletionWarning { deleteAt daysLeft rule deleteAfterDays warned }';

/** What somebody may read of an answer: for the rest its field says why not. */
const readable = async <Data>(reader: Client, query: string, variables: object): Promise<Data> => {
  const house = houses.get(reader.url);
  if (house) await settled(house);
  const { data, text } = await reader.send<Data>(query, { ...variables });
  if (!data) throw new Error(`The server refused: ${text}`);
  return data;
};

/** A dossier as somebody sees it. */
export const shown = async (reader: Client, applicationId: string): Promise<Shown> =>
  (
    await readable<{ dossier: Shown }>(
      reader,
      `query Read($applicationId: ID!) { dossier(applicationId: $applicationId) {
        state revision queue workerStatus restricted unread { candidate organisation } ${warning}
        candidate { fullName }
        items { key asked state hint documentId validUntil }
        requirements { asked { key } outcome answer confirmed } } }`,
      { applicationId },
    )
  ).dossier;

/** Somebody's own space, as staff sees it. */
export const spaceOf = async (
  reader: Client,
  candidateId: string,
): Promise<{
  readonly fullName: string | null;
  readonly limited: boolean;
  readonly confirmedAt: string | null;
  readonly erasedAt: string | null;
  readonly campaign: string;
  readonly deletionWarning: Warning | null;
  readonly information: readonly { readonly key: string; readonly value: string | null }[];
  readonly applications: readonly { readonly applicationId: string; readonly state: string }[];
}> =>
  (
    await readable<{ candidateSpace: never }>(
      reader,
      `query Read($candidateId: ID!) { candidateSpace(candidateId: $candidateId) {
        fullName limited confirmedAt erasedAt campaign ${warning} information { key value }
        applications { applicationId state } } }`,
      { candidateId },
    )
  ).candidateSpace;

/** A decision on the whole, about what its maker sees now. */
export const decide = async (
  reviewer: Client,
  decision: 'acceptApplication' | 'returnApplication' | 'rejectApplicationFinally',
  applicationId: string,
  more: object = {},
): Promise<void> => {
  const { revision: seenRevision } = await shown(reviewer, applicationId);
  const why = decision === 'acceptApplication' ? {} : { reason: 'For a reason.' };
  await reviewer.do(decision, { applicationId, seenRevision, ...why, ...more });
};

export interface MailFacts {
  readonly kind: string;
  readonly state: string;
  readonly at: string;
  readonly mailId: string;
}

/** The mails that somebody was sent, the oldest first. */
export const mailsTo = async (
  house: Running,
  reader: Client,
  candidateId: string,
): Promise<readonly MailFacts[]> => {
  await settled(house);
  const { mails } = await reader.ask<{ mails: { edges: readonly { node: MailFacts }[] } }>(
    'query Mails($candidateId: ID!) { mails(candidateId: $candidateId, first: 100) { edges { node { kind state at mailId } } } }',
    { candidateId },
  );
  // The list begins with the newest.
  return mails.edges.map(({ node }) => node).toReversed();
};
