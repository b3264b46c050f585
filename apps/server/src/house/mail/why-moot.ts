import {
  applicationEvents,
  type ApplicationState,
  type CandidateState,
  type LinkId,
} from '@vivier/domain';
import type { Recorded } from '@vivier/kernel';
import type { Loaded } from '@vivier/runtime';
import type { MailTask } from './send-mail.ts';

/** What a mail is about, as the log tells it at the moment at which it is handed over. */
interface Asked {
  readonly task: MailTask;
  readonly person: CandidateState & { readonly status: 'registered' };
  readonly dossier: Loaded | undefined;
  /** That asked for the mail. */
  readonly event: Recorded;
  /** ms since 1970. */
  readonly now: number;
}

const {
  ApplicationSubmitted,
  ApplicationAccepted,
  ApplicationReturned,
  ApplicationRejectedFinally,
  ApplicationWithdrawn,
} = applicationEvents;

/** What the whole dossier's state follows from, always the newest of them. */
const MOVES = new Set<string>([
  ApplicationSubmitted.type,
  ApplicationAccepted.type,
  ApplicationReturned.type,
  ApplicationRejectedFinally.type,
  ApplicationWithdrawn.type,
]);

/** Whether the dossier was submitted, decided on or withdrawn after what the mail tells. */
const isOvertaken = (dossier: Loaded | undefined, { id }: Recorded): boolean =>
  dossier?.events.findLast(({ type }) => MOVES.has(type))?.id !== id;

const statusOf = (dossier: Loaded | undefined): ApplicationState['status'] | undefined =>
  (dossier?.state as ApplicationState | undefined)?.status;

/**
 * Why a mail that was tried again, for a while or for days, is not wanted any more; undefined where it is.
 * The word stands as the failure of `MailNotSent`.
 */
export const whyMoot = (asked: Asked): string | undefined => {
  const { task, person, dossier, event } = asked;
  switch (task.kind) {
    case 'activation':
      // nobody is asked to activate what is active.
      return person.confirmed ? 'AlreadyConfirmed' : whyLinkIsMoot(asked);
    case 'passwordReset':
    case 'addressChange':
      return whyLinkIsMoot(asked);
    case 'incompleteReminder':
      return isStillAnnounced(asked) ? undefined : 'Cancelled';
    case 'correctionRequest':
      return isOvertaken(dossier, event) || statusOf(dossier) === 'forgotten'
        ? 'Cancelled'
        : undefined;
    case 'finalRejection':
      // Of a dossier that was forgotten by its verdict, its person is still told.
      return isOvertaken(dossier, event) ? 'Cancelled' : undefined;
    case 'submissionConfirmation':
      // It did arrive, whatever was decided since.
      return undefined;
  }
};

const whyLinkIsMoot = ({ person: { links }, event, now }: Asked): string | undefined => {
  const { linkId, until } = event.data as { readonly linkId: LinkId; readonly until: string };
  // It did its work, or a newer one has taken its place.
  if (links[linkId]?.used) return 'LinkUsed';
  return Date.parse(until) <= now ? 'LinkExpired' : undefined;
};

/** Whether this very deletion stands; its dossier may be past it before the cancellation is on record. */
const isStillAnnounced = ({ task, person: { announced }, dossier, event }: Asked): boolean => {
  const { deleteAt } = event.data as { readonly deleteAt: string };
  const standing = announced[task.applicationId ?? 'account'];
  const status = statusOf(dossier);
  return (
    (status === undefined || status === 'draft' || status === 'returned') &&
    standing?.deleteAt === deleteAt &&
    standing.warnedAt === event.at
  );
};
