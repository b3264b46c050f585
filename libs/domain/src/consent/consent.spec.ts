import { candidateSelf, deciderWords, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaErased, adaId, adasVault } from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { consentEvents } from './consent.events.ts';
import { consentKey } from './consent.ts';
import { currentConsentText, isConsentText } from './texts.ts';

const given = deciderWords(aggregates, rights);
const { ConsentGranted } = told(consentEvents);
const self = candidateSelf(adaId);
const agreement = {
  purpose: 'recruitment',
  textVersion: currentConsentText().version,
  channel: 'online',
} as const;

test('GDPR 7, X-16: a consent says who agreed to which text for what and how', () =>
  given(adasVault())
    .when('GrantConsent', agreement, { by: self })
    .thenMade(({ derive }) => [
      ConsentGranted({
        ...agreement,
        consentId: consentKey(derive, adaId, 'recruitment'),
        candidateId: adaId,
      }),
    ]));

test('X-16: nobody agrees to a text that was never published', () =>
  given(adasVault())
    .when('GrantConsent', { ...agreement, textVersion: 'recruitment-0' }, { by: self })
    .thenRejected('ConsentTextUnknown'));

test('Who is not registered, or erased, grants nothing', async () => {
  await given().when('GrantConsent', agreement, { by: self }).thenRejected('CandidateUnknown');
  await given(adasVault(adaErased))
    .when('GrantConsent', agreement, { by: self })
    .thenRejected('CandidateUnknown');
});

test('X-07, X-08: a consent that is granted again for the same purpose and text changes nothing', () =>
  given(adasVault())
    .when('GrantConsent', agreement, { by: self })
    .when('GrantConsent', agreement, { by: self, commandId: 'again' })
    .then());

test('X-16: the text to show was published, in both languages', () => {
  const { version, fr, en } = currentConsentText();
  expect(isConsentText(version)).toBe(true);
  expect(fr).not.toBe(en);
});
