import type { DomainEvent, PersonId, Scope } from '@vivier/kernel';
import { applicationEvents, candidateEvents, type ApplicationId } from '@vivier/domain/events';
import { givenSaga as given, inStream, pastId, told } from '@vivier/testing';
import { spaceAccess } from './space-access.ts';

const events = told(applicationEvents);
const { SpaceOpened, SpaceLimited, SubjectErased } = told(candidateEvents);

const ada = 'ada00000-0000-4000-8000-000000000001' as PersonId;
const summer = 'd0551e40-0000-4000-8000-000000000001' as ApplicationId;
const at = '2026-04-01T08:00:00.000Z';

const stream = (category: string, key: string) =>
  inStream({ category, key, personId: ada, scope: 'account' as Scope });
const inSummer = (event: DomainEvent) => stream('application', summer)(event, { at });
const inAccount = stream('candidate', ada);

const accepted = inSummer(events.ApplicationAccepted({ from: 'submitted', overridden: [] }));
const opened = inAccount(SpaceOpened({ applicationId: summer }));
const limited = inAccount(SpaceLimited({ applicationId: summer }));

const plan = (name: 'OpenSpace' | 'LimitSpace', because: number) => ({
  ...{ due: at, because: pastId(because) },
  command: { name, input: { candidateId: ada, applicationId: summer } },
});

test('R-024: an acceptance opens the space at once, and once', () => {
  given(spaceAccess, accepted).thenPlans([plan('OpenSpace', 0)]);
  given(spaceAccess, accepted, opened).thenPlans([]);
});

const endings: readonly DomainEvent[] = [
  events.ApplicationReturned({ from: 'accepted', reason: 'Look again.' }),
  events.ApplicationRejectedFinally({ from: 'accepted', reason: 'No.' }),
  events.ApplicationWithdrawn({ from: 'accepted' }),
  events.DossierForgotten({ applicationId: summer, candidateId: ada }),
];

test.each(endings)('R-024: what takes it back limits the space again: $type', (ending) => {
  given(spaceAccess, accepted, opened, inSummer(ending)).thenPlans([plan('LimitSpace', 2)]);
  given(spaceAccess, accepted, opened, inSummer(ending), limited).thenPlans([]);
});

test.each(endings)('What was never accepted limits nothing: $type', (ending) => {
  given(spaceAccess, inSummer(ending)).thenPlans([]);
});

test('An acceptance that is taken back before it opened anything opens nothing', () => {
  const [returned] = endings;
  given(spaceAccess, accepted, inSummer(returned as DomainEvent)).thenPlans([]);
});

test('R-024: what is accepted again opens again', () => {
  const [returned] = endings;
  given(
    spaceAccess,
    ...[accepted, opened, inSummer(returned as DomainEvent), limited, accepted],
  ).thenPlans([plan('OpenSpace', 4)]);
});

test('GDPR 17: nothing is planned for whoever is erased', () => {
  given(spaceAccess, accepted, inAccount(SubjectErased({ candidateId: ada }))).thenPlans([]);
});
