import { admin, deciderWords, told } from '@vivier/testing';
import type { InputOf } from '@vivier/kernel';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import { integratorEvents, type IntegratorId } from './integrator.events.ts';
import { integrator } from './integrator.ts';

const given = deciderWords(aggregates, rights);
const events = told(integratorEvents);
const by = admin('alix');
const integratorId = '1f0a0000-0000-4000-8000-000000000001' as IntegratorId;
const payslips = { integratorId, reason: 'They send the payslips.' };
const ended = { integratorId, reason: 'The contract ended.' };

type Decided = InputOf<typeof integratorEvents.PersonalFeedGranted.fields>;
const feedOf = (...past: readonly ReturnType<typeof events.PersonalFeedGranted>[]) => ({
  of: integrator,
  key: integratorId as string,
  events: past,
});
const granted = (said: Decided) => events.PersonalFeedGranted(said);

test('An admin grants a program personal values, with a reason', () =>
  given().when('GrantPersonalFeed', payslips, { by }).then(granted(payslips)));

test('What is granted already is not granted again', () =>
  given(feedOf(granted(payslips)))
    .when('GrantPersonalFeed', payslips, { by })
    .then());

test('An admin takes it back, with a reason, and may grant it anew', async () => {
  await given(feedOf(granted(payslips)))
    .when('WithdrawPersonalFeed', ended, { by })
    .then(events.PersonalFeedWithdrawn(ended));
  await given(feedOf(granted(payslips), events.PersonalFeedWithdrawn(ended) as never))
    .when('GrantPersonalFeed', payslips, { by })
    .then(granted(payslips));
});

test('What was never granted cannot be taken back, and nothing is written', () =>
  given().when('WithdrawPersonalFeed', ended, { by }).then());

test('Neither is decided without a reason', async () => {
  const unsaid = { integratorId, reason: '  ' };
  await given().when('GrantPersonalFeed', unsaid, { by }).thenRejected('InvalidInput');
  await given(feedOf(granted(payslips)))
    .when('WithdrawPersonalFeed', unsaid, { by })
    .thenRejected('InvalidInput');
});
