import { candidateSelf, deciderWords, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaErased, adaId, adasVault } from '../candidate/candidate.fixtures.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import {
  checklist,
  settingsOf,
  summerLink,
  unknownLink,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents as events, type ApplicationId } from './application.events.ts';

const given = deciderWords(aggregates, rights);
const self = candidateSelf(adaId);
const { ChecklistSet, InvitationCreated } = recruitmentModuleEvents;

const begun = {
  candidateId: adaId,
  invitationId: summerLink,
  campaign: 'summer',
  checklistVersion: 1,
  checklist,
};

test('R-018: an application pins the checklist in force when it starts', () =>
  given(settingsOf(organisation), adasVault())
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, summerLink) as ApplicationId,
      }),
    ]));

test('R-018: the checklist that was set last is the one in force', () => {
  const items = [{ key: 'cv', label: 'CV', required: true }];
  return given(settingsOf(organisation, ChecklistSet({ checklistVersion: 2, items })), adasVault())
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, summerLink) as ApplicationId,
        checklistVersion: 2,
        checklist: items,
      }),
    ]);
});

test('R-040: one candidate has one application for a campaign, and is told which', () =>
  given(settingsOf(organisation), adasVault())
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenRejected('ApplicationExists'));

test('The same candidate applies for another campaign', () => {
  const winterLink = unknownLink;
  return given(
    settingsOf(organisation, InvitationCreated({ invitationId: winterLink, campaign: 'winter' })),
    adasVault(),
  )
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .when('StartApplication', { invitationId: winterLink }, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, winterLink) as ApplicationId,
        invitationId: winterLink,
        campaign: 'winter',
      }),
    ]);
});

test('R-022: without a valid invitation no application starts', () =>
  given(settingsOf(organisation), adasVault())
    .when('StartApplication', { invitationId: unknownLink }, { by: self })
    .thenRejected('ApplicationUnknown'));

test('Who is not registered, or erased, starts no application', async () => {
  await given(settingsOf(organisation))
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenRejected('CandidateUnknown');
  await given(settingsOf(organisation), adasVault(adaErased))
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenRejected('CandidateUnknown');
});
