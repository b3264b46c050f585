import { saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type DocumentId,
} from '@vivier/domain/events';

/** A verdict that holds for a while. */
interface Verdict {
  readonly applicationId: ApplicationId;
  readonly documentId: DocumentId;
  readonly version: number;
  /** ISO-8601 instant. */
  readonly validUntil: string;
  readonly eventId: string;
}

interface State {
  readonly verdicts: readonly Verdict[];
}

type ExpireDocument = SagaCommand<'ExpireDocument', CommandInputs['ExpireDocument']>;

const none: State = { verdicts: [] };

interface About {
  readonly key: string;
  readonly data: { readonly documentId: DocumentId };
}

const without = (state: State, { key, data }: About): State => ({
  verdicts: state.verdicts.filter(
    ({ applicationId, documentId }) => applicationId !== key || documentId !== data.documentId,
  ),
});

const ofOthers = (state: State, { key }: { readonly key: string }): State => ({
  verdicts: state.verdicts.filter(({ applicationId }) => applicationId !== key),
});

/** A verdict with an end ends by itself, once (A.4); whatever puts another in its place cancels that. */
export const documentExpiry = saga<State, ExpireDocument>()({
  name: 'documentExpiry',
  events: [applicationEvents, candidateEvents],
  initial: none,
  instance: ({ personId }) => personId,
  evolve: {
    DocumentAccepted: (state, event) => {
      const { validUntil, documentId, version } = event.data;
      const others = without(state, event);
      if (validUntil === undefined) return others;
      const applicationId = event.key as ApplicationId;
      const verdict = { applicationId, documentId, version, validUntil, eventId: event.id };
      return { verdicts: [...others.verdicts, verdict] };
    },
    DocumentRefused: without,
    DocumentVerdictReset: without,
    DocumentRepinned: without,
    DocumentSelected: without,
    DocumentDeselected: without,
    DocumentMarkedNotApplicable: without,
    DocumentExpired: without,
    ApplicationWithdrawn: ofOthers,
    DossierForgotten: ofOthers,
    SubjectErased: () => none,
  },
  agenda: ({ verdicts }) =>
    verdicts.map(({ applicationId, documentId, version, validUntil, eventId }) => ({
      key: `${applicationId}/${documentId}/${eventId}`,
      due: validUntil,
      because: eventId,
      command: { name: 'ExpireDocument', input: { applicationId, documentId, version } },
    })),
});
