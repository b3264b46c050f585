import {
  command,
  decider,
  defineEvents,
  defineRejections,
  saga,
  type EventOf,
  type OrganisationId,
  type PersonId,
  type Saga,
  type Scope,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { z } from 'zod';
import * as sample from './samples.fixtures.ts';

/** A small aggregate of these tests alone: what a library says of all its notebooks. */
export const libraryEvents = defineEvents({ DelaySet: { days: z.int().nonnegative() } });

const rejections = defineRejections({
  LibraryUnknown: { message: 'There is no such library.', remedy: 'Open one.' },
});
const act = command<null, EventOf<typeof libraryEvents>>();

const library = decider<null>()({
  category: 'library',
  events: libraryEvents,
  initial: null,
  person: () => undefined as PersonId | undefined,
  scope: () => 'organisation' as Scope,
  absent: rejections.LibraryUnknown,
  evolve: { DelaySet: () => null },
  commands: {
    SetDelay: act({
      input: { days: libraryEvents.DelaySet.fields.days },
      key: (_, { organisationId }) => organisationId,
      creates: true,
      decide: (input) => [libraryEvents.DelaySet(input)],
    }),
  },
});

export const aggregates = { notebook: sample.notebook, library };
export const permissions = { ...sample.permissions, SetDelay: 'anyone' } as const;
export const codec = new EventCodec([sample.notebookEvents, libraryEvents]);
export const elsewhere = '00000000-0000-4000-8000-00000000000b' as OrganisationId;

export const DAY = 86_400_000;

interface Plan {
  readonly notebookId: string;
  readonly at: string;
  readonly because: string;
}

/** A notebook is blessed so many days after its last note as its library says; 0: never. */
export const blessingByDelay = saga<
  Plan | null,
  { readonly name: string; readonly input: unknown },
  { readonly days: number }
>()({
  name: 'blessingByDelay',
  events: [sample.notebookEvents, libraryEvents],
  initial: null,
  instance: ({ key }) => key,
  evolve: {
    NoteAdded: (_, { key: notebookId, at, id: because }) => ({ notebookId, at, because }),
    NotebookBlessed: () => null,
    NotebookClosed: () => null,
  },
  organisation: {
    initial: { days: 0 },
    evolve: { DelaySet: (_, { data }) => ({ days: data.days }) },
  },
  agenda: (plan, { days }) =>
    plan === null || days === 0
      ? []
      : [
          {
            key: 'bless',
            due: new Date(Date.parse(plan.at) + days * DAY).toISOString(),
            because: plan.because,
            command: { name: 'BlessNotebook', input: { notebookId: plan.notebookId } },
          },
        ],
}) as unknown as Saga;
