import type { PersonId, Scope } from '@vivier/kernel';
import { applicationEvents, candidateEvents, type LinkId } from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { activationOnAcceptance } from './activation-on-acceptance.ts';

const { AccountConfirmed, ActivationRequested, SubjectErased } = told(candidateEvents);
const { ApplicationAccepted, ApplicationReturned } = told(applicationEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001';
const linkId = '11110000-0000-4000-8000-000000000001' as LinkId;

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const ofAda = stream('candidate', ada);
const inSummer = stream('application', summer);

const at = '2026-04-01T08:00:00.000Z';
const asked = ofAda(ActivationRequested({ linkId, until: '2026-04-08T08:00:00.000Z' }));
const confirmed = ofAda(AccountConfirmed({ linkId }));
const accepted = inSummer(ApplicationAccepted({ from: 'submitted', overridden: [] }), { at });

/** The plan that the n-th event of the past, from 0 on, led to. */
const activation = (because: number, due = at) => ({
  due,
  because: pastId(because),
  command: { name: 'RequestActivation', input: { candidateId: ada } },
});

test('R-030: an acceptance sends the activation mail at once where the account is not confirmed', () => {
  given(activationOnAcceptance, asked, accepted).thenPlans([activation(1)]);
});

test('R-030: it sends none where the account is confirmed', () => {
  given(activationOnAcceptance, asked, confirmed, accepted).thenPlans([]);
});

test('Once the mail was asked for, or is needed no more, nothing is planned', () => {
  given(activationOnAcceptance, accepted, asked).thenPlans([]);
  given(activationOnAcceptance, asked, accepted, confirmed).thenPlans([]);
});

test('An acceptance that is given again after it was taken back sends another one', () => {
  const later = '2026-04-03T08:00:00.000Z';
  const returned = inSummer(ApplicationReturned({ from: 'accepted', reason: 'Look again.' }));
  const again = inSummer(ApplicationAccepted({ from: 'submitted', overridden: [] }), { at: later });
  given(activationOnAcceptance, accepted, asked, returned, again).thenPlans([activation(3, later)]);
});

test('GDPR 17: nothing is planned for an erased person', () => {
  given(activationOnAcceptance, accepted, ofAda(SubjectErased({ candidateId: ada }))).thenPlans([]);
});
