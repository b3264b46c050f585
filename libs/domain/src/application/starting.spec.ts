import type { DomainEvent } from '@vivier/kernel';
import { candidateSelf, deciderWords, derive, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaErased, adaId, adasVault } from '../candidate/candidate.fixtures.ts';
import { candidateEvents } from '../candidate/candidate.events.ts';
import { recruitmentModuleEvents } from '../recruitment-module/recruitment-module.events.ts';
import {
  acceptedStatuses,
  checklist,
  everythingAsked,
  fullChecklist,
  information,
  requirements,
  settingsOf,
  summerLink,
  unknownLink,
  winterCreated,
  winterLink,
} from '../recruitment-module/recruitment-module.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents as events, type ApplicationId } from './application.events.ts';
import { application } from './application.ts';
import { dossierId } from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const self = candidateSelf(adaId);
const {
  ChecklistSet,
  InvitationRevoked,
  RecruitmentModuleSwitchedOff,
  RecruitmentModuleSwitchedOn,
} = recruitmentModuleEvents;
const { SpaceLimited, SpaceOpened } = candidateEvents;
const opened = SpaceOpened({ applicationId: dossierId });
const limited = SpaceLimited({ applicationId: dossierId });
const start = { invitationId: summerLink };
const startWinter = { invitationId: winterLink };

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

test('R-018: information, requirements and statuses are pinned with it', () =>
  given(settingsOf(organisation, ...everythingAsked), adasVault())
    .when('StartApplication', start, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, summerLink) as ApplicationId,
        checklistVersion: 2,
        checklist: fullChecklist,
        information,
        requirements,
        acceptedStatuses,
      }),
    ]));

test('R-017: with the module off no application starts, and on again it does', async () => {
  await given(settingsOf(organisation, RecruitmentModuleSwitchedOff({})), adasVault())
    .when('StartApplication', start, { by: self })
    .thenRejected('ModuleOff');
  await given(
    settingsOf(organisation, RecruitmentModuleSwitchedOff({}), RecruitmentModuleSwitchedOn({})),
    adasVault(),
  )
    .when('StartApplication', start, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, summerLink) as ApplicationId,
      }),
    ]);
});

test('R-022: a link that was withdrawn starts nothing', () =>
  given(settingsOf(organisation, InvitationRevoked(start)), adasVault())
    .when('StartApplication', start, { by: self })
    .thenRejected('InvitationRevoked'));

test('R-024: in a limited space no other campaign can be applied for', () =>
  given(settingsOf(organisation, winterCreated), adasVault())
    .when('StartApplication', start, { by: self })
    .when('StartApplication', startWinter, { by: self })
    .thenRejected('SpaceLimited'));

test('R-024: whose own link was withdrawn comes in by another one', () =>
  given(settingsOf(organisation, winterCreated, InvitationRevoked(start)), adasVault())
    .when('StartApplication', startWinter, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, winterLink) as ApplicationId,
        invitationId: winterLink,
        campaign: 'winter',
      }),
    ]));

test('R-024: the limit returns when the acceptance is taken back, and goes with the last one', async () => {
  await given(settingsOf(organisation, winterCreated), adasVault(opened, limited))
    .when('StartApplication', startWinter, { by: self })
    .thenRejected('SpaceLimited');
  const other = SpaceOpened({ applicationId: winterLink });
  await given(settingsOf(organisation, winterCreated), adasVault(opened, other, limited))
    .when('StartApplication', startWinter, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, winterLink) as ApplicationId,
        invitationId: winterLink,
        campaign: 'winter',
      }),
    ]);
});

test('R-024: once one is accepted, the same candidate applies for another campaign', () =>
  given(settingsOf(organisation, winterCreated), adasVault(opened))
    .when('StartApplication', start, { by: self })
    .when('StartApplication', startWinter, { by: self })
    .thenMade(({ derive }) => [
      events.ApplicationStarted({
        ...begun,
        applicationId: derive('application', adaId, winterLink) as ApplicationId,
        invitationId: winterLink,
        campaign: 'winter',
      }),
    ]));

const summerId = derive('application', adaId, summerLink) as ApplicationId;
/** The application that follows from Ada and the summer, and what became of it. */
const came = (after: DomainEvent) => ({
  of: application,
  key: summerId as string,
  events: [events.ApplicationStarted({ ...begun, applicationId: summerId }), after],
});

test('A.4: one that was withdrawn begins anew, with what is asked for now', () => {
  const items = [{ key: 'cv', label: 'CV', required: true }];
  return given(
    settingsOf(organisation, ChecklistSet({ checklistVersion: 2, items })),
    adasVault(),
    came(events.ApplicationWithdrawn({ from: 'draft' })),
  )
    .when('StartApplication', start, { by: self })
    .then(
      events.ApplicationStarted({
        ...begun,
        applicationId: summerId,
        checklistVersion: 2,
        checklist: items,
      }),
    );
});

test('GDPR 17: one that was forgotten does not begin anew: its keys are gone', () =>
  given(
    settingsOf(organisation),
    adasVault(),
    came(events.DossierForgotten({ applicationId: summerId, candidateId: adaId })),
  )
    .when('StartApplication', start, { by: self })
    .thenRejected('ApplicationForgotten'));

test('R-022: without a valid invitation no application starts', () =>
  given(settingsOf(organisation), adasVault())
    .when('StartApplication', { invitationId: unknownLink }, { by: self })
    .thenRejected('InvitationUnknown'));

test('Who is not registered, or erased, starts no application', async () => {
  await given(settingsOf(organisation))
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenRejected('CandidateUnknown');
  await given(settingsOf(organisation), adasVault(adaErased))
    .when('StartApplication', { invitationId: summerLink }, { by: self })
    .thenRejected('CandidateUnknown');
});
