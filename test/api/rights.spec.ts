import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import {
  asking,
  fieldsIn,
  inputsOf,
  objectFields,
  rootFields,
  type Given,
} from '../support/asking.ts';
import { Client, type Answer } from '../support/client.ts';
import { counting } from '../support/counting.ts';
import {
  CHECKLIST,
  deposit,
  PASSWORD,
  registered,
  sample,
  signIn,
  staffed,
  submitted,
  upload,
  type Registered,
  type Staff,
} from '../support/people.ts';
import { fieldRights, operationRights } from '@vivier/server';
import { running, type Running } from '../support/running.ts';
import { schemaOf } from '../support/schema.ts';

/**
 * Who may ask for what: `no`, `own` (what is theirs), `all` (of their organisation), `yes` (it is about
 * nobody's thing). Last, the answer about a thing that is not there or that they do not reach.
 */
const operations = `
                          anonymous candidate operator admin compliance  otherwise
candidateSpace            no        own       all      all   all         CandidateUnknown
documentAuditTrail        no        no        all      all   all         nothing
dossier                   no        own       all      all   all         ApplicationUnknown
dossiers                  no        no        yes      yes   yes         -
invitation                yes       yes       yes      yes   yes         -
me                        no        yes       yes      yes   yes         -
people                    no        no        yes      yes   no          -
reviewSynthesis           no        own       all      all   all         ApplicationUnknown
acceptApplication         no        no        all      all   no          ApplicationUnknown
acceptDocument            no        no        all      all   no          ApplicationUnknown
addDocument               no        own       no       no    no          UploadUnknown
commentOnDocument         no        no        all      all   no          ApplicationUnknown
createInvitation          no        no        yes      yes   no          -
grantConsent              no        yes       no       no    no          -
openPersonalData          no        no        no       no    all         CandidateUnknown
refreshSignIn             yes       yes       yes      yes   yes         -
refuseDocument            no        no        all      all   no          ApplicationUnknown
registerCandidate         yes       yes       yes      yes   yes         -
rejectApplicationFinally  no        no        all      all   no          ApplicationUnknown
replaceDocument           no        own       no       no    no          UploadUnknown
requestDownload           no        own       all      all   no          DocumentUnknown
requestUpload             no        yes       no       no    no          -
returnApplication         no        no        all      all   no          ApplicationUnknown
selectDocument            no        own       no       no    no          ApplicationUnknown
setChecklist              no        no        no       yes   no          -
setLegalBasis             no        no        no       yes   no          -
signIn                    yes       yes       yes      yes   yes         -
signOut                   no        yes       yes      yes   yes         -
startApplication          no        own       no       no    no          InvitationUnknown
submitApplication         no        own       no       no    no          ApplicationUnknown
`;

/**
 * Who opens what is personal, where the object that it stands in is theirs to read: `yes`, `no`, or `-`
 * where no operation gives the role such an object. Every other field is a fact.
 */
const fields = `
                                  anonymous candidate operator admin compliance
Actor.name:candidate              -         -         yes      yes   no
Actor.name:staff                  -         no        yes      yes   yes
Candidate.email                   -         yes       yes      yes   no
Candidate.fullName                -         yes       yes      yes   no
CandidateSpace.email              -         yes       yes      yes   no
CandidateSpace.fullName           -         yes       yes      yes   no
Comment.comment                   -         -         yes      yes   no
DocumentVersion.fileName          -         yes       yes      yes   no
Dossier.reason                    -         yes       yes      yes   no
OpenPersonalDataPayload.email     -         -         -        -     yes
OpenPersonalDataPayload.fullName  -         -         -        -     yes
ReviewEntry.comments              -         no        yes      yes   yes
TrailEntry.comment                -         -         yes      yes   no
TrailEntry.reason                 -         -         yes      yes   no
Verdict.reason                    -         yes       yes      yes   no
Viewer.name                       -         yes       yes      yes   yes
`;

