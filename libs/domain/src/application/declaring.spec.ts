import { candidateSelf, deciderWords, operator, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { adaId, letter } from '../candidate/candidate.fixtures.ts';
import { rights } from '../rights.ts';
import { applicationEvents } from './application.events.ts';
import {
  cvSelected,
  dossier,
  dossierId,
  employee,
  forgotten,
  fullDossier,
  placed,
  selfEmployed,
  submitted,
  wholeReturned,
  wholeWithdrawn,
} from './application.fixtures.ts';

const given = deciderWords(aggregates, rights);
const events = told(applicationEvents);
const by = candidateSelf(adaId);
const otto = operator('otto');
const vera = operator('vera');
const applicationId = dossierId;
const insurance = placed('insurance', letter);
const insured = events.DocumentSelected({ ...insurance, from: 'missing' });

const declareStatus = (status: string) => ({ applicationId, status });

describe('R-021: the declared status', () => {
  test('says which documents are asked for', () =>
    given(fullDossier())
      .when('DeclareStatus', declareStatus('self-employed'), { by })
      .then(
        selfEmployed,
        events.ChecklistRecomputed({
          status: 'self-employed',
          items: ['cv', 'diplomas', 'insurance'],
        }),
      ));

  test('may change midway: what is asked for no more is not applicable, what others ask stays', () =>
    given(fullDossier(selfEmployed, cvSelected, insured))
      .when('DeclareStatus', declareStatus('employee'), { by })
      .then(
        events.StatusDeclared({ status: 'employee', from: 'self-employed' }),
        events.ChecklistRecomputed({
          status: 'employee',
          items: ['cv', 'diplomas', 'work-permit'],
        }),
        events.DocumentMarkedNotApplicable({ ...insurance, from: 'submitted' }),
      ));

  test('may change back: what is asked for again is to be reviewed, whatever its verdict was', () => {
    const verdict = events.DocumentAccepted({ ...insurance, from: 'submitted' });
    const not = events.DocumentMarkedNotApplicable({ ...insurance, from: 'valid' });
    return given(fullDossier(selfEmployed, insured, verdict, employee, not))
      .when('DeclareStatus', declareStatus('self-employed'), { by })
      .then(
        events.StatusDeclared({ status: 'self-employed', from: 'employee' }),
        events.ChecklistRecomputed({
          status: 'self-employed',
          items: ['cv', 'diplomas', 'insurance'],
        }),
        events.DocumentVerdictReset({ ...insurance, from: 'notApplicable' }),
      );
  });

  test('marks nothing twice when one status that does not ask follows another', () => {
    const not = events.DocumentMarkedNotApplicable({ ...insurance, from: 'submitted' });
    return given(fullDossier(selfEmployed, insured, employee, not))
      .when('DeclareStatus', declareStatus('volunteer'), { by })
      .then(
        events.StatusDeclared({ status: 'volunteer', from: 'employee' }),
        events.ChecklistRecomputed({ status: 'volunteer', items: ['cv', 'diplomas'] }),
      );
  });

  test('changes nothing where it is the same', () =>
    given(fullDossier(selfEmployed))
      .when('DeclareStatus', declareStatus('self-employed'), { by })
      .then());

  test('is one of the words that settings use', () =>
    given(fullDossier())
      .when('DeclareStatus', declareStatus('Self Employed'), { by })
      .thenRejected('InvalidInput', { fields: { status: 'invalid_format' } }));
});

const declare = (requirement: string, how: object = {}) => ({
  applicationId,
  requirement,
  ...how,
});
const declared = (requirement: string, outcome: 'met' | 'unmet' | 'answered') =>
  events.RequirementDeclared({ requirement, outcome });

describe('R-019: a declared requirement', () => {
  test.each([
    ['licence', { claim: true }, 'met'],
    ['licence', { claim: false }, 'unmet'],
    ['french', { level: 'basic' }, 'unmet'],
    ['french', { level: 'conversational' }, 'unmet'],
    ['french', { level: 'fluent' }, 'met'],
    ['french', { level: 'native' }, 'met'],
    ['motivation', { answer: 'I like gardens.' }, 'answered'],
  ] as const)('%s with %o is %s', (requirement, how, outcome) => {
    const { claim: _, ...kept } = { claim: undefined, ...how };
    return given(fullDossier())
      .when('DeclareRequirement', declare(requirement, how), { by })
      .then(events.RequirementDeclared({ requirement, outcome, ...kept }));
  });

  test('may be declared again, and says what it was', () =>
    given(fullDossier(declared('licence', 'unmet')))
      .when('DeclareRequirement', declare('licence', { claim: true }), { by })
      .then(events.RequirementDeclared({ requirement: 'licence', outcome: 'met', from: 'unmet' })));

  test.each([
    ['licence', {}, 'claim'],
    ['licence', { answer: 'Yes.' }, 'claim'],
    ['licence', { claim: true, level: 'native' }, 'claim'],
    ['licence', { claim: true, answer: 'Since 2001.' }, 'claim'],
    ['french', { claim: true }, 'language'],
    ['french', { level: 'native', claim: true }, 'language'],
    ['french', { level: 'native', answer: 'Born there.' }, 'language'],
    ['motivation', {}, 'question'],
    ['motivation', { claim: true }, 'question'],
    ['motivation', { answer: 'Yes.', level: 'fluent' }, 'question'],
  ] as const)('%s is not declared with %o: it is a %s', (requirement, how, kind) =>
    given(fullDossier())
      .when('DeclareRequirement', declare(requirement, how), { by })
      .thenRejected('DeclarationMismatch', { kind }),
  );

  test('is one of those that were pinned; others are refused with the list', async () => {
    await given(fullDossier())
      .when('DeclareRequirement', declare('german', { claim: true }), { by })
      .thenRejected('RequirementUnknown', { requirements: ['french', 'licence', 'motivation'] });
    await given(dossier())
      .when('DeclareRequirement', declare('constructor', { claim: true }), { by })
      .thenRejected('RequirementUnknown', { requirements: [] });
  });
});

const confirm = (requirement: string, confirmed: boolean) => ({
  applicationId,
  requirement,
  confirmed,
});
const fluent = declared('french', 'met');
const confirmed = (is: boolean) =>
  events.RequirementConfirmed({ requirement: 'french', confirmed: is });
const reason = 'We spoke on the telephone.';

describe('R-019: what a reviewer makes of a declaration', () => {
  test('is written down with a reason', () =>
    given(fullDossier(fluent))
      .when('ConfirmRequirement', { ...confirm('french', true), reason }, { by: otto })
      .then(events.RequirementConfirmed({ requirement: 'french', confirmed: true, reason })));

  test.each([true, false])('is changed in both directions, from %s', (before) =>
    given(fullDossier(fluent, confirmed(before)))
      .when('ConfirmRequirement', confirm('french', !before), { by: otto })
      .then(
        events.RequirementConfirmed({ requirement: 'french', confirmed: !before, from: before }),
      ),
  );

  test.each([true, false])('is not said twice: %s', (is) =>
    given(fullDossier(fluent, confirmed(is)))
      .when('ConfirmRequirement', confirm('french', is), { by: otto })
      .thenRejected('VerdictUnchanged'),
  );

  test('is reset when the candidate declares anew', () =>
    given(fullDossier(fluent, confirmed(true), submitted, wholeReturned))
      .when('DeclareRequirement', declare('french', { level: 'native' }), { by })
      .when('ConfirmRequirement', confirm('french', true), { by: otto })
      .then(confirmed(true)));

  test('is about something that was declared', async () => {
    await given(fullDossier(fluent))
      .when('ConfirmRequirement', confirm('licence', true), { by: otto })
      .thenRejected('RequirementUnknown', { requirements: ['french'] });
    await given(fullDossier(fluent))
      .when('ConfirmRequirement', confirm('constructor', true), { by: otto })
      .thenRejected('RequirementUnknown', { requirements: ['french'] });
  });

  test('is refused where the candidate or another reviewer changed it unseen', async () => {
    await given(fullDossier(fluent))
      .when('DeclareRequirement', declare('french', { level: 'basic' }), { by })
      .when('ConfirmRequirement', confirm('french', true), { by: otto, seen: 1 })
      .thenRejected('ChangedSinceSeen');
    await given(fullDossier(fluent))
      .when('ConfirmRequirement', confirm('french', true), { by: vera })
      .when('ConfirmRequirement', confirm('french', false), { by: otto, seen: 1 })
      .thenRejected('ChangedSinceSeen');
  });

  test('does not stand in the way of another requirement', () =>
    given(fullDossier(fluent, declared('licence', 'met')))
      .when('ConfirmRequirement', confirm('french', true), { by: vera })
      .when('ConfirmRequirement', confirm('licence', true), { by: otto, seen: 2 })
      .then(events.RequirementConfirmed({ requirement: 'licence', confirmed: true })));

  test('is of no use once the dossier is withdrawn or gone', async () => {
    await given(fullDossier(fluent, submitted, wholeWithdrawn))
      .when('ConfirmRequirement', confirm('french', true), { by: otto })
      .thenRejected('ApplicationNotReviewable', { state: 'withdrawn' });
    await given(fullDossier(fluent, forgotten))
      .when('ConfirmRequirement', confirm('french', true), { by: otto })
      .thenRejected('ApplicationForgotten');
  });
});
