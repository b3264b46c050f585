import { decider, ignore, type EventOf, type Scope } from '@vivier/kernel';
import { applicationEvents as events, type ReviewState } from './application.events.ts';
import { candidateCommands } from './candidate-commands.ts';
import { declaringCommands } from './declaring-commands.ts';
import { forgettingCommands } from './forgetting-commands.ts';
import { messageCommands } from './message-commands.ts';
import { applicationRejections } from './rejections.ts';
import { reviewCommands } from './review-commands.ts';
import {
  ifDossier,
  ownAction,
  withPin,
  type ApplicationState,
  type Dossier,
  type Pin,
} from './state.ts';

export type ApplicationEvent = EventOf<typeof events>;

type Placed = { readonly data: Omit<Pin, 'state'> };

const placed = (
  { data: { item, documentId, version, contentHash, validUntil } }: Placed,
  state: Pin['state'],
): Pin => ({
  ...{ item, documentId, version, contentHash, state },
  ...(validUntil !== undefined && state === 'valid' && { validUntil }),
});

const reviewed = (state: Pin['state']) =>
  ifDossier<Placed>((dossier, event) => withPin(dossier, placed(event, state)));

const moved = (status: Dossier['status']) =>
  ifDossier((dossier) => ({ ...dossier, status, restricted: false, eraseAt: undefined }));

/** One candidate's dossier for one campaign, from the first document to the verdict on the whole. */
export const application = decider<ApplicationState>()({
  category: 'application',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: (key) => `application-${key}` as Scope,
  absent: applicationRejections.ApplicationUnknown,

  evolve: {
    ApplicationStarted: (_, { at, data }) => ({
      status: 'draft',
      applicationId: data.applicationId,
      candidateId: data.candidateId,
      invitationId: data.invitationId,
      checklist: data.checklist,
      information: data.information ?? [],
      requirements: data.requirements ?? [],
      acceptedStatuses: data.acceptedStatuses,
      workerStatus: undefined,
      declared: {},
      pins: [],
      reviewerId: undefined,
      written: {},
      read: {},
      lastActionAt: at,
      returnedAt: undefined,
      restricted: false,
      eraseAt: undefined,
    }),
    StatusDeclared: ownAction((dossier, { data }) => ({ ...dossier, workerStatus: data.status })),
    ChecklistRecomputed: ignore,
    RequirementDeclared: ownAction((dossier, { data: { requirement, outcome } }) => ({
      ...dossier,
      // What a reviewer confirmed was what had been declared before.
      declared: { ...dossier.declared, [requirement]: { outcome } },
    })),
    RequirementConfirmed: ifDossier((dossier, { data: { requirement, confirmed } }) => {
      const declared = dossier.declared[requirement];
      return declared
        ? {
            ...dossier,
            declared: { ...dossier.declared, [requirement]: { ...declared, confirmed } },
          }
        : dossier;
    }),
    DocumentSelected: ownAction<Placed & { readonly at: string }>((dossier, event) =>
      withPin(dossier, placed(event, 'submitted')),
    ),
    DocumentDeselected: ownAction((dossier, { data: { documentId } }) => ({
      ...dossier,
      pins: dossier.pins.filter((pin) => pin.documentId !== documentId),
    })),
    // What is not asked for stays so, whatever its owner puts in its stead.
    DocumentRepinned: ifDossier<Placed & { readonly data: { readonly from: ReviewState } }>(
      (dossier, event) =>
        withPin(
          dossier,
          placed(event, event.data.from === 'notApplicable' ? 'notApplicable' : 'submitted'),
        ),
    ),
    DocumentVerdictReset: reviewed('submitted'),
    DocumentAccepted: reviewed('valid'),
    DocumentRefused: reviewed('refused'),
    DocumentMarkedNotApplicable: reviewed('notApplicable'),
    DocumentExpired: reviewed('expired'),
    DocumentCommented: ignore,
    ReviewerAssigned: ifDossier((dossier, { data: { reviewerId } }) => ({
      ...dossier,
      reviewerId,
    })),
    ReviewerUnassigned: ifDossier((dossier) => ({ ...dossier, reviewerId: undefined })),
    MessageSent: ifDossier((dossier, { at, data: { side, messageId } }) => ({
      ...dossier,
      written: { ...dossier.written, [side]: messageId },
      ...(side === 'candidate' && { lastActionAt: at }),
    })),
    MessagesRead: ifDossier((dossier, { data: { side, upTo } }) => ({
      ...dossier,
      read: { ...dossier.read, [side]: upTo },
    })),
    ApplicationSubmitted: ownAction((dossier) => ({ ...dossier, status: 'submitted' })),
    ApplicationAccepted: moved('accepted'),
    ApplicationReturned: ifDossier((dossier, { at }) => ({
      ...dossier,
      status: 'returned',
      returnedAt: at,
      restricted: false,
      eraseAt: undefined,
    })),
    ApplicationRejectedFinally: ifDossier((dossier, { data: { afterwards, eraseAt } }) => ({
      ...dossier,
      status: 'rejectedFinally',
      restricted: afterwards !== undefined && afterwards.kind !== 'erase-now',
      eraseAt,
    })),
    ApplicationWithdrawn: moved('withdrawn'),
    DossierForgotten: (_, { data }) => ({
      status: 'forgotten',
      applicationId: data.applicationId,
      candidateId: data.candidateId,
    }),
  },

  commands: {
    ...candidateCommands,
    ...declaringCommands,
    ...messageCommands,
    ...reviewCommands,
    ...forgettingCommands,
  },
});
