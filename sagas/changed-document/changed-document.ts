import { saga, type Intention, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import {
  applicationEvents,
  candidateEvents,
  type ApplicationId,
  type DocumentId,
} from '@vivier/domain/events';

interface Held {
  readonly item: string;
  readonly documentId: DocumentId;
  readonly version: number;
  /** Its verdict holds no more. */
  readonly expired?: boolean;
}

/** What the saga knows of one candidate. */
interface State {
  /** The newest version of each document, and the event that brought it. */
  readonly newest: Readonly<
    Record<DocumentId, { readonly version: number; readonly at: string; readonly eventId: string }>
  >;
  /** Removed from the vault, and the event that did it. */
  readonly removed: Readonly<Record<DocumentId, { readonly at: string; readonly eventId: string }>>;
  readonly dossiers: Readonly<Record<ApplicationId, Holding>>;
}

/** What one application holds. */
interface Holding {
  /** `accepted`: only what has expired follows; `closed`: nothing does any more. */
  readonly state: 'open' | 'accepted' | 'closed';
  readonly holds: readonly Held[];
  /** Places that take more than one document. */
  readonly wide: readonly string[];
}

type Follows =
  | SagaCommand<'RepinDocument', CommandInputs['RepinDocument']>
  | SagaCommand<'DropDocument', CommandInputs['DropDocument']>;

const NOTHING: Holding = { state: 'open', holds: [], wide: [] };

const withHolding = (state: State, key: string, change: (holding: Holding) => Holding): State => {
  const applicationId = key as ApplicationId;
  const holding = change(state.dossiers[applicationId] ?? NOTHING);
  return { ...state, dossiers: { ...state.dossiers, [applicationId]: holding } };
};

const move =
  (to: Holding['state']) =>
  (state: State, { key }: { readonly key: string }): State =>
    withHolding(state, key, (holding) => ({ ...holding, state: to }));

/** A place for one document gives up what lay there. */
const hold = (
  state: State,
  { key, data: { item, documentId, version } }: { readonly key: string; readonly data: Held },
): State =>
  withHolding(state, key, (holding) => ({
    ...holding,
    holds: [
      ...holding.holds.filter(
        (held) =>
          held.documentId !== documentId && (held.item !== item || holding.wide.includes(item)),
      ),
      { item, documentId, version },
    ],
  }));

const letGo = (
  state: State,
  { key, data }: { readonly key: string; readonly data: { readonly documentId: DocumentId } },
): State =>
  withHolding(state, key, (holding) => ({
    ...holding,
    holds: holding.holds.filter(({ documentId }) => documentId !== data.documentId),
  }));

/**
 * A document that its owner replaced is pinned anew in the open applications that hold it, and its
 * verdict is reset there (R-026, F-04). An accepted dossier keeps the version that was accepted, but for a
 * document whose verdict has expired. One that its owner removed leaves what was not sent yet.
 */
export const changedDocument = saga<State, Follows>()({
  name: 'changedDocument',
  events: [candidateEvents, applicationEvents],
  initial: { newest: {}, removed: {}, dossiers: {} },
  instance: (event) => event.personId,
  evolve: {
    DocumentReplaced: (state, { id, at, data }) => ({
      ...state,
      newest: { ...state.newest, [data.documentId]: { version: data.version, at, eventId: id } },
    }),
    DocumentRemoved: (state, { id, at, data }) => ({
      ...state,
      removed: { ...state.removed, [data.documentId]: { at, eventId: id } },
    }),
    ApplicationStarted: (state, { key, data: { checklist } }) =>
      withHolding(state, key, () => ({
        ...NOTHING,
        wide: checklist.filter(({ maximum = 1 }) => maximum > 1).map(({ key: item }) => item),
      })),
    DocumentSelected: hold,
    DocumentRepinned: hold,
    DocumentDeselected: letGo,
    DocumentExpired: (state, { key, data: { documentId } }) =>
      withHolding(state, key, (holding) => ({
        ...holding,
        holds: holding.holds.map((held) =>
          held.documentId === documentId ? { ...held, expired: true } : held,
        ),
      })),
    ApplicationSubmitted: move('open'),
    ApplicationReturned: move('open'),
    ApplicationAccepted: move('accepted'),
    ApplicationRejectedFinally: move('closed'),
    ApplicationWithdrawn: move('closed'),
    DossierForgotten: move('closed'),
    SubjectErased: () => ({ newest: {}, removed: {}, dossiers: {} }),
  },
  agenda: ({ newest, removed, dossiers }) =>
    Object.entries(dossiers).flatMap(([id, { state, holds }]) => {
      const applicationId = id as ApplicationId;
      if (state === 'closed') return [];
      return holds.flatMap(({ documentId, version, expired = false }): Intention<Follows>[] => {
        const gone = removed[documentId];
        if (gone && state === 'open')
          return [
            {
              key: `${applicationId}/${documentId}/removed`,
              due: gone.at,
              because: gone.eventId,
              command: { name: 'DropDocument' as const, input: { applicationId, documentId } },
            },
          ];
        const now = newest[documentId];
        if (!now || now.version <= version || (state === 'accepted' && !expired)) return [];
        return [
          {
            key: `${applicationId}/${documentId}/${now.version}`,
            due: now.at,
            because: now.eventId,
            command: { name: 'RepinDocument' as const, input: { applicationId, documentId } },
          },
        ];
      });
    }),
});
