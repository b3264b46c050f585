import type { PersonId, Scope } from '@vivier/kernel';
import { applicationEvents, candidateEvents, type LinkId } from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { activationOnAcceptance } from './activation-on-acceptance.ts';

const { AccountConfirmed, ActivationRequested, LoginEmailChanged, SubjectErased } =
  told(candidateEvents);
const { ApplicationAccepted, ApplicationReturned } = told(applicationEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001';
const linkId = '11110000-0000-4000-8000-000000000001' as LinkId;

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const ofAda = stream('candidate', ada);
const inSummer = stream('application', summer);

const at = '2026-04-01T08:00:00.000Z';
/** Until a week after the acceptance. */
const UNTIL = '2026-04-08T08:00:00.000Z';
const asked = ofAda(ActivationRequested({ linkId, until: UNTIL }));
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
  given(activationOnAcceptance, asked, accepted, asked).thenPlans([]);
  given(activationOnAcceptance, asked, accepted, confirmed).thenPlans([]);
});

const returned = inSummer(ApplicationReturned({ from: 'accepted', reason: 'Look again.' }));
const acceptedAgain = (later: string) =>
  inSummer(ApplicationAccepted({ from: 'returned', overridden: [] }), { at: later });
const justBefore = '2026-04-08T07:59:59.999Z';

test('R-030: acceptances that are taken back and given again send one mail while its link holds', () => {
  const again = acceptedAgain(justBefore);
  given(activationOnAcceptance, asked, accepted, asked, returned, again).thenPlans([]);
  given(activationOnAcceptance, asked, accepted, asked, again, returned, again).thenPlans([]);
});

test('R-030: a later acceptance sends another one where the newest link has ended', () => {
  const again = acceptedAgain(UNTIL);
  given(activationOnAcceptance, asked, accepted, asked, returned, again).thenPlans([
    activation(4, UNTIL),
  ]);
});

test('A link that went to another address than the present one has ended', () => {
  const changed = ofAda(LoginEmailChanged({ linkId, email: 'ada@new.example' }), { at });
  const again = acceptedAgain(justBefore);
  given(activationOnAcceptance, asked, accepted, asked, changed, again).thenPlans([
    activation(4, justBefore),
  ]);
});

test('An acceptance that is given again before its mail was asked for asks once', () => {
  const again = acceptedAgain(justBefore);
  given(activationOnAcceptance, asked, accepted, returned, again).thenPlans([activation(1)]);
});

test('Who registered before mails were written is written to once they have asked, and not for what was decided before', () => {
  given(activationOnAcceptance, accepted).thenPlans([]);
  given(activationOnAcceptance, accepted, asked).thenPlans([]);
  given(activationOnAcceptance, accepted, asked, returned, acceptedAgain(justBefore)).thenPlans([
    activation(3, justBefore),
  ]);
});

test('GDPR 17: nothing is planned for an erased person', () => {
  given(
    activationOnAcceptance,
    asked,
    accepted,
    ofAda(SubjectErased({ candidateId: ada })),
  ).thenPlans([]);
});
