import {
  command,
  type DomainEvent,
  type EventOf,
  type Recorded,
  type Rejection,
} from '@vivier/kernel';
import type { DocumentId } from '../candidate/candidate.events.ts';
import { applicationEvents as events, type OverallState } from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import {
  isDossier,
  placeOf,
  unsettledItems,
  type ApplicationState,
  type Dossier,
  type Pin,
} from './state.ts';

const review = command<ApplicationState, EventOf<typeof events>>();

const { applicationId } = events.ApplicationStarted.fields;
const { documentId, version } = events.DocumentAccepted.fields;

const dossierKey = (input: { readonly applicationId: string }): string => input.applicationId;

/** A verdict is about one document: what happened to others since does not touch it. */
const touchesDocument = (
  input: { readonly documentId: DocumentId },
  { type, data }: Recorded<DomainEvent>,
): boolean =>
  type !== events.DocumentCommented.type &&
  (data as { documentId?: DocumentId }).documentId === input.documentId;

/** A decision on the whole is about everything in the dossier, but for remarks. */
const touchesDossier = (_: unknown, { type }: Recorded<DomainEvent>): boolean =>
  type !== events.DocumentCommented.type;

/** Finds what a verdict is about; documents can be reviewed from the first one on (A.4). */
const reviewed = (
  state: ApplicationState,
  input: { readonly documentId: DocumentId; readonly version: number },
): { readonly dossier: Dossier; readonly item: string; readonly pin: Pin } | Rejection => {
  if (!isDossier(state)) return refuse.ApplicationForgotten();
  if (state.status === 'rejectedFinally')
    return refuse.ApplicationNotReviewable({ state: state.status });
  const place = placeOf(state, input.documentId);
  if (!place) return refuse.DocumentNotInApplication();
  if (place.pin.version !== input.version)
    return refuse.VersionNotInApplication({ version: place.pin.version });
  return { dossier: state, ...place };
};

const factsOfPin = ({ item, pin }: { readonly item: string; readonly pin: Pin }) => ({
  item,
  documentId: pin.documentId,
  version: pin.version,
  contentHash: pin.contentHash,
});

/** A decision on the whole, from any state in which one was or can be made (*modification de l'état*). */
const decidable = (
  state: ApplicationState,
  to: OverallState,
): { readonly dossier: Dossier } | Rejection => {
  if (!isDossier(state)) return refuse.ApplicationForgotten();
  if (state.status === 'draft') return refuse.ApplicationNotSubmitted();
  if (state.status === to) return refuse.ApplicationStateUnchanged({ state: to });
  return { dossier: state };
};

/** What an operator decides, each in both directions. */
export const reviewCommands = {
  AcceptDocument: review({
    input: { applicationId, documentId, version },
    key: dossierKey,
    concerns: touchesDocument,
    decide: (input, state) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      if (found.pin.state === 'valid') return refuse.VerdictUnchanged();
      return [events.DocumentAccepted({ ...factsOfPin(found), from: found.pin.state })];
    },
  }),

  RefuseDocument: review({
    input: { applicationId, documentId, version, reason: events.DocumentRefused.fields.reason },
    key: dossierKey,
    concerns: touchesDocument,
    decide: (input, state) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      if (found.pin.state === 'refused') return refuse.VerdictUnchanged();
      const { reason } = input;
      return [events.DocumentRefused({ ...factsOfPin(found), from: found.pin.state, reason })];
    },
  }),

  CommentOnDocument: review({
    input: { applicationId, documentId, version, comment: events.DocumentCommented.fields.comment },
    key: dossierKey,
    decide: (input, state) => {
      const found = reviewed(state, input);
      if ('rejected' in found) return found;
      return [events.DocumentCommented({ ...factsOfPin(found), comment: input.comment })];
    },
  }),

  AcceptApplication: review({
    input: {
      applicationId,
      overrideReason: events.ApplicationAccepted.fields.overrideReason,
    },
    key: dossierKey,
    concerns: touchesDossier,
    decide: ({ overrideReason }, state) => {
      const found = decidable(state, 'accepted');
      if ('rejected' in found) return found;
      const items = unsettledItems(found.dossier);
      if (items.length > 0 && !overrideReason) return refuse.DocumentsNotAllValid({ items });
      return [
        events.ApplicationAccepted({
          from: found.dossier.status,
          overridden: [...items],
          ...(items.length > 0 && overrideReason && { overrideReason }),
        }),
      ];
    },
  }),

  ReturnApplication: review({
    input: { applicationId, reason: events.ApplicationReturned.fields.reason },
    key: dossierKey,
    concerns: touchesDossier,
    decide: ({ reason }, state) => {
      const found = decidable(state, 'returned');
      if ('rejected' in found) return found;
      return [events.ApplicationReturned({ from: found.dossier.status, reason })];
    },
  }),

  /** The erasure that the seed joins to it is a process of its own. */
  RejectApplicationFinally: review({
    input: { applicationId, reason: events.ApplicationRejectedFinally.fields.reason },
    key: dossierKey,
    concerns: touchesDossier,
    decide: ({ reason }, state) => {
      const found = decidable(state, 'rejectedFinally');
      if ('rejected' in found) return found;
      return [events.ApplicationRejectedFinally({ from: found.dossier.status, reason })];
    },
  }),
};
