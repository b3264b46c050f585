import { command, decider, defineRejections, type EventOf, type Scope } from '@vivier/kernel';
import { integratorEvents as events, type IntegratorId } from './integrator.events.ts';

export type IntegratorState =
  | { readonly status: 'factsOnly'; readonly integratorId?: IntegratorId }
  | { readonly status: 'personal'; readonly integratorId: IntegratorId };

type IntegratorEvent = EventOf<typeof events>;

export const integratorRejections = defineRejections({
  IntegratorUnknown: {
    message: 'There is no such integrator.',
    remedy: 'Add one with `vivier user add --role integrator` and use the id that it prints.',
  },
});

/** Whether the feed of an integrator opens personal values. */
export const mayReadPersonal = ({ status }: IntegratorState): boolean => status === 'personal';

const settle = command<IntegratorState, IntegratorEvent>();
const ofIntegrator = ({ integratorId }: { readonly integratorId: IntegratorId }): string =>
  integratorId;

/** What an organisation lets a program read of its events. The edge knows whether it has such an account. */
export const integrator = decider<IntegratorState>()({
  category: 'integrator',
  events,
  initial: { status: 'factsOnly' },
  person: ({ integratorId }) => integratorId,
  scope: () => 'account' as Scope,
  absent: integratorRejections.IntegratorUnknown,

  evolve: {
    PersonalFeedGranted: (_, { data: { integratorId } }) => ({ status: 'personal', integratorId }),
    PersonalFeedWithdrawn: (_, { data: { integratorId } }) => ({
      status: 'factsOnly',
      integratorId,
    }),
  },

  commands: {
    GrantPersonalFeed: settle({
      input: events.PersonalFeedGranted.fields,
      key: ofIntegrator,
      creates: true,
      decide: (input, { status }) =>
        status === 'personal' ? [] : [events.PersonalFeedGranted(input)],
    }),

    WithdrawPersonalFeed: settle({
      input: events.PersonalFeedWithdrawn.fields,
      key: ofIntegrator,
      creates: true,
      decide: (input, { status }) =>
        status === 'factsOnly' ? [] : [events.PersonalFeedWithdrawn(input)],
    }),
  },
});
