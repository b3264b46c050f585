import { admin, deciderWords, operator, organisation } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import {
  recruitmentModuleEvents as events,
  type InvitationId,
} from './recruitment-module.events.ts';
import { checklist, settingsOf } from './recruitment-module.fixtures.ts';

const given = deciderWords(aggregates, rights);
const alix = admin('alix');
const otto = operator('otto');

test('R-018: the first checklist has version 1, without any module before it', () =>
  given()
    .when('SetChecklist', { items: checklist }, { by: alix })
    .then(events.ChecklistSet({ checklistVersion: 1, items: checklist })));

test('R-018: each further checklist has the next version', () =>
  given(settingsOf(organisation))
    .when('SetChecklist', { items: [] }, { by: alix })
    .then(events.ChecklistSet({ checklistVersion: 2, items: [] })));

test('A checklist with the same key twice is refused', () =>
  given()
    .when('SetChecklist', { items: [...checklist, ...checklist] }, { by: alix })
    .thenRejected('ChecklistKeyRepeated'));

test('A checklist whose keys are no plain words is refused, and the place is named', () =>
  given()
    .when('SetChecklist', { items: [{ key: 'My CV', label: 'CV', required: true }] }, { by: alix })
    .thenRejected('InvalidInput', { fields: { items: '0 key invalid_format' } }));

test('R-022: an operator creates an invitation link for a campaign', () =>
  given()
    .when('CreateInvitation', { campaign: 'winter' }, { by: otto })
    .thenMade(({ newId }) => [
      events.InvitationCreated({ invitationId: newId as InvitationId, campaign: 'winter' }),
    ]));

test('R-022: a campaign has one link', () =>
  given(settingsOf(organisation))
    .when('CreateInvitation', { campaign: 'summer' }, { by: otto })
    .thenRejected('CampaignExists'));

test('The legal basis is set once and setting it again changes nothing', async () => {
  await given()
    .when('SetLegalBasis', { legalBasis: 'pre-contract' }, { by: alix })
    .then(events.LegalBasisSet({ legalBasis: 'pre-contract' }));
  await given(settingsOf(organisation, events.LegalBasisSet({ legalBasis: 'pre-contract' })))
    .when('SetLegalBasis', { legalBasis: 'pre-contract' }, { by: alix })
    .then();
});

test('R-115: consent is the legal basis as long as no other was chosen', () =>
  given(settingsOf(organisation))
    .when('SetLegalBasis', { legalBasis: 'consent' }, { by: alix })
    .then());

test('A commandId that was used with another input is refused', () =>
  given()
    .when('CreateInvitation', { campaign: 'winter' }, { by: otto, commandId: 'once' })
    .when('CreateInvitation', { campaign: 'spring' }, { by: otto, commandId: 'once' })
    .thenRejected('CommandIdReused'));

test('A commandId that was used for another command is refused', () =>
  given()
    .when('CreateInvitation', { campaign: 'winter' }, { by: alix, commandId: 'once' })
    .when('SetLegalBasis', { legalBasis: 'pre-contract' }, { by: alix, commandId: 'once' })
    .thenRejected('CommandIdReused'));

test('Two persons may use the same commandId: it is each one’s own', () =>
  given()
    .when('CreateInvitation', { campaign: 'winter' }, { by: alix, commandId: 'once' })
    .when('CreateInvitation', { campaign: 'spring' }, { by: otto, commandId: 'once' })
    .thenMade(({ newId }) => [
      events.InvitationCreated({ invitationId: newId as InvitationId, campaign: 'spring' }),
    ]));
