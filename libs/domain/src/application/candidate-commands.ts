import { command, factsOf, type EventOf } from '@vivier/kernel';
import { candidate } from '../candidate/candidate.ts';
import type { CandidateId } from '../candidate/candidate.events.ts';
import { consent, consentKey } from '../consent/consent.ts';
import { invitationOf } from '../recruitment-module/invitation.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import { applicationEvents as events, type ApplicationId } from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import { hasAcceptedType } from './document-types.ts';
import {
  askedItems,
  gapsIn,
  hasGaps,
  isDossier,
  isEditable,
  isLive,
  pinOf,
  pinsIn,
  roomIn,
  type ApplicationState,
} from './state.ts';

const act = command<ApplicationState, EventOf<typeof events>>();

/** One application per candidate and campaign (R-040, A.5): the stream's id follows from both. */
const applicationKey = (
  derive: (...parts: string[]) => string,
  candidateId: CandidateId | undefined,
  invitationId: string,
): ApplicationId => derive('application', candidateId ?? '', invitationId) as ApplicationId;

const { fields } = events.DocumentSelected;
const { applicationId } = events.ApplicationStarted.fields;
const ofApplication = (input: { readonly applicationId: ApplicationId }): string =>
  input.applicationId;

/** What a candidate does with an application, and what their vault does to it. */
export const candidateCommands = {
  /**
   * Pins what is asked for as it is now. With a limited space only the campaign of one's own
   * registration can be started; one that was withdrawn begins anew.
   */
  StartApplication: act({
    input: { invitationId: events.ApplicationStarted.fields.invitationId },
    key: ({ invitationId }, { derive, by }) => applicationKey(derive, by.personId, invitationId),
    creates: true,
    evidence: (_, __, { organisationId, by }) => ({
      module: factsOf(recruitmentModule, organisationId),
      candidate: factsOf(candidate, by.personId ?? ''),
    }),
    decide: ({ invitationId }, state, { derive, evidence }) => {
      const person = evidence.candidate.state;
      if (person.status !== 'registered') return candidate.absent();
      const module = evidence.module.state;
      const invitation = invitationOf(module, invitationId);
      if ('rejected' in invitation) return invitation;
      // Its keys are gone for good: nothing can be begun anew under its id.
      if (state.status === 'forgotten') return refuse.ApplicationForgotten();
      if (state.status !== 'absent' && state.status !== 'withdrawn')
        return refuse.ApplicationExists({ applicationId: state.applicationId });
      // Where the link of the registration was withdrawn, another one is the way in.
      const isWayIn =
        invitationId === person.invitationId ||
        module.invitations[person.invitationId]?.revoked === true;
      if (!isWayIn && person.openedBy.length === 0) return refuse.SpaceLimited();
      const { candidateId } = person;
      const { checklistVersion, checklist, information, requirements, acceptedStatuses } = module;
      return [
        events.ApplicationStarted({
          applicationId: applicationKey(derive, candidateId, invitationId),
          candidateId,
          invitationId,
          campaign: invitation.campaign,
          checklistVersion,
          checklist: [...checklist],
          ...(information.length > 0 && { information: [...information] }),
          ...(requirements.length > 0 && { requirements: [...requirements] }),
          ...(acceptedStatuses && { acceptedStatuses: [...acceptedStatuses] }),
        }),
      ];
    },
  }),

  /** Chooses which of the candidate's documents lies in a place, by its newest version. */
  SelectDocument: act({
    input: { applicationId, item: fields.item, documentId: fields.documentId },
    key: ofApplication,
    evidence: (_, __, { by }) => ({ candidate: factsOf(candidate, by.personId ?? '') }),
    decide: ({ item, documentId }, state, { evidence }) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (!isEditable(state)) return refuse.ApplicationNotEditable({ state: state.status });
      const items = askedItems(state);
      const place = items.find(({ key }) => key === item);
      if (!place) return refuse.ChecklistItemUnknown({ items: items.map(({ key }) => key) });
      const vault = evidence.candidate.state;
      const document = vault.status === 'registered' ? vault.documents[documentId] : undefined;
      if (!document) return refuse.DocumentNotInApplication();
      const held = pinOf(state, documentId);
      if (held && held.item !== item) return refuse.DocumentAlreadySelected({ item: held.item });
      if (held?.version === document.version) return [];
      const { version, contentHash, mediaType } = document;
      if (!hasAcceptedType(place, mediaType))
        return refuse.DocumentTypeNotAccepted({ types: place.types });
      const lying = pinsIn(state, item);
      const room = roomIn(place);
      if (!held && room > 1 && lying.length >= room)
        return refuse.ChecklistItemFull({ maximum: room });
      const from = (held ?? (room === 1 ? lying[0] : undefined))?.state ?? 'missing';
      return [events.DocumentSelected({ item, documentId, version, contentHash, from })];
    },
  }),

  /** Takes a document out of its place; in the vault it stays. */
  DeselectDocument: act({
    input: { applicationId, documentId: fields.documentId },
    key: ofApplication,
    decide: ({ documentId }, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (!isEditable(state)) return refuse.ApplicationNotEditable({ state: state.status });
      const pin = pinOf(state, documentId);
      if (!pin) return refuse.DocumentNotInApplication();
      const { item, version, contentHash, state: from } = pin;
      return [events.DocumentDeselected({ item, documentId, version, contentHash, from })];
    },
  }),

  /**
   * Sent by a saga when the owner replaced a document that this application holds (R-026, F-04). What was
   * accepted stays as it was, but for a document whose verdict has expired: that one may be replaced.
   */
  RepinDocument: act({
    input: { applicationId, documentId: fields.documentId },
    key: ofApplication,
    evidence: (_, state) => ({
      candidate: factsOf(candidate, state.status === 'absent' ? '' : state.candidateId),
    }),
    decide: ({ documentId }, state, { evidence }) => {
      if (!isLive(state) || !isDossier(state)) return [];
      const pin = pinOf(state, documentId);
      if (state.status === 'accepted' && pin?.state !== 'expired') return [];
      const vault = evidence.candidate.state;
      const newest = vault.status === 'registered' ? vault.documents[documentId] : undefined;
      if (!pin || !newest || newest.version <= pin.version) return [];
      const place = state.checklist.find(({ key }) => key === pin.item);
      // A version of a type that this place does not take stays out of it.
      if (place && !hasAcceptedType(place, newest.mediaType)) return [];
      const { item } = pin;
      const { version, contentHash } = newest;
      const now = { item, documentId, version, contentHash };
      return [
        events.DocumentRepinned({ ...now, previousVersion: pin.version, from: pin.state }),
        ...(pin.state === 'submitted' || pin.state === 'notApplicable'
          ? []
          : [events.DocumentVerdictReset({ ...now, from: pin.state })]),
      ];
    },
  }),

  /** Sent by a saga when the owner removed a document: what is not sent yet holds it no longer. */
  DropDocument: act({
    input: { applicationId, documentId: fields.documentId },
    key: ofApplication,
    decide: ({ documentId }, state) => {
      const pin = isDossier(state) && isEditable(state) ? pinOf(state, documentId) : undefined;
      if (!pin) return [];
      const { item, version, contentHash, state: from } = pin;
      return [events.DocumentDeselected({ item, documentId, version, contentHash, from })];
    },
  }),

  /** the consent must be in force before, where consent is the legal basis. All gaps are told at once. */
  SubmitApplication: act({
    input: { applicationId },
    key: ofApplication,
    evidence: (_, __, { organisationId, by, derive }) => ({
      module: factsOf(recruitmentModule, organisationId),
      candidate: factsOf(candidate, by.personId ?? ''),
      consent: factsOf(
        consent,
        consentKey(derive, by.personId ?? ('' as CandidateId), 'recruitment'),
      ),
    }),
    decide: (_, state, { evidence }) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (!isEditable(state)) return refuse.ApplicationNotEditable({ state: state.status });
      const { legalBasis } = evidence.module.state;
      const person = evidence.candidate.state;
      if (person.status !== 'registered') return candidate.absent();
      // Removed from the vault a moment ago: it is not there to be read.
      const gone = state.pins.filter(({ documentId }) => !person.documents[documentId]);
      const pins = state.pins.filter((pin) => !gone.includes(pin));
      const gaps = gapsIn({ ...state, pins }, person.filled);
      const given = evidence.consent.state;
      if (legalBasis === 'consent' && given.status !== 'granted')
        return refuse.ConsentMissing({ ...gaps });
      if (hasGaps(gaps)) return refuse.ApplicationIncomplete({ ...gaps });
      return [
        ...gone.map(({ item, documentId, version, contentHash, state: from }) =>
          events.DocumentDeselected({ item, documentId, version, contentHash, from }),
        ),
        events.ApplicationSubmitted({
          from: state.status,
          legalBasis,
          ...(given.status === 'granted' && {
            consentId: given.consentId,
            consentRevision: evidence.consent.revision,
          }),
        }),
      ];
    },
  }),

  /** From any state in which something may still come of it (A.4). */
  WithdrawApplication: act({
    input: { applicationId },
    key: ofApplication,
    decide: (_, state) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (state.status === 'withdrawn') return [];
      if (!isLive(state)) return refuse.ApplicationNotEditable({ state: state.status });
      return [events.ApplicationWithdrawn({ from: state.status })];
    },
  }),
};
