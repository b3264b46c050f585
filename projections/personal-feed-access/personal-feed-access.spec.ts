import { integratorEvents, type IntegratorId } from '@vivier/domain/events';
import type { Scope } from '@vivier/kernel';
import { admin, givenProjection as given, inStream, told } from '@vivier/testing';
import { personalFeedAccess } from './personal-feed-access.ts';

const { PersonalFeedGranted, PersonalFeedWithdrawn } = told(integratorEvents);
const integratorId = '1f0a0000-0000-4000-8000-000000000001' as IntegratorId;
const stream = { category: 'integrator', key: integratorId, personId: integratorId };
const ofIvo = inStream({ ...stream, scope: 'account' as Scope });
const alix = admin('alix');
const by = { kind: alix.kind, id: alix.id, role: alix.role };
const granted = ofIvo(PersonalFeedGranted({ integratorId, reason: 'They send the payslips.' }), {
  by: alix,
  at: '2026-04-01T08:00:00.000Z',
});
const withdrawn = ofIvo(PersonalFeedWithdrawn({ integratorId, reason: 'The contract ended.' }), {
  by: alix,
  at: '2026-05-01T08:00:00.000Z',
});

test('An integrator that was never granted anything is not in it', () => {
  given(personalFeedAccess).then(integratorId, undefined);
});

test('A grant says since when, by whom and why', () => {
  given(personalFeedAccess, granted).then(integratorId, {
    _id: integratorId,
    granted: true,
    at: '2026-04-01T08:00:00.000Z',
    by,
    reason: 'They send the payslips.',
  });
});

test('A withdrawal stands in its place, and telling both again changes nothing', () => {
  given(personalFeedAccess, granted, withdrawn)
    .then(integratorId, {
      _id: integratorId,
      granted: false,
      at: '2026-05-01T08:00:00.000Z',
      by,
      reason: 'The contract ended.',
    })
    .redelivered()
    .thenUnchanged();
});