type Row = readonly [name: string, ...cells: string[]];
const rowsOf = (
  text: string,
): { readonly header: readonly string[]; readonly rows: readonly Row[] } => {
  const [header = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return { header, rows: rows as unknown as readonly Row[] };
};

const roles = ['anonymous', 'candidate', 'operator', 'admin', 'compliance'] as const;
type Role = (typeof roles)[number];

interface Cell {
  readonly name: string;
  readonly role: Role;
  readonly right: string;
  readonly otherwise: string;
}
const cells: readonly Cell[] = rowsOf(operations).rows.flatMap(([name, ...line]) =>
  roles.map((role, column) => ({
    name,
    role,
    right: line[column] ?? '',
    otherwise: line[roles.length] ?? '',
  })),
);

/** What arguments name things by; everything else that is told belongs to no one. */
const ids = ['applicationId', 'documentId', 'candidateId', 'uploadId', 'invitation'] as const;
type Things = Readonly<Record<(typeof ids)[number], string>>;

let house: Running;
let schema: GraphQLSchema;
let maison: Staff;
let people: Record<Role, Client>;
let watch: ReturnType<typeof counting>;
/** Ada's, who is the candidate here; Bo's, of the same organisation; Cas's, of another; nobody's. */
let adas: Things;
let bos: Things;
let cass: Things;
let absent: Things;
let ada: Registered;
let documents: { readonly cv: string; readonly diploma: string };

/** No role may read these words in any answer; who opens a name with a reason reads just that. */
const words = {
  names: ['Ada Exemple', 'ada@example.org'],
  files: ['CV.pdf', 'CV.docx'],
  reasons: ['The second page is missing.', 'Send it once more.'],
  remarks: ['A note among ourselves.'],
  staff: ['Olu of maison', 'Alix of maison'],
  others: ['Cas Ailleurs', 'cas@example.org', 'of elsewhere'],
};
const unreadable: Readonly<Record<Role, readonly string[]>> = {
  anonymous: [...words.names, ...words.files, ...words.reasons, ...words.remarks, ...words.staff],
  candidate: [...words.remarks, ...words.staff, 'Bo Exemple', 'bo@example.org'],
  operator: [],
  admin: [],
  compliance: [...words.names, ...words.files, ...words.reasons, ...words.remarks],
};

const send = async (
  role: Role,
  name: string,
  given: Given,
): Promise<Answer<Record<string, unknown>>> => {
  const { query, variables } = asking(schema, name, given);
  const answer = await people[role].send<Record<string, unknown>>(query, variables);
  const opened = name === 'openPersonalData' ? words.names : [];
  for (const word of [...unreadable[role], ...words.others])
    if (!opened.includes(word)) expect(answer.text).not.toContain(word);
  return answer;
};

/** What an operation did as a whole; fields inside may be refused on their own. */
const outcomeOf = ({ data, errors }: Answer<Record<string, unknown>>, name: string): string => {
  const whole = errors.find(({ path }) => path === undefined || path.length === 1);
  if (whole) return whole.extensions.code;
  const { edges } = (data?.[name] ?? {}) as { readonly edges?: readonly unknown[] };
  return edges?.length === 0 ? 'nothing' : 'done';
};

/** Input that is about nobody's thing, good for every operation that asks for it. */
const harmless = (): Given => ({
  token: adas.invitation,
  seenRevision: 0,
  version: 1,
  item: 'cv',
  fileName: 'CV.pdf',
  reason: 'Because.',
  comment: 'Dated?',
  overrideReason: 'Seen on paper.',
  items: CHECKLIST,
  legalBasis: 'consent',
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
});

/** What an operation takes of the things of somebody, and all else it needs. */
const about = (name: string, things: Given): Given => {
  const field = rootFields(schema).find((root) => root.field.name === name)?.field;
  const taken = new Set(field && inputsOf(field));
  const all: Given = { ...harmless(), ...things };
  return Object.fromEntries(Object.entries(all).filter(([input]) => taken.has(input)));
};

/** Which of the things an operation can be told. */
const thingsIn = (name: string, right: string): readonly (keyof Things)[] =>
  ids
    .filter((id) => id in about(name, adas))
    // The owner of a document needs no dossier to read it, and none is looked at.
    .filter((id) => !(name === 'requestDownload' && right === 'own' && id === 'applicationId'));

beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const elsewhere = await staffed(house, 'elsewhere');
  const invitation = await maison.invite();
  const there = await elsewhere.invite();
  ada = await registered(house, maison, invitation, {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const bo = await registered(house, maison, invitation, {
    fullName: 'Bo Exemple',
    email: 'bo@example.org',
  });
  const cas = await registered(house, elsewhere, there, {
    fullName: 'Cas Ailleurs',
    email: 'cas@example.org',
  });
  const thingsOf = async (who: Registered, link: string) => {
    const dossier = await submitted(who.client, link);
    const uploadId = await upload(who.client, await sample('CV.pdf'));
    const { applicationId, cv } = dossier;
    const { candidateId } = who;
    const things: Things = {
      applicationId,
      documentId: cv,
      candidateId,
      uploadId,
      invitation: link,
    };
    return { things, dossier };
  };
  const adasOwn = await thingsOf(ada, invitation);
  adas = adasOwn.things;
  documents = adasOwn.dossier;
  cass = (await thingsOf(cas, there)).things;
  // A link is the organisation's: it is somebody else's only where the organisation is.
  bos = { ...(await thingsOf(bo, invitation)).things, invitation: there };
  absent = {
    applicationId: randomUUID(),
    documentId: randomUUID(),
    candidateId: randomUUID(),
    uploadId: randomUUID(),
    // Well formed, of an organisation that does not exist.
    invitation: Buffer.concat([
      Buffer.from(randomUUID().replaceAll('-', ''), 'hex'),
      Buffer.alloc(32, 7),
    ]).toString('base64url'),
  };
  // Something for every field: a remark, a refusal and a return, each with its words.
  const { applicationId, documentId } = adas;
  const document = { applicationId, documentId, version: 1 };
  await maison.olu.do('commentOnDocument', { ...document, comment: words.remarks[0] });
  const { revision } = await maison.olu.do('refuseDocument', {
    ...document,
    seenRevision: adasOwn.dossier.revision,
    reason: words.reasons[0],
  });
  await maison.admin.do('returnApplication', {
    applicationId,
    seenRevision: revision,
    reason: words.reasons[1],
  });
  schema = await schemaOf(house.anybody);
  people = {
    anonymous: house.anybody,
    candidate: ada.client,
    operator: maison.olu,
    admin: maison.admin,
    compliance: maison.compliance,
  };
  watch = counting(house.server.house);
  await house.server.house.settled();
});
afterAll(() => house.end());

test('Every operation of the schema has its row here, and every row its operation', () => {
  const { header, rows } = rowsOf(operations);
  expect(header).toEqual([...roles, 'otherwise']);
  const names = rootFields(schema).map(({ field }) => field.name);
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
});

const isDenied = async ({ name, role }: Cell): Promise<void> => {
  const head = await house.server.house.store.head();
  const answers = [];
  for (const things of [adas, bos, cass, absent]) {
    const { result, calls } = await watch(() => send(role, name, about(name, things)));
    answers.push({ status: result.status, text: result.text, calls });
    expect(outcomeOf(result, name)).toBe(role === 'anonymous' ? 'NotSignedIn' : 'NotAllowed');
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await house.server.house.store.head()).toBe(head);
};

const isBounded = async ({ name, role, right, otherwise }: Cell): Promise<void> => {
  const head = await house.server.house.store.head();
  const others = right === 'own' ? [bos, cass] : [cass];
  const taken = thingsIn(name, right);
  expect(taken.length).toBeGreaterThan(0);
  // All that it names, then each of them alone among things that they do reach.
  const mixtures = [taken, ...(taken.length > 1 ? taken.map((one) => [one]) : [])];
  for (const mixture of mixtures) {
    const ask = async (whose: Things) => {
      const things = Object.fromEntries(mixture.map((id) => [id, whose[id]]));
      const { result, calls } = await watch(() =>
        send(role, name, about(name, { ...adas, ...things })),
      );
      return { code: outcomeOf(result, name), status: result.status, text: result.text, calls };
    };
    const none = await ask(absent);
    if (mixture === taken) expect(none.code).toBe(otherwise);
    expect(['done', 'NotAllowed', 'NotSignedIn', 'InvalidInput']).not.toContain(none.code);
    expect(none.calls.length).toBeGreaterThan(0);
    for (const theirs of others) expect(await ask(theirs)).toEqual(none);
  }
  expect(await house.server.house.store.head()).toBe(head);
};

describe('Who may not, is told that and nothing else, whatever it is about:', () => {
  test.each(cells.filter(({ right }) => right === 'no'))('$name by $role', isDenied);
});

describe('What is somebody else’s, and what is not there, is one answer after the same work:', () => {
  const bounded = cells.filter(({ right }) => right === 'own' || right === 'all');
  test.each(bounded)('$name by $role ($right)', isBounded);
});

/** Ada's dossier of a campaign of its own, filled; submitted unless it is to be. */
const another = async (stop: 'filled' | 'submitted'): Promise<Given> => {
  const { client } = ada;
  const invitation = await maison.invite(`Campaign ${randomUUID()}`);
  const { applicationId } = await client.do('startApplication', { invitation });
  const { cv, diploma } = documents;
  await client.do('selectDocument', { applicationId, item: 'cv', documentId: cv });
  const selected = { applicationId, item: 'diploma', documentId: diploma };
  const filled = await client.do('selectDocument', selected);
  const { dossier } =
    stop === 'filled' ? filled : await client.do('submitApplication', { applicationId });
  return { applicationId, documentId: cv, seenRevision: dossier?.revision };
};

/** Input with which an operation does what it is for. */
const good = async (name: string): Promise<Given> => {
  const { client } = ada;
  switch (name) {
    case 'acceptApplication':
    case 'acceptDocument':
    case 'commentOnDocument':
    case 'refuseDocument':
    case 'rejectApplicationFinally':
    case 'returnApplication':
      return another('submitted');
    case 'selectDocument':
    case 'submitApplication':
      return another('filled');
    case 'startApplication':
      return { invitation: await maison.invite(`Campaign ${randomUUID()}`) };
    case 'addDocument':
      return { uploadId: await upload(client, await sample('CV.pdf')) };
    case 'replaceDocument': {
      const { documentId } = await deposit(client, 'CV.pdf');
      return { documentId, uploadId: await upload(client, await sample('CV.pdf')) };
    }
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

/** Nobody signs out who has something to do yet. */
const asThemselves = async (role: Role, work: () => Promise<void>): Promise<void> => {
  const kept = people[role];
  const email = role === 'candidate' ? 'ada@example.org' : `${nameOf[role]}@maison.example`;
  people = { ...people, [role]: await signIn(house, 'maison', email) };
  await work();
  people = { ...people, [role]: kept };
};
const nameOf: Readonly<Partial<Record<Role, string>>> = {
  operator: 'olu',
  admin: 'alix',
  compliance: 'charlie',
};

const seen = new Map<string, Map<Role, Set<'opened' | 'refused'>>>();
const note = (role: Role, field: string, how: 'opened' | 'refused' | 'empty'): void => {
  const byRole = seen.get(field) ?? new Map<Role, Set<'opened' | 'refused'>>();
  seen.set(field, byRole);
  const hows = byRole.get(role) ?? new Set();
  byRole.set(role, hows);
  if (how !== 'empty') hows.add(how);
};

describe('Who may, does:', () => {
  const allowed = cells.filter(({ right }) => right !== 'no');
  test.each(allowed)('$name by $role', async ({ name, role }) => {
    const given = about(name, { ...adas, ...(await good(name)) });
    const act = async (): Promise<void> => {
      const answer = await send(role, name, given);
      expect([outcomeOf(answer, name), answer.text]).toEqual(['done', answer.text]);
      for (const { field, beside, value, refused } of fieldsIn(
        schema,
        answer.data ?? {},
        answer.errors,
      )) {
        const whose = beside['role'] === 'candidate' ? 'candidate' : 'staff';
        const known = field === 'Actor.name' ? `${field}:${whose}` : field;
        if (refused !== undefined) {
          expect([known, refused, value]).toEqual([known, 'NotYoursToOpen', null]);
          note(role, known, 'refused');
        } else note(role, known, value === null ? 'empty' : 'opened');
      }
      expect(answer.errors.every(({ path = [] }) => path.length > 1)).toBe(true);
    };
    await (name === 'signOut' ? asThemselves(role, act) : act());
  });
});

describe('Each personal field opens to whom its row names, and to nobody else:', () => {
  const { header, rows } = rowsOf(fields);
  const opening = rows.flatMap(([field, ...line]) =>
    roles.map((role, column) => ({ field, role, answer: line[column] ?? '' })),
  );
  test('the table has a column for each role', () => {
    expect(header).toEqual(roles);
  });
  test.each(opening)('$field to $role: $answer', ({ field, role, answer }) => {
    const found = [...(seen.get(field)?.get(role) ?? [])];
    expect(found).toEqual({ yes: ['opened'], no: ['refused'] }[answer] ?? []);
  });
  test('every other field is a fact, and every field of the schema was read', () => {
    const personal = new Set(rows.map(([field]) => field));
    for (const [field, byRole] of seen)
      if (!personal.has(field))
        for (const [role, hows] of byRole)
          expect([field, role, hows.has('refused')]).toEqual([field, role, false]);
    const read = new Set([...seen.keys()].map((field) => field.replace(/:.*/, '')));
    expect(objectFields(schema).filter((field) => !read.has(field))).toEqual([]);
  });
});

describe('A row that gives too much is found:', () => {
  /** Runs while one row of the product's table is another. */
  const poisoned = async (
    table: object,
    row: string,
    poison: unknown,
    work: () => Promise<unknown>,
  ): Promise<unknown> => {
    const rows = table as Record<string, unknown>;
    const kept = rows[row];
    rows[row] = poison;
    try {
      return await work();
    } finally {
      rows[row] = kept;
    }
  };
  const cellOf = (name: string, role: Role): Cell =>
    cells.find((cell) => cell.name === name && cell.role === role) as Cell;

  test.each<[string, Role, object]>([
    ['people', 'candidate', { candidate: 'organisation' }],
    ['acceptDocument', 'compliance', { compliance: 'organisation' }],
    ['openPersonalData', 'operator', { operator: 'organisation' }],
  ])('an operation for a role that may not: %s by %s', async (name, role, poison) => {
    await isDenied(cellOf(name, role));
    await poisoned(operationRights, name, poison, async () => {
      // The domain has its own word where the operation is a command: then only the work differs.
      await expect(isDenied({ ...cellOf(name, role) })).rejects.toThrow('expect(');
    });
  });

  test.each(['dossier', 'reviewSynthesis', 'candidateSpace'])(
    'somebody else’s %s for a candidate',
    async (name) => {
      const cell = cellOf(name, 'candidate');
      await isBounded(cell);
      await poisoned(operationRights, name, { candidate: 'organisation' }, () =>
        expect(isBounded(cell)).rejects.toThrow('expect('),
      );
    },
  );

  test('words about a person for who reads facts only', async () => {
    const about = () => send('compliance', 'dossier', { applicationId: adas.applicationId });
    await about();
    const reason = { compliance: 'organisation' };
    await poisoned(fieldRights, 'Dossier', { ...fieldRights.Dossier, reason }, () =>
      expect(about()).rejects.toThrow('Send it once more.'),
    );
  });
});
