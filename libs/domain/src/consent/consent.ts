import {
  command,
  decider,
  defineRejections,
  factsOf,
  type EventOf,
  type Scope,
} from '@vivier/kernel';
import { candidate } from '../candidate/candidate.ts';
import type { CandidateId } from '../candidate/candidate.events.ts';
import { consentEvents as events, type ConsentId } from './consent.events.ts';
import { isConsentText } from './texts.ts';

export type ConsentState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'granted';
      readonly consentId: ConsentId;
      readonly candidateId: CandidateId;
      readonly textVersion: string;
    };

type ConsentEvent = EventOf<typeof events>;

export const consentRejections = defineRejections({
  ConsentUnknown: {
    message: 'There is no such consent.',
    remedy: 'Grant it first.',
  },
  ConsentTextUnknown: {
    message: 'This version of the consent text was never published.',
    remedy: 'Show the current text and send its version.',
  },
});

type Purpose = 'recruitment';

/** One consent per person and purpose: the stream's id follows from both. */
export const consentKey = (
  derive: (...parts: string[]) => string,
  candidateId: CandidateId,
  purpose: Purpose,
): ConsentId => derive('consent', candidateId, purpose) as ConsentId;

export const consent = decider<ConsentState>()({
  category: 'consent',
  events,
  initial: { status: 'absent' },
  person: (state) => (state.status === 'absent' ? undefined : state.candidateId),
  scope: () => 'account' as Scope,
  absent: consentRejections.ConsentUnknown,

  evolve: {
    ConsentGranted: (_, { data }) => ({
      status: 'granted',
      consentId: data.consentId,
      candidateId: data.candidateId,
      textVersion: data.textVersion,
    }),
  },

  commands: {
    /** GDPR 7: who agreed to which text, when and how can be shown at any time. */
    GrantConsent: command<ConsentState, ConsentEvent>()({
      input: {
        purpose: events.ConsentGranted.fields.purpose,
        textVersion: events.ConsentGranted.fields.textVersion,
        channel: events.ConsentGranted.fields.channel,
      },
      key: ({ purpose }, { derive, by }) =>
        consentKey(derive, by.personId ?? ('' as CandidateId), purpose),
      creates: true,
      evidence: (_, __, { by }) => ({ candidate: factsOf(candidate, by.personId ?? '') }),
      decide: (input, state, { evidence, derive }) => {
        const person = evidence.candidate.state;
        if (person.status !== 'registered') return candidate.absent();
        if (!isConsentText(input.textVersion)) return consentRejections.ConsentTextUnknown();
        const isGranted = state.status === 'granted' && state.textVersion === input.textVersion;
        if (isGranted) return [];
        const { candidateId } = person;
        const consentId = consentKey(derive, candidateId, input.purpose);
        return [events.ConsentGranted({ ...input, consentId, candidateId })];
      },
    }),
  },
});
