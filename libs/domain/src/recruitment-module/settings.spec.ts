import type { DomainEvent } from '@vivier/kernel';
import { admin, anonymous, deciderWords, operator, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import { recruitmentModuleEvents as events } from './recruitment-module.events.ts';
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
} from './recruitment-module.fixtures.ts';

const given = deciderWords(aggregates, rights);
const by = admin('alix');
const otto = operator('otto');
const asked = (...after: readonly DomainEvent[]) =>
  settingsOf(organisation, ...everythingAsked, ...after);

describe('R-018: each setting has a version of its own', () => {
  test('the first of each is 1', async () => {
    await given()
      .when('SetInformationFields', { fields: information }, { by })
      .then(events.InformationFieldsSet({ informationVersion: 1, fields: information }));
    await given()
      .when('SetRequirements', { requirements }, { by })
      .then(events.RequirementsSet({ requirementsVersion: 1, requirements }));
  });

  test('the next has the next, whatever became of the others', async () => {
    const [field] = information.slice(0, 1);
    const [one] = requirements.slice(0, 1);
    if (!field || !one) throw new Error('These tests ask for something.');
    await given(asked())
      .when('SetInformationFields', { fields: [field] }, { by })
      .then(events.InformationFieldsSet({ informationVersion: 2, fields: [field] }));
    await given(asked())
      .when('SetRequirements', { requirements: [one] }, { by })
      .then(events.RequirementsSet({ requirementsVersion: 2, requirements: [one] }));
    await given(asked())
      .when('SetChecklist', { items: checklist }, { by })
      .then(events.ChecklistSet({ checklistVersion: 3, items: checklist }));
  });

  test('the same again changes nothing', async () => {
    await given(asked()).when('SetChecklist', { items: fullChecklist }, { by }).then();
    await given(asked()).when('SetInformationFields', { fields: information }, { by }).then();
    await given(asked()).when('SetRequirements', { requirements }, { by }).then();
    await given(asked()).when('SetAcceptedStatuses', { statuses: acceptedStatuses }, { by }).then();
  });

  test('nothing may be asked for any more', async () => {
    await given(asked())
      .when('SetInformationFields', { fields: [] }, { by })
      .then(events.InformationFieldsSet({ informationVersion: 2, fields: [] }));
    await given(asked())
      .when('SetRequirements', { requirements: [] }, { by })
      .then(events.RequirementsSet({ requirementsVersion: 2, requirements: [] }));
    await given()
      .when('SetChecklist', { items: [] }, { by })
      .then(events.ChecklistSet({ checklistVersion: 1, items: [] }));
  });

  test('a key names one thing', async () => {
    await given()
      .when('SetInformationFields', { fields: [...information, ...information] }, { by })
      .thenRejected('InformationKeyRepeated');
    await given()
      .when('SetRequirements', { requirements: [...requirements, ...requirements] }, { by })
      .thenRejected('RequirementKeyRepeated');
  });
});

test('GDPR 5(1)(c): a field without a justification is not taken', () =>
  given()
    .when(
      'SetInformationFields',
      { fields: [{ key: 'town', label: 'Ville', mandatory: false, justification: ' ' }] },
      { by },
    )
    .thenRejected('InvalidInput', { fields: { fields: '0 justification too_small' } }));

test('A checklist whose verdicts hold for no period is refused', async () => {
  for (const validFor of ['3 months', 'P0D', 'PT12H', 'P99999Y'])
    await given()
      .when(
        'SetChecklist',
        { items: [{ key: 'cv', label: 'CV', required: true, validFor }] },
        { by },
      )
      .thenRejected('PeriodNotWhole');
});

describe('R-020: accepted statuses', () => {
  test('are as they were named, each once', () =>
    given(settingsOf(organisation))
      .when('SetAcceptedStatuses', { statuses: ['employee', 'employee'] }, { by })
      .then(events.AcceptedStatusesSet({ statuses: ['employee'] })));

  test('may be unticked to the last, which stays', async () => {
    await given(asked())
      .when('SetAcceptedStatuses', { statuses: ['self-employed'] }, { by })
      .then(events.AcceptedStatusesSet({ statuses: ['self-employed'] }));
    await given(asked())
      .when('SetAcceptedStatuses', { statuses: [] }, { by })
      .thenRejected('NoStatusAccepted');
  });
});

const zone = 'Europe/Paris';
const deletion = (deleteAfterDays: number, remindBeforeDays: number) => ({
  deleteAfterDays,
  remindBeforeDays,
  zone,
});

