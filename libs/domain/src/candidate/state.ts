import type { PersonId } from '@vivier/kernel';
import type { InvitationId } from '../recruitment-module/recruitment-module.events.ts';
import type { CandidateId, DocumentId, FileId, LinkId, Locale } from './candidate.events.ts';

/** The newest version of one document in a candidate's vault. */
export interface CandidateDocument {
  readonly version: number;
  readonly contentHash: string;
  readonly mediaType: string;
  /** Of every version. */
  readonly files: readonly FileId[];
}

/** A link that left in a mail; `used` once it has done what it was for. */
export interface SentLink {
  readonly kind: 'activation' | 'passwordReset' | 'addressChange';
  /** ISO-8601 instant. */
  readonly until: string;
  readonly used: boolean;
}

/** A deletion that the person was warned of. */
export interface AnnouncedDeletion {
  /** ISO-8601 instant. */
  readonly deleteAt: string;
  /** When it was announced, an ISO-8601 instant. */
  readonly warnedAt: string;
}

export interface Registered {
  readonly status: 'registered';
  readonly candidateId: CandidateId;
  readonly invitationId: InvitationId;
  readonly locale: Locale | undefined;
  /** Whether they followed an activation link. */
  readonly confirmed: boolean;
  readonly links: Readonly<Record<LinkId, SentLink>>;
  readonly documents: Readonly<Record<DocumentId, CandidateDocument>>;
  readonly files: readonly FileId[];
  /** Keys of *mes infos* that are filled. */
  readonly filled: readonly string[];
  /** Applications that are accepted at the moment: with one, the space is the whole one. */
  readonly openedBy: readonly string[];
  /** By application, `account` where there is none. */
  readonly announced: Readonly<Record<string, AnnouncedDeletion>>;
  /** The last of their own actions that move a clock, an ISO-8601 instant. */
  readonly lastActionAt: string;
}

export type CandidateState =
  | { readonly status: 'absent' }
  | Registered
  | { readonly status: 'erased'; readonly candidateId: CandidateId };

/** A step that only somebody who is registered takes. */
export const ifRegistered =
  <Event>(step: (state: Registered, event: Event) => Registered) =>
  (state: CandidateState, event: Event): CandidateState =>
    state.status === 'registered' ? step(state, event) : state;

/** The same, of an action of the closed list that moves the clock of incomplete dossiers. */
export const ownAction = <Event extends { readonly at: string }>(
  step: (state: Registered, event: Event) => Registered,
) => ifRegistered<Event>((state, event) => ({ ...step(state, event), lastActionAt: event.at }));

/** Where the clock of an application, or of an account without one, is kept. */
export const clockOf = (applicationId: string | undefined): string => applicationId ?? 'account';

/** A candidate acts on their own stream only. */
export const own = (
  _: unknown,
  { by }: { readonly by: { readonly personId?: PersonId } },
): string => by.personId ?? '';
