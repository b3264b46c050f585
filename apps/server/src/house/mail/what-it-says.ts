import {
  application,
  applicationEvents,
  candidate,
  candidateEvents,
  messageTemplate,
  recruitmentModule,
  templateOf,
  type CandidateState,
  type LinkId,
  type Locale,
  type MessageTemplateState,
  type RecruitmentModuleState,
} from '@vivier/domain';
import type { Identity, Organisation } from '@vivier/identity';
import { daysBetween, erased, type Attempt, type Clock, type Scope } from '@vivier/kernel';
import type { AnyDecider, OrganisationId, PersonId, Recorded, Sealed } from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import { defaultTemplates, type MailTemplate, type MailVariables } from '@vivier/mail';
import type { Execute, Loaded } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import { accountScope, dossierScope, type Mailing } from './mailing.ts';
import type { MailTask } from './send-mail.ts';
import { whyMoot } from './why-moot.ts';
import { dayIn, greetable, momentIn } from './words.ts';

/** Kinds of links that mails carry. */
export type MailedLink = 'activation' | 'passwordReset' | 'addressChange';

export interface MailPorts {
  readonly load: (
    organisationId: OrganisationId,
    aggregate: AnyDecider,
    key: string,
  ) => Promise<Loaded>;
  readonly execute: Execute;
  readonly vault: Pick<Vault, 'open'>;
  readonly identity: Pick<Identity, 'organisation'>;
  readonly clock: Clock;
  readonly mailing: Mailing;
  /** The address that a link leads to; its token is made anew each time, the log does not hold it. */
  readonly linkOf: (link: {
    readonly organisationId: OrganisationId;
    readonly candidateId: PersonId;
    readonly linkId: LinkId;
    readonly kind: MailedLink;
  }) => Promise<string>;
}

interface Common {
  readonly locale: Locale;
  readonly templateVersion: number;
}

/** A mail that is ready to leave, or the reason why it is not wanted any more. */
export type Said =
  | (Common & { readonly moot: string })
  | (Common & {
      readonly moot?: undefined;
      readonly to: { readonly name: string | null; readonly address: string };
      readonly fromName: string;
      /** Which key seals it where it is kept. */
      readonly scope: Scope;
      readonly filled: { readonly template: MailTemplate; readonly variables: MailVariables };
    });

/** Where neither the person nor the organisation has said (*ours*: the seeds are French). */
const USUAL: Locale = 'fr';

type Fields = Readonly<Record<string, unknown>>;

const lastOf = (events: readonly Recorded[], ...types: readonly string[]): Fields =>
  (events.findLast(({ type }) => types.includes(type))?.data ?? {}) as Fields;

const { CandidateRegistered, LoginEmailChanged } = candidateEvents;
const { ApplicationStarted } = applicationEvents;

/**
 * Everything that a mail is made of, read from the log at this moment; names, addresses and reasons are
 * opened here, for this one mail. Undefined where the person was erased.
 */
export const whatItSays = async (
  ports: MailPorts,
  task: MailTask,
  { organisationId, eventId }: Attempt,
): Promise<Said | undefined> => {
  const { kind, candidateId, applicationId } = task;
  const { load, clock, vault } = ports;
  const person = await load(organisationId, candidate, candidateId);
  const state = person.state as CandidateState;
  if (state.status !== 'registered') return undefined;
  const dossier =
    applicationId === undefined
      ? undefined
      : await load(organisationId, application, applicationId);
  const event = [...person.events, ...(dossier?.events ?? [])].find(({ id }) => id === eventId);
  if (!event) throw new Error('The event that a mail is about is not in the log.');
  const told = event.data as Fields;

  const locale = state.locale ?? USUAL;
  const templates = await load(organisationId, messageTemplate, organisationId);
  const own = templateOf(templates.state as MessageTemplateState, kind, locale);
  const common = { locale, templateVersion: own?.templateVersion ?? 0 };
  const moot = whyMoot({ task, person: state, dossier, event, now: clock.now() });
  if (moot !== undefined) return { ...common, moot };

  const handles = [
    lastOf(person.events, CandidateRegistered.type)['fullName'],
    kind === 'addressChange'
      ? told['email']
      : lastOf(person.events, CandidateRegistered.type, LoginEmailChanged.type)['email'],
    ...(told['reason'] === undefined ? [] : [told['reason']]),
  ] as readonly Sealed[];
  const expected = { organisationId, personId: candidateId };
  const [name, address, reason] = await openHandles(
    handles.map((handle) => ({ handle, expected })),
    (blobs) => vault.open(blobs),
  );
  if (typeof name !== 'string' || typeof address !== 'string') return undefined;

  const organisation = await ports.identity.organisation(organisationId);
  if (!organisation) throw new Error('The organisation of a mail is not there.');
  const facts = await factsOf(ports, task, { organisation, locale, event, told });
  const called = greetable(name);
  const campaign = dossier && lastOf(dossier.events, ApplicationStarted.type)['campaign'];
  return {
    ...common,
    to: { name: called, address },
    fromName: organisation.name,
    // A dossier that was forgotten meanwhile has no key any more; what is left to say is the person's.
    scope:
      applicationId === undefined || reason === erased ? accountScope : dossierScope(applicationId),
    filled: {
      template: own ?? defaultTemplates[kind][locale],
      variables: {
        name: called,
        organisation: organisation.name,
        campaign: typeof campaign === 'string' ? campaign : null,
        reason: typeof reason === 'string' ? reason : null,
        ...facts,
      } as MailVariables,
    },
  };
};

/** What only some kinds of mails name. */
const factsOf = async (
  { linkOf, load, clock }: MailPorts,
  { kind, candidateId }: MailTask,
  {
    organisation: { organisationId, zone },
    locale,
    event,
    told,
  }: {
    readonly organisation: Organisation;
    readonly locale: Locale;
    readonly event: Recorded;
    readonly told: Fields;
  },
): Promise<Readonly<Record<string, string>>> => {
  switch (kind) {
    case 'activation':
    case 'passwordReset':
    case 'addressChange': {
      const { linkId, until } = told as { readonly linkId: LinkId; readonly until: string };
      const link = await linkOf({ organisationId, candidateId, linkId, kind });
      return { link, until: momentIn(until, locale, zone) };
    }
    case 'submissionConfirmation':
      return { submittedAt: momentIn(event.at, locale, zone) };
    case 'incompleteReminder': {
      const { deleteAt } = told as { readonly deleteAt: string };
      const { state } = await load(organisationId, recruitmentModule, organisationId);
      const where = (state as RecruitmentModuleState).incompleteDeletion.zone;
      const now = new Date(clock.now()).toISOString();
      return {
        deleteOn: dayIn(deleteAt, locale, where),
        days: String(Math.max(0, daysBetween(now, deleteAt, where))),
      };
    }
    case 'correctionRequest':
    case 'finalRejection':
      return {};
  }
};
