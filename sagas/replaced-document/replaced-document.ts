import { saga, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type DocumentId,
} from '@vivier/domain/events';

interface Held {
  readonly documentId: DocumentId;
  readonly version: number;
}

/** What the saga knows of one candidate. */
interface State {
  /** The newest version of each document, and the event that brought it. */
  readonly newest: Readonly<
    Record<DocumentId, { readonly version: number; readonly at: string; readonly eventId: string }>
  >;
  /** What each application holds, by checklist item. */
  readonly dossiers: Readonly<
    Record<
      ApplicationId,
      { readonly open: boolean; readonly holds: Readonly<Record<string, Held>> }
    >
  >;
}

type RepinDocument = SagaCommand<'RepinDocument', CommandInputs['RepinDocument']>;

const setOpen =
  (open: boolean) =>
  (state: State, { key }: { readonly key: string }): State => {
    const applicationId = key as ApplicationId;
    const holds = state.dossiers[applicationId]?.holds ?? {};
    return { ...state, dossiers: { ...state.dossiers, [applicationId]: { open, holds } } };
  };

const hold = (
  state: State,
  { key, data }: { readonly key: string; readonly data: Held & { readonly item: string } },
): State => {
  const applicationId = key as ApplicationId;
  const { open, holds } = state.dossiers[applicationId] ?? { open: true, holds: {} };
  const { item, documentId, version } = data;
  return {
    ...state,
    dossiers: {
      ...state.dossiers,
      [applicationId]: { open, holds: { ...holds, [item]: { documentId, version } } },
    },
  };
};

/**
 * A document that its owner replaced is pinned anew in the open applications that hold it, and its
 * verdict is reset there (R-026, F-04). An accepted dossier keeps the version that was accepted.
 */
export const replacedDocument = saga<State, RepinDocument>()({
  name: 'replacedDocument',
  events: [candidateEvents, applicationEvents],
  initial: { newest: {}, dossiers: {} },
  instance: (event) => event.personId,
  evolve: {
    DocumentReplaced: (state, { id, at, data }) => ({
      ...state,
      newest: { ...state.newest, [data.documentId]: { version: data.version, at, eventId: id } },
    }),
    ApplicationStarted: setOpen(true),
    DocumentSelected: hold,
    DocumentRepinned: hold,
    ApplicationSubmitted: setOpen(true),
    ApplicationReturned: setOpen(true),
    ApplicationAccepted: setOpen(false),
    ApplicationRejectedFinally: setOpen(false),
    DossierForgotten: setOpen(false),
    SubjectErased: () => ({ newest: {}, dossiers: {} }),
  },
  agenda: ({ newest, dossiers }) =>
    Object.entries(dossiers).flatMap(([applicationId, { open, holds }]) =>
      !open
        ? []
        : Object.values(holds).flatMap(({ documentId, version }) => {
            const now = newest[documentId];
            if (!now || now.version <= version) return [];
            return [
              {
                key: `${applicationId}/${documentId}/${now.version}`,
                due: now.at,
                because: now.eventId,
                command: {
                  name: 'RepinDocument' as const,
                  input: { applicationId: applicationId as ApplicationId, documentId },
                },
              },
            ];
          }),
    ),
});
