import {
  command,
  decider,
  defineEvents,
  defineRejections,
  id,
  personal,
  saga,
  type Brand,
  type EventOf,
  type PersonId,
  type Saga,
  type Scope,
} from '@vivier/kernel';
import type { Permission } from '@vivier/runtime';
import { z } from 'zod';

// A process of this row alone: no process of the product has a deadline yet. What runs it ships.

export type TermId = Brand<'TermId'>;

export const termEvents = defineEvents({
  TermBegun: { termId: id<TermId>(), personId: id<PersonId>(), first: z.int() },
  TermNoted: { note: personal(z.string()) },
  TermChecked: { words: z.string() },
  TermPassed: { times: z.int().positive(), words: z.string() },
});

interface Term {
  readonly personId: PersonId | undefined;
  readonly notes: number;
  readonly times: number;
}

const rejections = defineRejections({
  TermUnknown: { message: 'There is no such term.', remedy: 'Begin one.' },
});

const { termId } = termEvents.TermBegun.fields;
const act = command<Term, EventOf<typeof termEvents>>();
const key = (input: { readonly termId: string }) => input.termId;

export const term = decider<Term>()({
  category: 'term',
  events: termEvents,
  initial: { personId: undefined, notes: 0, times: 0 },
  person: ({ personId }) => personId,
  scope: () => 'account' as Scope,
  absent: rejections.TermUnknown,
  evolve: {
    TermBegun: (state, { data }) => ({ ...state, personId: data.personId }),
    TermNoted: (state) => ({ ...state, notes: state.notes + 1 }),
    TermChecked: (state) => ({ ...state, notes: state.notes + 1 }),
    TermPassed: (state, { data }) => ({ ...state, times: data.times }),
  },
  commands: {
    /** What clients send in the rows of commands: with words to be sealed. */
    NoteTerm: act({
      input: { termId, note: termEvents.TermNoted.fields.note },
      key,
      decide: ({ note }) => [termEvents.TermNoted({ note })],
    }),
    /** As much work as what the saga sends. */
    CheckTerm: act({
      input: { termId, words: z.string() },
      key,
      decide: ({ words }) => [termEvents.TermChecked({ words })],
    }),
    PassTerm: act({
      input: { termId, words: z.string() },
      key,
      decide: ({ words }, { times }) => [termEvents.TermPassed({ times: times + 1, words })],
    }),
  },
});

export const permissions: Readonly<Record<string, Permission>> = {
  NoteTerm: 'anyone',
  CheckTerm: 'anyone',
  PassTerm: 'saga',
};

export const YEAR = 365 * 86_400_000;
/** As long as what a reviewer writes. */
export const WORDS =
  'The second page is cut off on the right; please scan it again, with the stamp and the signature.';

interface Plan {
  readonly termId: string;
  readonly due: number;
  readonly because: string;
}

/** Each term passes once a year. */
export const yearly = saga<Plan | null>()({
  name: 'benchTerms',
  events: [termEvents],
  initial: null,
  instance: (event) => event.key,
  evolve: {
    TermBegun: (_, { key: begun, data, id: because }) => ({
      termId: begun,
      due: data.first,
      because,
    }),
    TermPassed: (plan, { id: because }) => plan && { ...plan, due: plan.due + YEAR, because },
  },
  agenda: (plan) =>
    plan === null
      ? []
      : [
          {
            key: 'pass',
            due: new Date(plan.due).toISOString(),
            because: plan.because,
            command: { name: 'PassTerm', input: { termId: plan.termId, words: WORDS } },
          },
        ],
}) as Saga;
