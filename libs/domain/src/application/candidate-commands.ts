import { command, factsOf, type EventOf } from '@vivier/kernel';
import { candidate } from '../candidate/candidate.ts';
import type { CandidateId } from '../candidate/candidate.events.ts';
import { consent, consentKey } from '../consent/consent.ts';
import { recruitmentModule } from '../recruitment-module/recruitment-module.ts';
import { applicationEvents as events, type ApplicationId } from './application.events.ts';
import { applicationRejections as refuse } from './rejections.ts';
import { isDossier, missingItems, pinIn, placeOf, type ApplicationState } from './state.ts';

const act = command<ApplicationState, EventOf<typeof events>>();

/** One application per candidate and campaign (R-040, A.5): the stream's id follows from both. */
const applicationKey = (
  derive: (...parts: string[]) => string,
  candidateId: CandidateId | undefined,
  invitationId: string,
): ApplicationId => derive('application', candidateId ?? '', invitationId) as ApplicationId;

const { fields } = events.DocumentSelected;

/** What a candidate does with an application, and what their vault does to it. */
export const candidateCommands = {
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
      const { checklistVersion, checklist, invitations } = evidence.module.state;
      const campaign = invitations[invitationId];
      if (campaign === undefined) return refuse.ApplicationUnknown();
      if (state.status !== 'absent')
        return refuse.ApplicationExists({ applicationId: state.applicationId });
      const { candidateId } = person;
      return [
        events.ApplicationStarted({
          applicationId: applicationKey(derive, candidateId, invitationId),
          candidateId,
          invitationId,
          campaign,
          checklistVersion,
          checklist: [...checklist],
        }),
      ];
    },
  }),

  /** Chooses which of the candidate's documents lies in a place, by its newest version. */
  SelectDocument: act({
    input: {
      applicationId: events.ApplicationStarted.fields.applicationId,
      item: fields.item,
      documentId: fields.documentId,
    },
    key: ({ applicationId }) => applicationId,
    evidence: (_, __, { by }) => ({ candidate: factsOf(candidate, by.personId ?? '') }),
    decide: ({ item, documentId }, state, { evidence }) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (state.status !== 'draft' && state.status !== 'returned')
        return refuse.ApplicationNotEditable({ state: state.status });
      if (!state.checklist.some(({ key }) => key === item))
        return refuse.ChecklistItemUnknown({ items: state.checklist.map(({ key }) => key) });
      const vault = evidence.candidate.state;
      const document = vault.status === 'registered' ? vault.documents[documentId] : undefined;
      if (!document) return refuse.DocumentNotInApplication();
      const place = placeOf(state, documentId);
      if (place && place.item !== item) return refuse.DocumentAlreadySelected({ item: place.item });
      if (place?.pin.version === document.version) return [];
      const from = pinIn(state, item)?.state ?? 'missing';
      return [events.DocumentSelected({ item, documentId, ...document, from })];
    },
  }),

  /** Sent by a saga when the owner replaced a document that this application holds (R-026, F-04). */
  RepinDocument: act({
    input: {
      applicationId: events.ApplicationStarted.fields.applicationId,
      documentId: fields.documentId,
    },
    key: ({ applicationId }) => applicationId,
    evidence: (_, state) => ({
      candidate: factsOf(candidate, state.status === 'absent' ? '' : state.candidateId),
    }),
    decide: ({ documentId }, state, { evidence }) => {
      if (!isDossier(state)) return [];
      if (state.status === 'accepted' || state.status === 'rejectedFinally') return [];
      const place = placeOf(state, documentId);
      const vault = evidence.candidate.state;
      const newest = vault.status === 'registered' ? vault.documents[documentId] : undefined;
      if (!place || !newest || newest.version <= place.pin.version) return [];
      const { item, pin } = place;
      const now = { item, documentId, ...newest };
      return [
        events.DocumentRepinned({ ...now, previousVersion: pin.version, from: pin.state }),
        ...(pin.state === 'submitted'
          ? []
          : [events.DocumentVerdictReset({ ...now, from: pin.state })]),
      ];
    },
  }),

  /** the consent must be in force before, where consent is the legal basis. */
  SubmitApplication: act({
    input: { applicationId: events.ApplicationStarted.fields.applicationId },
    key: ({ applicationId }) => applicationId,
    evidence: (_, __, { organisationId, by, derive }) => ({
      module: factsOf(recruitmentModule, organisationId),
      consent: factsOf(
        consent,
        consentKey(derive, by.personId ?? ('' as CandidateId), 'recruitment'),
      ),
    }),
    decide: (_, state, { evidence }) => {
      if (!isDossier(state)) return refuse.ApplicationForgotten();
      if (state.status !== 'draft' && state.status !== 'returned')
        return refuse.ApplicationNotEditable({ state: state.status });
      const { legalBasis } = evidence.module.state;
      const items = missingItems(state);
      const given = evidence.consent.state;
      if (legalBasis === 'consent' && given.status !== 'granted')
        return refuse.ConsentMissing({ missingItems: items });
      if (items.length > 0) return refuse.DocumentsMissing({ missingItems: items });
      return [
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
};
