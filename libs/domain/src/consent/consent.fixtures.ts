import type { DomainEvent } from '@vivier/kernel';
import { adaId } from '../candidate/candidate.fixtures.ts';
import { consent, consentKey } from './consent.ts';
import { consentEvents as events } from './consent.events.ts';

/** Ada's agreement, in the stream that follows from her and the purpose. */
export const adasConsent = (derive: (...parts: string[]) => string) => {
  const consentId = consentKey(derive, adaId, 'recruitment');
  return {
    of: consent,
    key: consentId as string,
    events: [
      events.ConsentGranted({
        consentId,
        candidateId: adaId,
        purpose: 'recruitment',
        textVersion: 'recruitment-1',
        channel: 'online',
      }),
    ] as readonly DomainEvent[],
  };
};