describe('R-034 to R-036: the deletion of incomplete dossiers', () => {
  test('is off until it is switched on, and 0 switches it off again', async () => {
    await given().when('SetIncompleteDeletion', deletion(0, 0), { by }).then();
    await given()
      .when('SetIncompleteDeletion', deletion(30, 7), { by })
      .then(events.IncompleteDeletionSet(deletion(30, 7)));
    await given(settingsOf(organisation, events.IncompleteDeletionSet(deletion(30, 7))))
      .when('SetIncompleteDeletion', deletion(0, 7), { by })
      .then(events.IncompleteDeletionSet(deletion(0, 7)));
  });

  test('set again as it is changes nothing', () =>
    given(settingsOf(organisation, events.IncompleteDeletionSet(deletion(30, 7))))
      .when('SetIncompleteDeletion', deletion(30, 7), { by })
      .then());

  test('needs no reminder, and takes one up to the day after the clock starts', async () => {
    for (const remind of [0, 29])
      await given()
        .when('SetIncompleteDeletion', deletion(30, remind), { by })
        .then(events.IncompleteDeletionSet(deletion(30, remind)));
  });

  test('refuses a reminder as long as the delay or longer', async () => {
    for (const remind of [30, 31])
      await given()
        .when('SetIncompleteDeletion', deletion(30, remind), { by })
        .thenRejected('ReminderBeforeStart', { deleteAfterDays: 30 });
  });

  test('with a delay of 0 any reminder is taken: it reminds of nothing', () =>
    given()
      .when('SetIncompleteDeletion', deletion(0, 365), { by })
      .then(events.IncompleteDeletionSet(deletion(0, 365))));

  test('counts whole days, none of them before the clock starts', async () => {
    for (const days of [-1, 0.5, 3651])
      await given()
        .when('SetIncompleteDeletion', deletion(days, 0), { by })
        .thenRejected('InvalidInput');
  });
});

describe('X-23: what follows a final rejection', () => {
  const set = (
    afterFinalRejection: Parameters<
      typeof events.FinalRejectionPolicySet
    >[0]['afterFinalRejection'],
  ) => ({
    afterFinalRejection,
  });

  test.each([set({ kind: 'restrict', period: 'P3M' }), set({ kind: 'archive' })])(
    'is $afterFinalRejection.kind once it is set',
    async (policy) => {
      await given()
        .when('SetFinalRejectionPolicy', policy, { by })
        .then(events.FinalRejectionPolicySet(policy));
      await given(settingsOf(organisation, events.FinalRejectionPolicySet(policy)))
        .when('SetFinalRejectionPolicy', policy, { by })
        .then();
    },
  );

  test('is the erasure at once until another is chosen', () =>
    given()
      .when('SetFinalRejectionPolicy', set({ kind: 'erase-now' }), { by })
      .then());

  test('is restricted for a period, which has to be one', async () => {
    for (const period of ['', '90', 'P0D', 'PT1H', 'P999999999Y'])
      await given()
        .when('SetFinalRejectionPolicy', set({ kind: 'restrict', period }), { by })
        .thenRejected('PeriodNotWhole');
  });
});

describe('R-017: the module', () => {
  const off = events.RecruitmentModuleSwitchedOff({});
  const on = events.RecruitmentModuleSwitchedOn({});

  test('is on, and is switched off and on again', async () => {
    await given().when('SwitchRecruitmentModuleOff', {}, { by }).then(off);
    await given(settingsOf(organisation, off))
      .when('SwitchRecruitmentModuleOn', {}, { by })
      .then(on);
    await given(settingsOf(organisation, off, on))
      .when('SwitchRecruitmentModuleOff', {}, { by })
      .then(off);
  });

  test('is not switched where it is', async () => {
    await given().when('SwitchRecruitmentModuleOn', {}, { by }).then();
    await given(settingsOf(organisation, off))
      .when('SwitchRecruitmentModuleOff', {}, { by })
      .then();
  });

  test('while off takes settings, and no new link', async () => {
    await given(settingsOf(organisation, off))
      .when('SetRequirements', { requirements }, { by })
      .then(events.RequirementsSet({ requirementsVersion: 1, requirements }));
    await given(settingsOf(organisation, off))
      .when('CreateInvitation', { campaign: 'winter' }, { by: otto })
      .thenRejected('ModuleOff');
  });

  test('while off nobody registers by a link that leads nowhere', () =>
    given(settingsOf(organisation, off))
      .when(
        'RegisterCandidate',
        { invitationId: summerLink, fullName: 'Cy Young', email: 'cy@example.org' },
        { by: anonymous(summerLink) },
      )
      .thenRejected('ModuleOff'));
});

describe('R-022: an invitation link', () => {
  const revoked = events.InvitationRevoked({ invitationId: summerLink });

  test('is revoked, once', async () => {
    await given(settingsOf(organisation))
      .when('RevokeInvitation', { invitationId: summerLink }, { by: otto })
      .then(revoked);
    await given(settingsOf(organisation, revoked))
      .when('RevokeInvitation', { invitationId: summerLink }, { by: otto })
      .then();
  });

  test('that was never made is not revoked', () =>
    given(settingsOf(organisation))
      .when('RevokeInvitation', { invitationId: unknownLink }, { by: otto })
      .thenRejected('InvitationUnknown'));

  test('that was revoked registers nobody', () =>
    given(settingsOf(organisation, revoked))
      .when(
        'RegisterCandidate',
        { invitationId: summerLink, fullName: 'Cy Young', email: 'cy@example.org' },
        { by: anonymous(summerLink) },
      )
      .thenRejected('InvitationRevoked'));

  test('leaves its campaign to another one', () =>
    given(settingsOf(organisation, revoked))
      .when('CreateInvitation', { campaign: 'summer' }, { by: otto })
      .thenMade(({ newId }) => [
        events.InvitationCreated({ invitationId: newId as typeof summerLink, campaign: 'summer' }),
      ]));
});
