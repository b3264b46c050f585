import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type CandidateId,
  type DocumentId,
  type FileId,
  type InvitationId,
} from '@vivier/domain';
import type { DomainEvent, Scope } from '@vivier/kernel';
import { pending } from '@vivier/kernel/sealing';
import { derive } from '@vivier/runtime';

/** One event of the past, and where it belongs. */
export interface Past {
  readonly category: 'candidate' | 'application';
  readonly key: string;
  readonly personId: CandidateId;
  readonly scope: Scope;
  readonly command: string;
  readonly event: DomainEvent;
}

const CAMPAIGNS = ['Home care 2027', 'Night shift', 'Kitchen', 'Drivers', 'Spring intake'];
const ITEMS = [
  { key: 'cv', label: 'Curriculum vitae', required: true },
  { key: 'diploma', label: 'Diploma or certificate', required: true },
  { key: 'cover-letter', label: 'Cover letter', required: false },
];
const WORDS =
  'The second page is cut off on the right; please scan it again, with the stamp and the signature.';

const uuid = (...parts: (string | number)[]): string => derive('bench', ...parts.map(String));

/** One person has a dossier in each campaign. */
const personOf = (dossier: number): number => Math.floor(dossier / CAMPAIGNS.length);

export const candidateIdOf = (dossier: number): CandidateId =>
  uuid('person', personOf(dossier)) as CandidateId;
export const applicationIdOf = (dossier: number): ApplicationId =>
  uuid('dossier', dossier) as ApplicationId;

const documentOf = (dossier: number, item: string) => ({
  documentId: uuid('document', personOf(dossier), item) as DocumentId,
  version: 1,
  contentHash: uuid('content', personOf(dossier), item).replaceAll('-', '').repeat(2),
});

export const registration = (dossier: number): Past[] => {
  const personId = candidateIdOf(dossier);
  const invitationId = uuid('invitation', 0) as InvitationId;
  const place = {
    category: 'candidate' as const,
    key: personId,
    personId,
    scope: 'account' as Scope,
  };
  return [
    {
      ...place,
      command: 'RegisterCandidate',
      event: candidateEvents.CandidateRegistered({
        candidateId: personId,
        fullName: pending(`Camille Exemple-Martin ${personOf(dossier)}`),
        email: pending(`camille.exemple.martin.${personOf(dossier)}@example.org`),
        invitationId,
        campaign: CAMPAIGNS[0] ?? '',
      }),
    },
    ...ITEMS.map(({ key, label }) => ({
      ...place,
      command: 'AddDocument',
      event: candidateEvents.DocumentAdded({
        ...documentOf(dossier, key),
        fileId: uuid('file', personOf(dossier), key) as FileId,
        fileName: pending(`${label} of Camille ${personOf(dossier)}.pdf`),
        mediaType: 'application/pdf',
        size: 182_000 + dossier,
      }),
    })),
  ];
};

/**
 * The first events of one dossier: placed, submitted, reviewed and commented on, returned; then as many
 * more comments and verdicts as asked for. Four of the first ten hold words of a reviewer.
 */
export const dossierHistory = (dossier: number, events = 10): Past[] => {
  const key = applicationIdOf(dossier);
  const personId = candidateIdOf(dossier);
  const campaign = dossier % CAMPAIGNS.length;
  const pin = (item: string) => ({ item, ...documentOf(dossier, item) });
  const made = applicationEvents;
  const told: [string, DomainEvent][] = [
    [
      'StartApplication',
      made.ApplicationStarted({
        applicationId: key,
        candidateId: personId,
        invitationId: uuid('invitation', campaign) as InvitationId,
        campaign: CAMPAIGNS[campaign] ?? '',
        checklistVersion: 1,
        checklist: ITEMS,
      }),
    ],
    ...ITEMS.map((item): [string, DomainEvent] => [
      'SelectDocument',
      made.DocumentSelected({ ...pin(item.key), from: 'missing' }),
    ]),
    [
      'SubmitApplication',
      made.ApplicationSubmitted({ from: 'draft', legalBasis: 'legitimate-interest' }),
    ],
    ['AcceptDocument', made.DocumentAccepted({ ...pin('cv'), from: 'submitted' })],
  ];
  const comment = (): [string, DomainEvent] => [
    'CommentOnDocument',
    made.DocumentCommented({ ...pin('diploma'), comment: pending(WORDS) }),
  ];
  told.push(comment(), [
    'RefuseDocument',
    made.DocumentRefused({ ...pin('diploma'), from: 'submitted', reason: pending(WORDS) }),
  ]);
  told.push(comment(), [
    'ReturnApplication',
    made.ApplicationReturned({ from: 'submitted', reason: pending(WORDS) }),
  ]);
  while (told.length < events)
    told.push(
      told.length % 2 === 0
        ? comment()
        : ['AcceptDocument', made.DocumentAccepted({ ...pin('cover-letter'), from: 'submitted' })],
    );
  return told.slice(0, events).map(([command, event]) => ({
    category: 'application',
    key,
    personId,
    scope: `application-${key}` as Scope,
    command,
    event,
  }));
};

/** So many dossiers are under way at a time: each step goes once through all of them. */
const UNDER_WAY = 200;

/** What a year of an organisation looks like: persons register, and their dossiers grow side by side. */
export function* organisationHistory(dossiers: number): Generator<Past> {
  for (let first = 0; first < dossiers; first += UNDER_WAY) {
    const some = Array.from(
      { length: Math.min(UNDER_WAY, dossiers - first) },
      (_, index) => first + index,
    );
    for (const dossier of some) if (dossier % CAMPAIGNS.length === 0) yield* registration(dossier);
    const histories = some.map((dossier) => dossierHistory(dossier));
    const steps = Math.max(...histories.map(({ length }) => length));
    for (let step = 0; step < steps; step += 1)
      for (const history of histories) {
        const past = history[step];
        if (past) yield past;
      }
  }
}
