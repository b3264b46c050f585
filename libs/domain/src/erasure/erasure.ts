import { command, decider, defineRejections, type EventOf, type Scope } from '@vivier/kernel';
import { erasureEvents as events } from './erasure.events.ts';

/** How far an erasure has come. */
export type ErasureState =
  | { readonly status: 'begun' }
  /** Nothing can be read any more. */
  | { readonly status: 'keysDestroyed' }
  /** Nothing is left either. */
  | { readonly status: 'cleaned' };

export const erasureRejections = defineRejections({
  KeysNotDestroyed: {
    message: 'The keys of what is being erased are not destroyed yet.',
    remedy: 'Destroy the keys first: cleaning comes after.',
  },
});

const act = command<ErasureState, EventOf<typeof events>>();

interface Subject {
  readonly candidateId: string;
  readonly applicationId?: string | undefined;
}

/** One erasure of a person, and one of each of their dossiers that is forgotten alone. */
const ofSubject = ({ applicationId, candidateId }: Subject): string => applicationId ?? candidateId;

/**
 * What became of an erasure outside the log (GDPR 17), as whoever did it tells. What was asked for stands
 * in the person's stream, or the dossier's; this one is about nobody, so that it can be written afterwards.
 */
export const erasure = decider<ErasureState>()({
  category: 'erasure',
  events,
  initial: { status: 'begun' },
  person: () => undefined,
  scope: () => 'organisation' as Scope,
  absent: erasureRejections.KeysNotDestroyed,

  evolve: {
    KeysDestroyed: () => ({ status: 'keysDestroyed' }),
    CopiesCleaned: () => ({ status: 'cleaned' }),
  },

  commands: {
    RecordKeysDestroyed: act({
      input: events.KeysDestroyed.fields,
      key: ofSubject,
      creates: true,
      decide: (input, { status }) => (status === 'begun' ? [events.KeysDestroyed(input)] : []),
    }),

    RecordCopiesCleaned: act({
      input: events.CopiesCleaned.fields,
      key: ofSubject,
      creates: true,
      decide: (input, { status }) => {
        if (status === 'begun') return erasureRejections.KeysNotDestroyed();
        return status === 'cleaned' ? [] : [events.CopiesCleaned(input)];
      },
    }),
  },
});
