import {
  command,
  decider,
  defineEvents,
  defineRejections,
  handSetClock,
  id,
  ofItsStream,
  personal,
  projection,
  saga,
  type Actor,
  type Brand,
  type CommandId,
  type Document,
  type EventOf,
  type OrganisationId,
  type PersonId,
  type Scope,
  type Sealed,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { z } from 'zod';
import type { CommandEnvelope, Permission } from './envelope.ts';

/** A small aggregate of these tests alone: notebooks with notes. */
export type NotebookId = Brand<'NotebookId'>;

export const notebookEvents = defineEvents({
  NotebookOpened: { notebookId: id<NotebookId>(), ownerId: id<PersonId>() },
  NoteAdded: { size: z.int().positive(), text: personal(z.string().trim().min(1)) },
  NotebookBlessed: { notes: z.int() },
  NotebookClosed: {},
});
const events = notebookEvents;

type Notebook =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open' | 'closed';
      readonly ownerId: PersonId;
      readonly notes: number;
      readonly blessed: number;
    };

export const notebookRejections = defineRejections({
  NotebookUnknown: { message: 'There is no such notebook.', remedy: 'Open one.' },
  NotebookIsClosed: { message: 'The notebook is closed.', remedy: 'Open another.' },
});

const act = command<Notebook, EventOf<typeof events>>();
const { notebookId, ownerId } = events.NotebookOpened.fields;
const key = (input: { readonly notebookId: string }) => input.notebookId;
const closed = notebookRejections.NotebookIsClosed;

export const notebook = decider<Notebook>()({
  category: 'notebook',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.ownerId),
  scope: () => 'account' as Scope,
  absent: notebookRejections.NotebookUnknown,
  evolve: {
    NotebookOpened: (_, { data }) => ({
      status: 'open',
      ownerId: data.ownerId,
      notes: 0,
      blessed: 0,
    }),
    NoteAdded: (state) =>
      state.status === 'absent' ? state : { ...state, notes: state.notes + 1 },
    NotebookBlessed: (state, { data }) =>
      state.status === 'absent' ? state : { ...state, blessed: data.notes },
    NotebookClosed: (state) => (state.status === 'absent' ? state : { ...state, status: 'closed' }),
  },
  commands: {
    OpenNotebook: act({
      input: { notebookId, ownerId },
      key,
      creates: true,
      decide: (input) => [events.NotebookOpened(input)],
    }),
    AddNote: act({
      input: { notebookId, size: events.NoteAdded.fields.size, text: events.NoteAdded.fields.text },
      key,
      decide: ({ size, text }, state) =>
        state.status === 'open' ? [events.NoteAdded({ size, text })] : closed(),
    }),
    BlessNotebook: act({
      input: { notebookId },
      key,
      decide: (_, state) => {
        if (state.status !== 'open') return closed();
        return state.blessed === state.notes
          ? []
          : [events.NotebookBlessed({ notes: state.notes })];
      },
    }),
    CloseNotebook: act({
      input: { notebookId },
      key,
      concerns: (_, event) => event.type === events.NoteAdded.type,
      decide: () => [events.NotebookClosed({})],
    }),
  },
});

export const permissions: Readonly<Record<string, Permission>> = {
  OpenNotebook: 'anyone',
  AddNote: { candidate: 'own' },
  BlessNotebook: 'saga',
  CloseNotebook: { operator: 'organisation' },
};

export interface NotebookDocument extends Document {
  readonly ownerId: PersonId;
  readonly notes: readonly (Sealed<string> | null)[];
  readonly closed: boolean;
}

/** The notebooks; one that is closed marks all notebooks of its owner, found by a lookup. */
export const notebooks = projection<NotebookDocument>()({
  name: 'notebooks',
  version: 1,
  indexes: [{ ownerId: 1 }],
  events: [events],
  on: {
    NotebookOpened: {
      keys: ofItsStream,
      evolve: (_, { data }) => ({
        _id: data.notebookId,
        ownerId: data.ownerId,
        notes: [],
        closed: false,
      }),
    },
    NoteAdded: {
      keys: ofItsStream,
      evolve: (document, { data }) =>
        document && { ...document, notes: [...document.notes, data.text] },
    },
    NotebookClosed: {
      keys: ({ personId }) => ({ where: { ownerId: personId ?? '' } }),
      evolve: (document) => document && { ...document, closed: true },
    },
  },
});

/** Each new note is blessed at once, unless the notebook is closed. */
export const blessing = saga<{ due: string | null; because: string; open: boolean }>()({
  name: 'blessing',
  events: [events],
  initial: { due: null, because: '', open: true },
  instance: (event) => event.key,
  evolve: {
    NoteAdded: (state, { at, id: because }) => ({ ...state, due: at, because }),
    NotebookBlessed: (state) => ({ ...state, due: null }),
    NotebookClosed: (state) => ({ ...state, open: false }),
  },
  agenda: ({ due, because, open }) =>
    due === null || !open
      ? []
      : [
          {
            key: because,
            due,
            because,
            command: { name: 'BlessNotebook', input: { notebookId: first } },
          },
        ],
});

export const codec = new EventCodec([events]);
export const organisationId = '00000000-0000-4000-8000-00000000000a' as OrganisationId;
export const first = '00000000-0000-4000-8000-000000000001' as NotebookId;
export const second = '00000000-0000-4000-8000-000000000002' as NotebookId;
export const adaId = 'ada00000-0000-4000-8000-000000000001' as PersonId;
export const bobId = 'b0b00000-0000-4000-8000-000000000002' as PersonId;
export const clockAt = () => handSetClock('2026-03-02T09:00:00.000Z');

const account = (personId: PersonId): Actor => ({
  kind: 'account',
  id: `account-${personId}`,
  role: 'candidate',
  personId,
});
export const ada = account(adaId);
export const bob = account(bobId);
export const otto: Actor = { kind: 'account', id: 'account-otto', role: 'operator' };

/** An envelope; `commandId` is spelled as it is told apart in a test. */
export const sending = (
  name: string,
  input: unknown,
  commandId: string,
  by: Actor = ada,
): CommandEnvelope => ({ name, input, organisationId, by, commandId: commandId as CommandId });

export const opening = (notebookId = first, ownerId = adaId): CommandEnvelope =>
  sending('OpenNotebook', { notebookId, ownerId }, `open-${notebookId}`);

export const adding = (text: string, notebookId = first): CommandEnvelope =>
  sending('AddNote', { notebookId, size: text.length, text }, `add-${text}`);
